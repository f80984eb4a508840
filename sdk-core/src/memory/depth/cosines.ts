/** Cosines of the orthonormal DCT-II in 1/2048, as on the wire. Whole numbers, so that every machine agrees. */
const FLAT = 724 / 2048;
const C1 = 1004 / 2048;
const C2 = 946 / 2048;
const C3 = 851 / 2048;
const C5 = 569 / 2048;
const C6 = 392 / 2048;
const C7 = 200 / 2048;

const between = new Float64Array(64);

/**
 * The two-dimensional DCT of 8×8 values, row by row, in place; not rounded, other than that of the wire.
 *
 * @example
 * ```ts
 * toCosines(luma);
 * ```
 */
export function toCosines(block: Float64Array): void {
  for (let y = 0; y < 64; y += 8) analyse(block, y, 1, between);
  for (let x = 0; x < 8; x++) analyse(between, x, 8, block);
}

/**
 * Back from what `toCosines` made, in place.
 *
 * @example
 * ```ts
 * fromCosines(luma);
 * ```
 */
export function fromCosines(block: Float64Array): void {
  for (let y = 0; y < 64; y += 8) synthesise(block, y, 1, between);
  for (let x = 0; x < 8; x++) synthesise(between, x, 8, block);
}

/** Eight values `step` apart from `at` on into eight coefficients. */
function analyse(from: Float64Array, at: number, step: number, to: Float64Array): void {
  const x0 = from[at];
  const x1 = from[at + step];
  const x2 = from[at + 2 * step];
  const x3 = from[at + 3 * step];
  const x4 = from[at + 4 * step];
  const x5 = from[at + 5 * step];
  const x6 = from[at + 6 * step];
  const x7 = from[at + 7 * step];
  // The even basis functions see the sums of opposite values, the odd ones their differences.
  const outer = x0 + x7 + (x3 + x4);
  const inner = x1 + x6 + (x2 + x5);
  const wide = x0 + x7 - (x3 + x4);
  const near = x1 + x6 - (x2 + x5);
  const d0 = x0 - x7;
  const d1 = x1 - x6;
  const d2 = x2 - x5;
  const d3 = x3 - x4;
  to[at] = FLAT * (outer + inner);
  to[at + step] = C1 * d0 + C3 * d1 + C5 * d2 + C7 * d3;
  to[at + 2 * step] = C2 * wide + C6 * near;
  to[at + 3 * step] = C3 * d0 - C7 * d1 - C1 * d2 - C5 * d3;
  to[at + 4 * step] = FLAT * (outer - inner);
  to[at + 5 * step] = C5 * d0 - C1 * d1 + C7 * d2 + C3 * d3;
  to[at + 6 * step] = C6 * wide - C2 * near;
  to[at + 7 * step] = C7 * d0 - C5 * d1 + C3 * d2 - C1 * d3;
}

/** Eight coefficients `step` apart from `at` on into eight values. */
function synthesise(from: Float64Array, at: number, step: number, to: Float64Array): void {
  const c0 = from[at];
  const c1 = from[at + step];
  const c2 = from[at + 2 * step];
  const c3 = from[at + 3 * step];
  const c4 = from[at + 4 * step];
  const c5 = from[at + 5 * step];
  const c6 = from[at + 6 * step];
  const c7 = from[at + 7 * step];
  const flat = FLAT * (c0 + c4);
  const dent = FLAT * (c0 - c4);
  const slow = C2 * c2 + C6 * c6;
  const fast = C6 * c2 - C2 * c6;
  const o0 = C1 * c1 + C3 * c3 + C5 * c5 + C7 * c7;
  const o1 = C3 * c1 - C7 * c3 - C1 * c5 - C5 * c7;
  const o2 = C5 * c1 - C1 * c3 + C7 * c5 + C3 * c7;
  const o3 = C7 * c1 - C5 * c3 + C3 * c5 - C1 * c7;
  to[at] = flat + slow + o0;
  to[at + step] = dent + fast + o1;
  to[at + 2 * step] = dent - fast + o2;
  to[at + 3 * step] = flat - slow + o3;
  to[at + 4 * step] = flat - slow - o3;
  to[at + 5 * step] = dent - fast - o2;
  to[at + 6 * step] = dent + fast - o1;
  to[at + 7 * step] = flat + slow - o0;
}
