import { BLOCK_SAMPLES, BLOCK_SIDE } from '../samples/SampleSet.js';
import { MOTION_TAPS, MOTION_UNIT, type MotionPlace } from './MotionPrediction.js';
import { wrap } from './wrap.js';

/** Motions searched are shorter, whole pixels. */
const REACH = 20;
/** Rows and columns of the window: the block, the reach on both sides, and what interpolation reads beyond. */
const BORDER = REACH + 2;
const WINDOW = BLOCK_SIDE + 2 * BORDER;
/** Whole pixels of the first step. */
const FIRST_STEP = 8;
/** Motions are less than this, quarter pixels. */
const LIMIT = MOTION_UNIT * REACH;
/** No motion's x. */
const NOWHERE = -1_000_000;

/**
 * Finds where in what was sent before a block's picture was (encoder only): the likeliest motions first, then a logarithmic search
 * over whole pixels around the best of them, then halves and quarters. Brightness (red + 2 green + blue, 0 … 1020) alone decides.
 *
 * @example
 * ```ts
 * search.open(place);
 * search.begin(brightness);
 * search.consider(brightness, 8, 0);
 * search.refine(brightness, 200); // search.x, search.y
 * ```
 */
export class MotionSearch {
  /** What was found, quarter pixels, −80 … 79. */
  x = 0;
  y = 0;
  /** Sum of absolute differences there, 4 × 8-bit brightness. */
  error = 0;
  private readonly window = new Int32Array(WINDOW * WINDOW);
  /** The window's rows, interpolated between columns, and for which x each was. */
  private readonly between = new Int32Array(WINDOW * BLOCK_SIDE);
  private readonly betweenX = new Int32Array(WINDOW);
  private map: Uint32Array = new Uint32Array(0);
  private reference: Uint32Array = this.map;
  private width = 0;
  private height = 0;
  private left = 0;
  private top = 0;
  /** Rows and columns of the window read so far. */
  private first = 0;
  private last = 0;
  private firstColumn = 0;
  private lastColumn = 0;

  /** Looks at the window around a block; reads of it what is needed. */
  open({ reference, map, width, height, x, y }: MotionPlace): void {
    this.map = map;
    this.reference = reference;
    this.width = width;
    this.height = height;
    this.left = wrap(x - BORDER, width);
    this.top = wrap(y - BORDER, height);
    this.first = this.last = BORDER;
    this.firstColumn = BORDER;
    this.lastColumn = BORDER + BLOCK_SIDE;
    this.betweenX.fill(NOWHERE);
  }

  /** Reads what is missing of these rows and columns. */
  private read(from: number, to: number, left: number, right: number): void {
    if (left < this.firstColumn) {
      const begin = left & ~3;
      for (let v = this.first; v < this.last; v++) this.readRow(v, begin, this.firstColumn);
      this.firstColumn = begin;
    }
    if (right > this.lastColumn) {
      const end = (right + 3) & ~3;
      for (let v = this.first; v < this.last; v++) this.readRow(v, this.lastColumn, end);
      this.lastColumn = end;
    }
    while (this.first > from) this.readRow(--this.first, this.firstColumn, this.lastColumn);
    while (this.last < to) this.readRow(this.last++, this.firstColumn, this.lastColumn);
  }

  private readRow(v: number, from: number, to: number): void {
    const { window, map, reference, width } = this;
    const base = ((this.top + v) % this.height) * width;
    const end = v * WINDOW + to;
    let w = v * WINDOW + from;
    let column = this.left + from;
    if (column + to - from <= width) {
      for (let at = base + column; w < end; w++, at++) {
        const entry = reference[at] || map[at];
        window[w] = ((entry >>> 16) & 255) + ((entry >>> 7) & 0x1fe) + (entry & 255);
      }
      return;
    }
    for (column %= width; w < end; w++) {
      const entry = reference[base + column] || map[base + column];
      window[w] = ((entry >>> 16) & 255) + ((entry >>> 7) & 0x1fe) + (entry & 255);
      if (++column === width) column = 0;
    }
  }

  /** True where motion (quarter pixels) lies inside what `open` read. */
  private reaches(x: number, y: number): boolean {
    return x >= -LIMIT && x < LIMIT && y >= -LIMIT && y < LIMIT;
  }

  /** Starts from no motion. @param truth Brightness of the block's 64 pixels. */
  begin(truth: Int32Array): void {
    this.x = 0;
    this.y = 0;
    this.error = this.errorAt(truth, 0, 0, Number.MAX_SAFE_INTEGER);
  }

  /** Takes a motion (quarter pixels) if it is better and within reach. */
  consider(truth: Int32Array, x: number, y: number): void {
    if (!this.reaches(x, y)) return;
    const error = this.errorAt(truth, x, y, this.error);
    if (error >= this.error) return;
    this.error = error;
    this.x = x;
    this.y = y;
  }

  /** Searches whole pixels, then parts, around the best so far; what is found must be better by more than `bias`, in units of `error`. */
  refine(truth: Int32Array, bias: number): void {
    const { x: startX, y: startY, error: start } = this;
    for (let step = MOTION_UNIT * FIRST_STEP; step >= 1; ) {
      const { x, y } = this;
      const base = step >= MOTION_UNIT ? (x >> 2) << 2 : x;
      const high = step >= MOTION_UNIT ? (y >> 2) << 2 : y;
      for (let d = 0; d < 4; d++) {
        const tx = base + (d === 0 ? -step : d === 1 ? step : 0);
        const ty = high + (d === 2 ? -step : d === 3 ? step : 0);
        this.consider(truth, tx, ty);
      }
      // Whole steps are tried again from where the last one led, so that long ways are found.
      if ((this.x === x && this.y === y) || step < MOTION_UNIT) step >>= 1;
    }
    this.error += bias;
    if (this.error < start) return;
    this.error = start;
    this.x = startX;
    this.y = startY;
  }

