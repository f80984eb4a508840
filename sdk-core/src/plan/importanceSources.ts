import { BLOCK } from './BlockGrid.js';
import type { BlockSurvey } from './BlockSurvey.js';
import type { ResidualHistory } from './ResidualHistory.js';

/**
 * What a source of importance may look at: a frame to come, as memory will know it by then.
 *
 * @example
 * ```ts
 * const context: ImportanceContext = { survey, framesAhead: 2 };
 * ```
 */
export interface ImportanceContext {
  /** What memory will know of each block. */
  readonly survey: BlockSurvey;
  /** Frames from the last decoded frame to the one planned. */
  readonly framesAhead: number;
}

/**
 * One factor of importance (S3): fills a value ≥ 0 for each block of the survey's grid. A model's uncertainty or attention gap
 * becomes a factor by being averaged over blocks, carried to the frame planned.
 *
 * @example
 * ```ts
 * const attention: ImportanceSource = { fill: (out) => out.set(model.attentionGap) };
 * const analyzer = new ImportanceAnalyzer(grid, { sources: { gap: attention } });
 * ```
 */
export interface ImportanceSource {
  /** The value that counts as 1. Unset: the 95th percentile of each fill. */
  readonly scale?: number;
  /** Fills `out`, a value for each block, row by row. */
  fill(out: Float32Array, context: ImportanceContext): void;
}

/** Certainty that one look gives; the rest comes with confirmations. */
const SURE = 0.85;
/** Confidence of one look, of 1. */
const SEEN = 128 / 255;
/** Frames after which a look counts half in the gap. */
const GAP_FRAMES = 30;
/** Expected squared error that counts as half as inconsistent as can be. */
const HALF = 250;

/**
 * How unsure memory is of the block: its confidence, less what it loses by age.
 *
 * @example
 * ```ts
 * UNCERTAINTY.fill(out, { survey, framesAhead: 2 });
 * ```
 */
export const UNCERTAINTY: ImportanceSource = {
  scale: 1,
  fill(out, { survey: { confidence, age } }) {
    for (let b = 0; b < out.length; b++) {
      const c = confidence[b];
      const certain = c < SEEN ? (SURE * c) / SEEN : SURE + ((1 - SURE) * (c - SEEN)) / (1 - SEEN);
      out[b] = 1 - certain * (1 - (0.1 * age[b]) / 255);
    }
  },
};

/**
 * How little there was to go by: no look, only means, or looks long ago.
 *
 * @example
 * ```ts
 * INFORMATION_GAP.fill(out, { survey, framesAhead: 2 });
 * ```
 */
export const INFORMATION_GAP: ImportanceSource = {
  scale: 1,
  fill(out, { survey: { nothing, vague, coarse, age }, framesAhead }) {
    for (let b = 0; b < out.length; b++) {
      const open = nothing[b] + vague[b];
      const dim = open + coarse[b];
      const since = age[b] + framesAhead;
      out[b] = dim >= 1 ? 1 : dim + ((1 - dim) * since) / (since + GAP_FRAMES);
    }
  },
};

/**
 * How much the block is likely to have changed by then, from what looks at it have found.
 *
 * @example
 * ```ts
 * const source = temporalInconsistency(history);
 * ```
 */
export function temporalInconsistency(history: ResidualHistory): ImportanceSource {
  return {
    scale: 1,
    fill(out, { survey, framesAhead }) {
      const { blocks, age } = survey;
      for (let y = 0, b = 0; y < blocks.rows; y++) {
        const row = rowOf(blocks.top(y), history);
        for (let x = 0; x < blocks.columns; x++, b++) {
          const error = history.predict(row + columnOf(blocks.left(x), history), age[b] + framesAhead);
          out[b] = error / (error + HALF);
        }
      }
    },
  };
}

/**
 * Index of the first block of the history's row in the middle of a block with this top edge.
 *
 * @example
 * ```ts
 * const block = rowOf(blocks.top(y), history) + columnOf(blocks.left(x), history);
 * ```
 */
export function rowOf(top: number, history: ResidualHistory): number {
  return Math.min(history.rows - 1, (top + BLOCK / 2) >> 3) * history.columns;
}

/**
 * The history's column in the middle of a block with this left edge.
 *
 * @example
 * ```ts
 * const block = rowOf(blocks.top(y), history) + columnOf(blocks.left(x), history);
 * ```
 */
export function columnOf(left: number, history: ResidualHistory): number {
  return Math.min(history.columns - 1, (left + BLOCK / 2) >> 3);
}
