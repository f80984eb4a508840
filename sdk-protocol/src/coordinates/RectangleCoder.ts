import { codeUnsigned, createModel, type RangeCoder, resetModel, UNSIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import type { PixelMarks } from './PixelMarks.js';

/** Rectangles one group may be cut into; beyond that other forms are smaller anyway. */
const MOST = 256;
const SIZE = 4 * UNSIGNED_MODEL;

/**
 * A set in raster order as the rectangles it is made of: what strips, borders and whole boxes of pixels cost least in,
 * about 5 bytes for each rectangle.
 *
 * @example
 * ```ts
 * if (rectangles.find(keys, count)) rectangles.code(encoder, keys, count, marks);
 * ```
 */
export class RectangleCoder {
  private readonly model = createModel(SIZE);
  private readonly left = new Int32Array(MOST);
  private readonly top = new Int32Array(MOST);
  private readonly columns = new Int32Array(MOST);
  private readonly rows = new Int32Array(MOST);
  private found = 0;

  constructor(private readonly grid: CaptureGrid) {}

  /** Forgets what was learnt. */
  reset(): void {
    resetModel(this.model);
  }

  /** Copies what another learnt and found. */
  learnFrom(other: RectangleCoder): void {
    this.model.set(other.model);
    this.found = other.found;
    for (const field of ['left', 'top', 'columns', 'rows'] as const) this[field].set(other[field].subarray(0, other.found));
  }

  /** Cuts rising keys into rectangles for `code`; false when that takes too many to be worth it. */
  find(keys: Uint32Array, count: number): boolean {
    const { width } = this.grid;
    const most = Math.min(MOST, count >> 2);
    this.found = 0;
    for (let i = 0; i < count; ) {
      const v = (keys[i] / width) | 0;
      const u = keys[i] - v * width;
      let run = 1;
      while (i + run < count && u + run < width && keys[i + run] === keys[i] + run) run++;
      i += run;
      let at = this.found - 1;
      // Rectangles are in order of their top; those that end just above may lie anywhere behind.
      while (at >= 0 && !(this.left[at] === u && this.columns[at] === run && this.top[at] + this.rows[at] === v)) at--;
      if (at >= 0) {
        this.rows[at]++;
        continue;
      }
      if (this.found === most) return false;
      this.left[this.found] = u;
      this.top[this.found] = v;
      this.columns[this.found] = run;
      this.rows[this.found++] = 1;
    }
    return true;
  }

  /** Codes the rectangles found; when decoding, fills `keys`. @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED` */
  code(coder: RangeCoder, keys: Uint32Array, count: number, marks: PixelMarks): void {
    const { model } = this;
    const { width, height } = this.grid;
    const number = (index: number, value: number): number => codeUnsigned(coder, model, index * UNSIGNED_MODEL, value);
    const found = number(0, this.found - 1) + 1;
    if (found > MOST) throw SgapsError.limit('sample rectangles', found, MOST);
    if (!coder.encoding) marks.clear();
    let last = 0;
    let left = count;
    for (let i = 0; i < found; i++) {
      const u = coder.uniform(this.left[i], width);
      const v = last + number(1, this.top[i] - last);
      const columns = number(2, this.columns[i] - 1) + 1;
      const rows = number(3, this.rows[i] - 1) + 1;
      last = v;
      if (coder.encoding) continue;
      if (u + columns > width || v + rows > height || columns * rows > left) throw SgapsError.malformed('sample rectangle');
      left -= columns * rows;
      for (let y = v; y < v + rows; y++) {
        for (let x = u; x < u + columns; x++) if (!marks.set(y * width + x)) throw SgapsError.malformed('sample rectangle');
      }
    }
    if (coder.encoding) return;
    if (left !== 0 || count > LIMITS.samplesPerFrame) throw SgapsError.malformed('sample rectangles');
    marks.take(keys);
  }
}