  /** The sum of differences at a motion, or as much of it as reaches `limit`. */
  private errorAt(truth: Int32Array, x: number, y: number, limit: number): number {
    const row = (y >> 2) + BORDER;
    const column = (x >> 2) + BORDER;
    const fx = x & 3;
    const fy = y & 3;
    const above = fy === 0 ? 0 : 1;
    const beside = fx === 0 ? 0 : 1;
    this.read(row - above, row + BLOCK_SIDE + 2 * above, column - beside, column + BLOCK_SIDE + 2 * beside);
    if (fy === 0) return fx === 0 ? this.wholeError(truth, x >> 2, row, limit) : this.acrossError(truth, x >> 2, fx, row, limit);
    return fx === 0 ? this.downError(truth, x >> 2, row, fy, limit) : this.partError(truth, x, row, fy, limit);
  }

  private wholeError(truth: Int32Array, x: number, row: number, limit: number): number {
    const { window } = this;
    let sum = 0;
    for (let j = 0, w = row * WINDOW + x + BORDER; j < BLOCK_SAMPLES; j += BLOCK_SIDE, w += WINDOW) {
      sum +=
        Math.abs(truth[j] - window[w]) +
        Math.abs(truth[j + 1] - window[w + 1]) +
        Math.abs(truth[j + 2] - window[w + 2]) +
        Math.abs(truth[j + 3] - window[w + 3]) +
        Math.abs(truth[j + 4] - window[w + 4]) +
        Math.abs(truth[j + 5] - window[w + 5]) +
        Math.abs(truth[j + 6] - window[w + 6]) +
        Math.abs(truth[j + 7] - window[w + 7]);
      if (sum >= limit) return sum;
    }
    return sum;
  }

  private acrossError(truth: Int32Array, x: number, fx: number, row: number, limit: number): number {
    const { window } = this;
    const a = MOTION_TAPS[4 * fx];
    const b = MOTION_TAPS[4 * fx + 1];
    const c = MOTION_TAPS[4 * fx + 2];
    const e = MOTION_TAPS[4 * fx + 3];
    let sum = 0;
    for (let j = 0, w = row * WINDOW + x + BORDER; j < BLOCK_SAMPLES; w += WINDOW) {
      let w0 = window[w - 1];
      let w1 = window[w];
      let w2 = window[w + 1];
      for (let i = w + 2; i < w + 2 + BLOCK_SIDE; i++, j++) {
        const w3 = window[i];
        sum += Math.abs(truth[j] - ((a * w0 + b * w1 + c * w2 + e * w3 + 32) >> 6));
        w0 = w1;
        w1 = w2;
        w2 = w3;
      }
      if (sum >= limit) return sum;
    }
    return sum;
  }

  private downError(truth: Int32Array, x: number, row: number, fy: number, limit: number): number {
    const { window } = this;
    const p = MOTION_TAPS[4 * fy];
    const q = MOTION_TAPS[4 * fy + 1];
    const r = MOTION_TAPS[4 * fy + 2];
    const s = MOTION_TAPS[4 * fy + 3];
    let sum = 0;
    for (let j = 0, w = row * WINDOW + x + BORDER; j < BLOCK_SAMPLES; w += WINDOW) {
      for (let i = w; i < w + BLOCK_SIDE; i++, j++) {
        const value = (p * window[i - WINDOW] + q * window[i] + r * window[i + WINDOW] + s * window[i + 2 * WINDOW] + 32) >> 6;
        sum += Math.abs(truth[j] - value);
      }
      if (sum >= limit) return sum;
    }
    return sum;
  }

  private partError(truth: Int32Array, x: number, row: number, fy: number, limit: number): number {
    const { between } = this;
    const p = MOTION_TAPS[4 * fy];
    const q = MOTION_TAPS[4 * fy + 1];
    const r = MOTION_TAPS[4 * fy + 2];
    const s = MOTION_TAPS[4 * fy + 3];
    this.interpolate(row - 1, x);
    this.interpolate(row, x);
    this.interpolate(row + 1, x);
    let sum = 0;
    for (let j = 0, v = row; v < row + BLOCK_SIDE; v++) {
      this.interpolate(v + 2, x);
      const at = v * BLOCK_SIDE;
      for (let i = at; i < at + BLOCK_SIDE; i++, j++) {
        const value = (p * between[i - 8] + q * between[i] + r * between[i + 8] + s * between[i + 16] + 2048) >> 12;
        sum += Math.abs(truth[j] - value);
      }
      if (sum >= limit) return sum;
    }
    return sum;
  }

  /** Interpolates a row of the window between columns, unless that was done for this x already. */
  private interpolate(row: number, x: number): void {
    if (this.betweenX[row] === x) return;
    this.betweenX[row] = x;
    const { window, between } = this;
    const fx = 4 * (x & 3);
    const a = MOTION_TAPS[fx];
    const b = MOTION_TAPS[fx + 1];
    const c = MOTION_TAPS[fx + 2];
    const e = MOTION_TAPS[fx + 3];
    const w = row * WINDOW + (x >> 2) + BORDER;
    let w0 = window[w - 1];
    let w1 = window[w];
    let w2 = window[w + 1];
    for (let u = 0, to = row * BLOCK_SIDE; u < BLOCK_SIDE; u++, to++) {
      const w3 = window[w + 2 + u];
      between[to] = a * w0 + b * w1 + c * w2 + e * w3;
      w0 = w1;
      w1 = w2;
      w2 = w3;
    }
  }
}
