import { BLOCK_SAMPLES, BLOCK_SIDE } from '../samples/SampleSet.js';

/** Fraction bits of the cosine table, of what lies between the two passes beyond its input, and of a coefficient. */
const TABLE_BITS = 11;
const FORWARD_SHIFT = 6;
const COEFFICIENT_BITS = 3;
const FORWARD_LAST = 2 * TABLE_BITS - FORWARD_SHIFT - COEFFICIENT_BITS;
const INVERSE_SHIFT = 6;
const INVERSE_LAST = COEFFICIENT_BITS + 2 * TABLE_BITS - INVERSE_SHIFT;

/** Row k: the k-th basis function of the orthonormal DCT-II, in 1/2048. Whole numbers, so that every machine agrees. */
const TABLE = Int32Array.of(
  ...[724, 724, 724, 724, 724, 724, 724, 724],
  ...[1004, 851, 569, 200, -200, -569, -851, -1004],
  ...[946, 392, -392, -946, -946, -392, 392, 946],
  ...[851, -200, -1004, -569, 569, 1004, 200, -851],
  ...[724, -724, -724, 724, 724, -724, -724, 724],
  ...[569, -1004, 200, 851, -851, -200, 1004, -569],
  ...[392, -946, 946, -392, -392, 946, -946, 392],
  ...[200, -569, 851, -1004, 1004, -851, 569, -200],
);

/** Places of an 8×8 block from low to high frequency. */
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
  for (let y = 0; y < BLOCK_SAMPLES; y += BLOCK_SIDE) {
    // The even basis functions see the sums of opposite samples, the odd ones their differences.
    const s0 = from[y] + from[y + 7];
    const s1 = from[y + 1] + from[y + 6];
    const s2 = from[y + 2] + from[y + 5];
    const s3 = from[y + 3] + from[y + 4];
    const d0 = from[y] - from[y + 7];
    const d1 = from[y + 1] - from[y + 6];
    const d2 = from[y + 2] - from[y + 5];
    const d3 = from[y + 3] - from[y + 4];
    for (let k = 0; k < BLOCK_SIDE; k++) {
      const t = k << 3;
      const even = (k & 1) === 0;
      between[y + k] =
        ((even
          ? TABLE[t] * s0 + TABLE[t + 1] * s1 + TABLE[t + 2] * s2 + TABLE[t + 3] * s3
          : TABLE[t] * d0 + TABLE[t + 1] * d1 + TABLE[t + 2] * d2 + TABLE[t + 3] * d3) +
          (1 << (FORWARD_SHIFT - 1))) >>
        FORWARD_SHIFT;
    }
  }
  for (let x = 0; x < BLOCK_SIDE; x++) {
    const s0 = between[x] + between[x + 56];
    const s1 = between[x + 8] + between[x + 48];
    const s2 = between[x + 16] + between[x + 40];
    const s3 = between[x + 24] + between[x + 32];
    const d0 = between[x] - between[x + 56];
    const d1 = between[x + 8] - between[x + 48];
    const d2 = between[x + 16] - between[x + 40];
    const d3 = between[x + 24] - between[x + 32];
    for (let k = 0; k < BLOCK_SIDE; k++) {
      const t = k << 3;
      const even = (k & 1) === 0;
      out[t + x] =
        ((even
          ? TABLE[t] * s0 + TABLE[t + 1] * s1 + TABLE[t + 2] * s2 + TABLE[t + 3] * s3
          : TABLE[t] * d0 + TABLE[t + 1] * d1 + TABLE[t + 2] * d2 + TABLE[t + 3] * d3) +
          (1 << (FORWARD_LAST - 1))) >>
        FORWARD_LAST;
    }
  }
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
