import { BLOCK_SAMPLES } from '@sgaps/protocol';

/** Row k: the k-th basis function of the orthonormal DCT-II, in 1/2048. Whole numbers, so that every machine agrees. */
const BASIS = Float64Array.of(
  ...[724, 724, 724, 724, 724, 724, 724, 724],
  ...[1004, 851, 569, 200, -200, -569, -851, -1004],
  ...[946, 392, -392, -946, -946, -392, 392, 946],
  ...[851, -200, -1004, -569, 569, 1004, 200, -851],
  ...[724, -724, -724, 724, 724, -724, -724, 724],
  ...[569, -1004, 200, 851, -851, -200, 1004, -569],
  ...[392, -946, 946, -392, -392, 946, -946, 392],
  ...[200, -569, 851, -1004, 1004, -851, 569, -200],
).map((value) => value / 2048);

/** Half a cell of a luma coefficient, in halves of the cell that a sample's bits say; of Co and Cg so many times that. */
const CELL = 1.8;
const CHROMA = [1, 156 / 64, 2] as const;
/** What was known helps when no more than this share of its difference, in energy, lies outside the cells. */
const OUTSIDE = 0.5;

/**
 * Brings what memory knew of an 8×8 block within what a coarse look at it says (S15): a coefficient of the block is somewhere in its
 * quantisation cell, and of all values in there the one nearest to what was known is the likeliest. So detail that is known is not
 * blurred by a look that was too coarse to see it.
 *
 * @example
 * ```ts
 * refiner.known.set(predicted);
 * refiner.refine(values.rgb, 3 * first, 4);
 * ```
 */
export class BlockRefiner {
  /** 3 × 64: what was known, row by row; then what is. */
  readonly known = new Float64Array(3 * BLOCK_SAMPLES);
  private readonly planes = [0, 1, 2].map(() => new Float64Array(BLOCK_SAMPLES));
  private readonly between = new Float64Array(BLOCK_SAMPLES);

  /** `half` is half the cell of a sample, 8-bit steps; `rgb` has the look from `first` on. False when what was known does not fit it. */
  refine(rgb: Uint8Array, first: number, half: number): boolean {
    const { known, planes } = this;
    const [luma, orange, green] = planes;
    for (let k = 0, p = 0; k < BLOCK_SAMPLES; k++, p += 3) {
      const r = known[p] - rgb[first + p];
      const g = known[p + 1] - rgb[first + p + 1];
      const b = known[p + 2] - rgb[first + p + 2];
      const t = (r + b) / 2;
      orange[k] = r - b;
      green[k] = g - t;
      luma[k] = t + (g - t) / 2;
    }
    let inside = 1;
    let outside = 0;
    for (let n = 0; n < 3; n++) {
      const plane = planes[n];
      const cell = CELL * half * CHROMA[n];
      this.transform(plane, false);
      for (let k = 0; k < BLOCK_SAMPLES; k++) {
        const c = plane[k];
        const kept = c > cell ? cell : c < -cell ? -cell : c;
        plane[k] = kept;
        if (n > 0) continue;
        inside += kept * kept;
        outside += (c - kept) * (c - kept);
      }
    }
    if (outside > OUTSIDE * inside) return false;
    for (const plane of planes) this.transform(plane, true);
    for (let k = 0, p = 0; k < BLOCK_SAMPLES; k++, p += 3) {
      const t = luma[k] - green[k] / 2;
      known[p] = clamp(rgb[first + p] + t + orange[k] / 2);
      known[p + 1] = clamp(rgb[first + p + 1] + green[k] + t);
      known[p + 2] = clamp(rgb[first + p + 2] + t - orange[k] / 2);
    }
    return true;
  }

  /** The two-dimensional DCT or its inverse, in place. */
  private transform(block: Float64Array, inverse: boolean): void {
    const { between } = this;
    for (let y = 0; y < BLOCK_SAMPLES; y += 8) multiply(block, y, 1, between, inverse);
    for (let x = 0; x < 8; x++) multiply(between, x, 8, block, inverse);
  }
}

/** Eight values `step` apart from `at` on, by the basis or back. */
function multiply(from: Float64Array, at: number, step: number, to: Float64Array, inverse: boolean): void {
  const v0 = from[at];
  const v1 = from[at + step];
  const v2 = from[at + 2 * step];
  const v3 = from[at + 3 * step];
  const v4 = from[at + 4 * step];
  const v5 = from[at + 5 * step];
  const v6 = from[at + 6 * step];
  const v7 = from[at + 7 * step];
  const row = inverse ? 1 : 8;
  const next = inverse ? 8 : 1;
  for (let k = 0, b = 0; k < 8; k++, b += row) {
    to[at + k * step] =
      BASIS[b] * v0 +
      BASIS[b + next] * v1 +
      BASIS[b + 2 * next] * v2 +
      BASIS[b + 3 * next] * v3 +
      BASIS[b + 4 * next] * v4 +
      BASIS[b + 5 * next] * v5 +
      BASIS[b + 6 * next] * v6 +
      BASIS[b + 7 * next] * v7;
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
