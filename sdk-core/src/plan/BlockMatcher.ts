import type { CaptureGrid } from '@sgaps/protocol';
import { BLOCK } from './BlockGrid.js';

/** Farthest motion looked for, grid pixels a frame and axis. */
const REACH = 12;
/** What a motion costs a pixel of its length, in summed absolute differences: of equals the shorter is taken. */
const LENGTH_COST = 1;

/**
 * Finds where an 8×8 block of a picture's luma comes from in the picture before: sums of absolute differences over every
 * second pixel (a checkerboard, which no line of one pixel slips through), a search in steps of 8, 4, 2 and 1.
 *
 * @example
 * ```ts
 * const matcher = new BlockMatcher(grid);
 * const difference = matcher.difference(now, before, u, v, 0, 0, Infinity);
 * matcher.search(now, before, u, v);
 * const came = [matcher.du, matcher.dv];
 * ```
 */
export class BlockMatcher {
  /** Motion found: the block came from (u − du, v − dv). */
  du = 0;
  dv = 0;
  /** Summed absolute difference there; 32 pixels. */
  best = 0;
  private cost = 0;

  constructor(private readonly grid: CaptureGrid) {}

  /** Summed absolute luma difference of the block at (u, v) from where a motion (du, dv) had it before; stops above `limit`. Beyond the edge repeats the edge. */
  difference(now: Uint8Array, before: Uint8Array, u: number, v: number, du: number, dv: number, limit: number): number {
    const { width, height } = this.grid;
    const inside =
      u - du >= 0 &&
      v - dv >= 0 &&
      u - du + BLOCK <= width &&
      v - dv + BLOCK <= height &&
      u + BLOCK <= width &&
      v + BLOCK <= height;
    let sum = 0;
    if (inside) {
      for (let j = 0; j < BLOCK; j++) {
        let at = (v + j) * width + u + (j & 1);
        const shift = dv * width + du;
        for (const end = at + BLOCK - 1; at <= end; at += 2) {
          const d = now[at] - before[at - shift];
          sum += d < 0 ? -d : d;
        }
        if (sum > limit) return sum;
      }
      return sum;
    }
    for (let j = 0; j < BLOCK; j++) {
      const row = clamp(v + j, height) * width;
      const from = clamp(v + j - dv, height) * width;
      for (let i = j & 1; i < BLOCK; i += 2) {
        const d = now[row + clamp(u + i, width)] - before[from + clamp(u + i - du, width)];
        sum += d < 0 ? -d : d;
      }
      if (sum > limit) return sum;
    }
    return sum;
  }

  /** Starts a search of the block at (u, v) at a first candidate. */
  start(now: Uint8Array, before: Uint8Array, u: number, v: number, du: number, dv: number): void {
    this.du = du;
    this.dv = dv;
    this.best = this.difference(now, before, u, v, du, dv, Number.POSITIVE_INFINITY);
    this.cost = this.best + LENGTH_COST * (Math.abs(du) + Math.abs(dv));
  }

  /** Tries one more candidate. */
  attempt(now: Uint8Array, before: Uint8Array, u: number, v: number, du: number, dv: number): void {
    if (du < -REACH || du > REACH || dv < -REACH || dv > REACH || (du === this.du && dv === this.dv)) return;
    const length = LENGTH_COST * (Math.abs(du) + Math.abs(dv));
    const found = this.difference(now, before, u, v, du, dv, this.cost - length);
    if (found + length >= this.cost) return;
    this.cost = found + length;
    this.best = found;
    this.du = du;
    this.dv = dv;
  }

  /** Goes on from the best candidate in steps that halve; `first` 8 for a fresh search, less for a good candidate. */
  search(now: Uint8Array, before: Uint8Array, u: number, v: number, first = 8): void {
    for (let step = first; step >= 1; step >>= 1) {
      const cu = this.du;
      const cv = this.dv;
      for (let j = -step; j <= step; j += step)
        for (let i = -step; i <= step; i += step) this.attempt(now, before, u, v, cu + i, cv + j);
    }
  }
}

function clamp(at: number, size: number): number {
  return at < 0 ? 0 : at >= size ? size - 1 : at;
}
