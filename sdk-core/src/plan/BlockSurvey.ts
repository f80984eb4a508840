import type { Composition } from '../memory/Composition.js';
import { CONFIDENCE_START } from '../memory/TemporalMemoryBank.js';
import { BLOCK, type BlockGrid } from './BlockGrid.js';

/** Confidence below which a pixel counts as unknown: not even the coarsest mean was seen. */
export const UNKNOWN = 36;
/** Confidence below which nothing at all is known of a pixel. */
export const NOTHING = 24;

/** Pixels looked at in a block, two rows of four: a plan that is made in 0.1 ms cannot read 57,600 of them. */
const FIRST_ROW = 1;
const ROW_STEP = 4;
const COLUMN_STEP = 2;
const SHARE = 1 / 8;

/**
 * What memory will know of each 8×8 block, told from eight of its pixels: the ground on which importance is rated.
 *
 * @example
 * ```ts
 * const survey = new BlockSurvey(blocks);
 * survey.read(composition, 0);
 * const unsure = survey.nothing[12] + survey.coarse[12];
 * ```
 */
export class BlockSurvey {
  /** Mean confidence, 0 … 1. */
  readonly confidence: Float32Array;
  /** Least confidence, 0 … 1. */
  readonly leastConfidence: Float32Array;
  /** Share of the pixels nothing is known of, 0 … 1. */
  readonly nothing: Float32Array;
  /** Share of those known from the coarsest mean only. */
  readonly vague: Float32Array;
  /** Share of those known from means only, the coarsest left out. */
  readonly coarse: Float32Array;
  /** Mean frames since the known pixels were last looked at. */
  readonly age: Float32Array;
  /** Most frames since a pixel was last looked at. */
  readonly mostAge: Uint8Array;
  /** Mean squared luma difference to the steeper of two pixels beside, a third of it: what detail is worth, 8-bit steps². */
  readonly contrast: Float32Array;

  constructor(readonly blocks: BlockGrid) {
    const { count } = blocks;
    this.confidence = new Float32Array(count);
    this.leastConfidence = new Float32Array(count);
    this.nothing = new Float32Array(count);
    this.vague = new Float32Array(count);
    this.coarse = new Float32Array(count);
    this.age = new Float32Array(count);
    this.mostAge = new Uint8Array(count);
    this.contrast = new Float32Array(count);
  }

  /** Surveys a composition, of which every row is drawn, or every second one from `firstRow` on. */
  read(ahead: Composition, firstRow: 0 | 1): void {
    const { blocks } = this;
    for (let y = 0; y < blocks.rows; y++) {
      const top = blocks.top(y);
      const bottom = blocks.top(y + 1);
      for (let x = 0; x < blocks.columns; x++) {
        const left = blocks.left(x);
        const right = blocks.left(x + 1);
        const block = y * blocks.columns + x;
        if (left < right && top < bottom) this.readBlock(block, ahead, left, top, right, bottom, firstRow);
        else this.empty(block);
      }
    }
  }

  private readBlock(
    block: number,
    { rgb, confidence, age }: Composition,
    left: number,
    top: number,
    right: number,
    bottom: number,
    firstRow: 0 | 1,
  ): void {
    const { width, height } = this.blocks.grid;
    let sum = 0;
    let least = 255;
    let nothing = 0;
    let vague = 0;
    let coarse = 0;
    let known = 0;
    let ages = 0;
    let oldest = 0;
    let steep = 0;
    for (let j = FIRST_ROW; j < BLOCK; j += ROW_STEP) {
      // A row that is drawn, near the place, and the next one.
      let v = (Math.min(top + j, bottom - 1) & ~1) | firstRow;
      if (v >= height) v -= 2;
      const below = v + 2 < height ? 2 * width : -2 * width;
      // Columns of every other row pair are shifted by one.
      for (let i = j >> 2; i < BLOCK; i += COLUMN_STEP) {
        const u = left + i < right ? left + i : right - 1;
        const at = v * width + u;
        const c = confidence[at];
        sum += c;
        if (c < least) least = c;
        if (age[at] > oldest) oldest = age[at];
        if (c < NOTHING) nothing++;
        else if (c < UNKNOWN) vague++;
        else {
          if (c < CONFIDENCE_START) coarse += 1 - c / CONFIDENCE_START;
          known++;
          ages += age[at];
        }
        const here = lumaAt(rgb, at);
        const across = here - lumaAt(rgb, u + 2 < width ? at + 2 : at - 2);
        const down = here - lumaAt(rgb, at + below);
        const most = Math.max(across * across, down * down);
        steep += most;
      }
    }
    this.confidence[block] = (sum * SHARE) / 255;
    this.leastConfidence[block] = least / 255;
    this.nothing[block] = nothing * SHARE;
    this.vague[block] = vague * SHARE;
    this.coarse[block] = coarse * SHARE;
    this.age[block] = known === 0 ? 255 : ages / known;
    this.mostAge[block] = oldest;
    this.contrast[block] = (steep * SHARE) / 3;
  }

  /** A block beyond the grid's edge: nothing to be looked at. */
  private empty(block: number): void {
    this.confidence[block] = 1;
    this.leastConfidence[block] = 1;
    this.nothing[block] = 0;
    this.vague[block] = 0;
    this.coarse[block] = 0;
    this.age[block] = 0;
    this.mostAge[block] = 0;
    this.contrast[block] = 0;
  }
}

function lumaAt(rgb: Uint8ClampedArray, at: number): number {
  return (3 * rgb[3 * at] + 4 * rgb[3 * at + 1] + rgb[3 * at + 2]) >> 3;
}
