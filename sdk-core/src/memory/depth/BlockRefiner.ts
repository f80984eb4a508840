import { BLOCK_SAMPLES } from '@sgaps/protocol';
import { fromCosines, toCosines } from './cosines.js';

/** Half a cell of a luma coefficient, in halves of the cell that a sample's bits say; of Co and Cg so many times that. */
const CELL = 1.8;
const CO_CELL = 156 / 64;
const CG_CELL = 2;
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
  /** The 64 colours that were known, row by row, red highest; then those that are. */
  readonly known = new Int32Array(BLOCK_SAMPLES);
  private readonly luma = new Float64Array(BLOCK_SAMPLES);
  private readonly orange = new Float64Array(BLOCK_SAMPLES);
  private readonly green = new Float64Array(BLOCK_SAMPLES);
  /** Energy of what `hold` last left, and of what it took away. */
  private inside = 0;
  private outside = 0;

  /** `half` is half the cell of a sample, 8-bit steps; `rgb` has the look from `first` on. False when what was known does not fit it. */
  refine(rgb: Uint8Array, first: number, half: number): boolean {
    const { known, luma, orange, green } = this;
    for (let k = 0, p = first; k < BLOCK_SAMPLES; k++, p += 3) {
      const c = known[k];
      const r = (c >> 16) - rgb[p];
      const g = ((c >> 8) & 255) - rgb[p + 1];
      const b = (c & 255) - rgb[p + 2];
      const t = (r + b) / 2;
      orange[k] = r - b;
      green[k] = g - t;
      luma[k] = t + (g - t) / 2;
    }
    const cell = CELL * half;
    this.hold(luma, cell);
    let { outside } = this;
    if (outside > OUTSIDE * (1 + this.inside)) return false;
    this.hold(orange, cell * CO_CELL);
    outside += this.outside;
    this.hold(green, cell * CG_CELL);
    outside += this.outside;
    // All in their cells: as they were.
    if (outside > 0) this.addTo(rgb, first);
    return true;
  }

  /** Transforms a difference and brings its coefficients within ± `cell`. */
  private hold(plane: Float64Array, cell: number): void {
    toCosines(plane);
    let inside = 0;
    let outside = 0;
    for (let k = 0; k < BLOCK_SAMPLES; k++) {
      const c = plane[k];
      if (c <= cell && c >= -cell) {
        inside += c * c;
        continue;
      }
      const kept = c > cell ? cell : -cell;
      plane[k] = kept;
      inside += kept * kept;
      outside += (c - kept) * (c - kept);
    }
    this.inside = inside;
    this.outside = outside;
  }

  /** The look and the differences held, into `known`. */
  private addTo(rgb: Uint8Array, first: number): void {
    const { known, luma, orange, green } = this;
    fromCosines(luma);
    fromCosines(orange);
    fromCosines(green);
    for (let k = 0, p = first; k < BLOCK_SAMPLES; k++, p += 3) {
      const t = luma[k] - green[k] / 2;
      const r = clamp(rgb[p] + t + orange[k] / 2);
      const g = clamp(rgb[p + 1] + green[k] + t);
      const b = clamp(rgb[p + 2] + t - orange[k] / 2);
      known[k] = (r << 16) | (g << 8) | b;
    }
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.round(value);
}
