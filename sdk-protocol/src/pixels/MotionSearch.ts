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
  /** What is interpolated across, in 1/64. */
  private readonly rows = new Int32Array((BLOCK_SIDE + 3) * BLOCK_SIDE);

  /** Reads the window around a block. */
  open({ reference, map, width, height, x, y }: MotionPlace): void {
    const { window } = this;
    const left = wrap(x - BORDER, width);
    let row = wrap(y - BORDER, height);
    for (let v = 0, w = 0; v < WINDOW; v++) {
      let column = left;
      const base = row * width;
      for (let u = 0; u < WINDOW; u++, w++) {
        const entry = reference[base + column] || map[base + column];
        window[w] = ((entry >>> 16) & 255) + ((entry >>> 7) & 0x1fe) + (entry & 255);
        if (++column === width) column = 0;
      }
      if (++row === height) row = 0;
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

  /** Sum of absolute differences at a motion; where it is beyond `limit`, any number from there on. */
  private errorAt(truth: Int32Array, x: number, y: number, limit: number): number {
    const { window } = this;
    const at = ((y >> 2) + BORDER) * WINDOW + (x >> 2) + BORDER;
    const fx = x & 3;
    const fy = y & 3;
    let sum = 0;
    if (fx === 0 && fy === 0) {
      for (let j = 0, w = at; j < BLOCK_SAMPLES; j += BLOCK_SIDE, w += WINDOW) {
        for (let i = 0; i < BLOCK_SIDE; i++) {
          const d = truth[j + i] - window[w + i];
          sum += d < 0 ? -d : d;
        }
        if (sum >= limit) return sum;
      }
      return sum;
    }
    const { rows } = this;
    const a = MOTION_TAPS[4 * fx];
    const b = MOTION_TAPS[4 * fx + 1];
    const c = MOTION_TAPS[4 * fx + 2];
    const e = MOTION_TAPS[4 * fx + 3];
    const first = fy === 0 ? 1 : 0;
    const last = fy === 0 ? BLOCK_SIDE + 1 : BLOCK_SIDE + 3;
    for (let v = first; v < last; v++) {
      let w = at + (v - 1) * WINDOW;
      const to = v * BLOCK_SIDE;
      if (fx === 0) for (let u = 0; u < BLOCK_SIDE; u++) rows[to + u] = window[w++] << 6;
      else
        for (let u = 0; u < BLOCK_SIDE; u++, w++)
          rows[to + u] = a * window[w - 1] + b * window[w] + c * window[w + 1] + e * window[w + 2];
    }
    if (fy === 0) {
      for (let j = 0; j < BLOCK_SAMPLES; j++) {
        const d = truth[j] - ((rows[j + BLOCK_SIDE] + 32) >> 6);
        sum += d < 0 ? -d : d;
      }
      return sum;
    }
    const p = MOTION_TAPS[4 * fy];
    const q = MOTION_TAPS[4 * fy + 1];
    const r = MOTION_TAPS[4 * fy + 2];
    const s = MOTION_TAPS[4 * fy + 3];
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const value = (p * rows[j] + q * rows[j + 8] + r * rows[j + 16] + s * rows[j + 24] + 2048) >> 12;
      const d = truth[j] - value;
      sum += d < 0 ? -d : d;
    }
    return sum;
  }
}
