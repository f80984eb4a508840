import { BLOCK_SAMPLES, BLOCK_SIDE } from '../samples/SampleSet.js';

/** Fraction bits of the cosines (724 is √½ / 2 in 1/2048, and so on), lost between the two passes, and of a coefficient. */
const COSINE_BITS = 11;
const FORWARD_SHIFT = 6;
const COEFFICIENT_BITS = 3;
const FORWARD_LAST = 2 * COSINE_BITS - FORWARD_SHIFT - COEFFICIENT_BITS;
const INVERSE_SHIFT = 6;
const INVERSE_LAST = COEFFICIENT_BITS + 2 * COSINE_BITS - INVERSE_SHIFT;

/**
 * Places of an 8×8 block, row by row, from low to high frequency.
 *
 * @example
 * ```ts
 * for (let k = 0; k < 64; k++) coefficients[ZIGZAG[k]] = levels[k] * step;
 * ```
 */
export const ZIGZAG = zigzag();

const between = new Int32Array(BLOCK_SAMPLES);

/**
 * The two-dimensional DCT of 64 whole numbers, row by row, in 1/8: `out[8·y + x]` has x as its horizontal frequency. `from` and
 * `out` may be the same.
 *
 * @example
 * ```ts
 * forwardBlock(residual, coefficients);
 * ```
 */
export function forwardBlock(from: Int32Array, out: Int32Array): void {
  for (let y = 0; y < BLOCK_SAMPLES; y += BLOCK_SIDE) analyse(from, y, 1, between, y, 1, FORWARD_SHIFT);
  for (let x = 0; x < BLOCK_SIDE; x++) analyse(between, x, BLOCK_SIDE, out, x, BLOCK_SIDE, FORWARD_LAST);
}

/** One row or column of the transform: eight samples into eight coefficients. */
function analyse(from: Int32Array, at: number, step: number, out: Int32Array, to: number, stride: number, shift: number): void {
  const x0 = from[at];
  const x1 = from[at + step];
  const x2 = from[at + 2 * step];
  const x3 = from[at + 3 * step];
  const x4 = from[at + 4 * step];
  const x5 = from[at + 5 * step];
  const x6 = from[at + 6 * step];
  const x7 = from[at + 7 * step];
  const half = 1 << (shift - 1);
  // The even basis functions see the sums of opposite samples, the odd ones their differences.
  const outer = x0 + x7 + x3 + x4;
  const inner = x1 + x6 + x2 + x5;
  const wide = x0 + x7 - x3 - x4;
  const near = x1 + x6 - x2 - x5;
  const d0 = x0 - x7;
  const d1 = x1 - x6;
  const d2 = x2 - x5;
  const d3 = x3 - x4;
  out[to] = (Math.imul(724, outer + inner) + half) >> shift;
  out[to + stride] = (Math.imul(1004, d0) + Math.imul(851, d1) + Math.imul(569, d2) + Math.imul(200, d3) + half) >> shift;
  out[to + 2 * stride] = (Math.imul(946, wide) + Math.imul(392, near) + half) >> shift;
  out[to + 3 * stride] = (Math.imul(851, d0) - Math.imul(200, d1) - Math.imul(1004, d2) - Math.imul(569, d3) + half) >> shift;
  out[to + 4 * stride] = (Math.imul(724, outer - inner) + half) >> shift;
  out[to + 5 * stride] = (Math.imul(569, d0) - Math.imul(1004, d1) + Math.imul(200, d2) + Math.imul(851, d3) + half) >> shift;
  out[to + 6 * stride] = (Math.imul(392, wide) - Math.imul(946, near) + half) >> shift;
  out[to + 7 * stride] = (Math.imul(200, d0) - Math.imul(569, d1) + Math.imul(851, d2) - Math.imul(1004, d3) + half) >> shift;
}

/**
 * Back from coefficients in 1/8 to whole numbers, in place. The same bits on every machine; sums that no picture can give wrap round.
 *
 * @example
 * ```ts
 * inverseBlock(coefficients); // now the residual
 * ```
 */
export function inverseBlock(block: Int32Array): void {
  for (let y = 0; y < BLOCK_SAMPLES; y += BLOCK_SIDE) pass(block, y, 1, between, y, 1, INVERSE_SHIFT);
  for (let x = 0; x < BLOCK_SIDE; x++) pass(between, x, BLOCK_SIDE, block, x, BLOCK_SIDE, INVERSE_LAST);
}

/** One row or column of the inverse: eight coefficients into eight samples. */
function pass(from: Int32Array, at: number, step: number, out: Int32Array, to: number, stride: number, shift: number): void {
  const c0 = from[at];
  const c1 = from[at + step];
  const c2 = from[at + 2 * step];
  const c3 = from[at + 3 * step];
  const c4 = from[at + 4 * step];
  const c5 = from[at + 5 * step];
  const c6 = from[at + 6 * step];
  const c7 = from[at + 7 * step];
  const half = 1 << (shift - 1);
  const flat = Math.imul(724, c0) + Math.imul(724, c4);
  const dent = Math.imul(724, c0) - Math.imul(724, c4);
  const slow = Math.imul(946, c2) + Math.imul(392, c6);
  const fast = Math.imul(392, c2) - Math.imul(946, c6);
  const e0 = (flat + slow + half) | 0;
  const e1 = (dent + fast + half) | 0;
  const e2 = (dent - fast + half) | 0;
  const e3 = (flat - slow + half) | 0;
  const o0 = (Math.imul(1004, c1) + Math.imul(851, c3) + Math.imul(569, c5) + Math.imul(200, c7)) | 0;
  const o1 = (Math.imul(851, c1) - Math.imul(200, c3) - Math.imul(1004, c5) - Math.imul(569, c7)) | 0;
  const o2 = (Math.imul(569, c1) - Math.imul(1004, c3) + Math.imul(200, c5) + Math.imul(851, c7)) | 0;
  const o3 = (Math.imul(200, c1) - Math.imul(569, c3) + Math.imul(851, c5) - Math.imul(1004, c7)) | 0;
  out[to] = (e0 + o0) >> shift;
  out[to + stride] = (e1 + o1) >> shift;
  out[to + 2 * stride] = (e2 + o2) >> shift;
  out[to + 3 * stride] = (e3 + o3) >> shift;
  out[to + 4 * stride] = (e3 - o3) >> shift;
  out[to + 5 * stride] = (e2 - o2) >> shift;
  out[to + 6 * stride] = (e1 - o1) >> shift;
  out[to + 7 * stride] = (e0 - o0) >> shift;
}

function zigzag(): Uint8Array {
  const order = new Uint8Array(BLOCK_SAMPLES);
  let n = 0;
  for (let d = 0; d < 2 * BLOCK_SIDE - 1; d++) {
    for (let i = 0; i <= d; i++) {
      const x = d & 1 ? d - i : i;
      const y = d - x;
      if (x < BLOCK_SIDE && y < BLOCK_SIDE) order[n++] = y * BLOCK_SIDE + x;
    }
  }
  return order;
}
