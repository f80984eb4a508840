import { type CaptureGrid, SgapsError } from '@sgaps/protocol';
import type { Composition, DrawDetail } from '../memory/Composition.js';
import type { DynamicMemory } from '../memory/DynamicMemory.js';
import { BlockGrid } from './BlockGrid.js';
import { BlockSurvey } from './BlockSurvey.js';
import {
  columnOf,
  type ImportanceContext,
  type ImportanceSource,
  INFORMATION_GAP,
  rowOf,
  temporalInconsistency,
  UNCERTAINTY,
} from './importanceSources.js';
import { ResidualHistory } from './ResidualHistory.js';
import { ERROR_COARSE, ERROR_NOTHING, ratePixels } from './ratePixels.js';

export { NOTHING, UNKNOWN } from './BlockSurvey.js';
export { fillRows } from './ratePixels.js';

/** How the expected squared error of what is known follows from its detail, memory's doubt and what looks have found. */
const SCALE = 6;
const LEAST_DETAIL = 5;
const LEAST_DOUBT = 0.02;
const HEAT_DOUBT = 0.2;
const LEAST_CHANGE = 5;
/** Share of what looks have found that is expected again even where the picture is flat now: things that blink. */
const HISTORY_SHARE = 0.02;
/** Frames after which a look no longer counts as fresh. */
const SETTLED = 4;
/** What each frame without a look adds, 8-bit steps², and for how many frames. */
const ERROR_AGEING = 0.02;
const MOST_AGEING = 60;
/** Bins in which the 95th percentile of an unscaled source is found. */
const BINS = 64;

/**
 * Options of `ImportanceAnalyzer`.
 *
 * @example
 * ```ts
 * const options: ImportanceOptions = { weights: { uncertainty: 0.5, gap: 0.2, inconsistency: 0.3 } };
 * ```
 */
export interface ImportanceOptions {
  /** Weights of the factors, default 0.4 / 0.3 / 0.3 (S3). */
  readonly weights?: { readonly uncertainty: number; readonly gap: number; readonly inconsistency: number };
  /** What replaces the analytic factors, and `error` the analytic expected error (8-bit steps² per pixel, never scaled). */
  readonly sources?: Partial<Record<'uncertainty' | 'gap' | 'inconsistency' | 'error', ImportanceSource>>;
  /** What looks have found; default one of the analyzer's own, to be fed by the caller. */
  readonly history?: ResidualHistory;
}

/**
 * Rates a frame to come (S3): per 8×8 block an importance from three factors (uncertainty, information gap, predicted temporal
 * inconsistency), each normalised, and the squared error to expect if nobody looks, which is what a budget can be spent by.
 *
 * @example
 * ```ts
 * const analyzer = new ImportanceAnalyzer({ width: 320, height: 180 });
 * analyzer.history.take(decoder.memory.innovations, decoder.frameId);
 * analyzer.blocks.lock(Math.round(viewX), Math.round(viewY));
 * analyzer.rate(composition, { firstRow: 0, framesAhead: 2, heat: decoder.memory.dynamic.heat });
 * const worst = Math.max(...analyzer.expectedError);
 * ```
 */
export class ImportanceAnalyzer {
  /** Expected squared error of each pixel, W·H, 8-bit steps²: `analyze` fills it, `paint` draws the blocks into it. */
  readonly importance: Float32Array;
  /** The blocks rated; lock them to the world before rating. */
  readonly blocks: BlockGrid;
  /** What memory knows of each block. */
  readonly survey: BlockSurvey;
  /** What looks have found. */
  readonly history: ResidualHistory;
  /** The factors of each block, 0 … 1. */
  readonly uncertainty: Float32Array;
  readonly gap: Float32Array;
  readonly inconsistency: Float32Array;
  /** Their weighted sum, 0 … 1. */
  readonly blockImportance: Float32Array;
  /** Squared error per pixel and channel, 8-bit steps², to expect of each block if nobody looks. */
  readonly expectedError: Float32Array;
  private readonly weights: { readonly uncertainty: number; readonly gap: number; readonly inconsistency: number };
  private readonly sources: Record<'uncertainty' | 'gap' | 'inconsistency', ImportanceSource>;
  private readonly errorSource: ImportanceSource | undefined;
  private readonly bins = new Int32Array(BINS);

  /** Throws `ARGUMENT_INVALID` unless the weights are ≥ 0 and not all 0. */
  constructor(
    private readonly grid: CaptureGrid,
    options: ImportanceOptions = {},
  ) {
    const { weights = { uncertainty: 0.4, gap: 0.3, inconsistency: 0.3 }, sources = {} } = options;
    const sum = weights.uncertainty + weights.gap + weights.inconsistency;
    if (!(Math.min(weights.uncertainty, weights.gap, weights.inconsistency) >= 0 && sum > 0 && Number.isFinite(sum)))
      throw new SgapsError('ARGUMENT_INVALID', 'The weights of importance must be at least 0, and one of them above.');
    this.weights = {
      uncertainty: weights.uncertainty / sum,
      gap: weights.gap / sum,
      inconsistency: weights.inconsistency / sum,
    };
    this.importance = new Float32Array(grid.width * grid.height);
    this.blocks = new BlockGrid(grid);
    this.survey = new BlockSurvey(this.blocks);
    this.history = options.history ?? new ResidualHistory(grid);
    this.sources = {
      uncertainty: sources.uncertainty ?? UNCERTAINTY,
      gap: sources.gap ?? INFORMATION_GAP,
      inconsistency: sources.inconsistency ?? temporalInconsistency(this.history),
    };
    this.errorSource = sources.error;
    const { count } = this.blocks;
    this.uncertainty = new Float32Array(count);
    this.gap = new Float32Array(count);
    this.inconsistency = new Float32Array(count);
    this.blockImportance = new Float32Array(count);
    this.expectedError = new Float32Array(count);
  }

  /**
   * Rates all blocks of the frame that lies `framesAhead` after the last decoded one, from what memory will know by then. With `factors`
   * false only the expected error: half the time. `heat`: the dynamic memory's, of which doubt is taken, too.
   */
  rate(
    ahead: Composition,
    options: { readonly firstRow: 0 | 1; readonly framesAhead: number; readonly factors?: boolean; readonly heat?: Float32Array },
  ): void {
    const { firstRow, framesAhead, factors = true, heat } = options;
    this.survey.read(ahead, firstRow);
    const context: ImportanceContext = { survey: this.survey, framesAhead };
    if (this.errorSource) this.errorSource.fill(this.expectedError, context);
    else this.expectError(framesAhead, heat);
    if (factors) this.weigh(context);
  }

  /** Draws a map of the blocks, as `expectedError`, over the grid's pixels. */
  paint(map: Float32Array = this.expectedError, out: Float32Array = this.importance): void {
    const { blocks } = this;
    const { width } = this.grid;
    for (let y = 0; y < blocks.rows; y++) {
      const top = blocks.top(y);
      const bottom = blocks.top(y + 1);
      if (top >= bottom) continue;
      for (let x = 0; x < blocks.columns; x++)
        out.fill(map[y * blocks.columns + x], top * width + blocks.left(x), top * width + blocks.left(x + 1));
      for (let v = top + 1; v < bottom; v++) out.copyWithin(v * width, top * width, (top + 1) * width);
    }
  }

  /** Rates pixels instead of blocks, into `importance`: what memory will know by then, where `dynamic` says what moves. */
  analyze(ahead: Composition, dynamic: DynamicMemory, detail: DrawDetail): void {
    ratePixels(this.grid, ahead, dynamic, detail, this.importance);
  }

  /** What is unknown is off by what its kind usually is, what was seen by what has changed since. */
  private expectError(framesAhead: number, heat: Float32Array | undefined): void {
    const { blocks, survey, history, expectedError } = this;
    const { nothing, vague, coarse, age, contrast } = survey;
    for (let y = 0, b = 0; y < blocks.rows; y++) {
      const row = rowOf(blocks.top(y), history);
      for (let x = 0; x < blocks.columns; x++, b++) {
        const open = nothing[b] + vague[b];
        let error = nothing[b] * ERROR_NOTHING + vague[b] * ERROR_COARSE;
        if (open < 1) {
          const since = age[b] + framesAhead;
          const place = row + columnOf(blocks.left(x), history);
          const changed = history.predict(place, since);
          const detail = contrast[b] + LEAST_DETAIL;
          // detail^¾ · doubt · change^¼: the form after a fit on clips, the constants chosen by hand on the same clips.
          const settled = since < SETTLED ? since / SETTLED : 1;
          const doubt = coarse[b] + (LEAST_DOUBT + (heat ? HEAT_DOUBT * heat[place] : 0)) * settled;
          error +=
            (1 - open) * SCALE * Math.sqrt(detail * Math.sqrt(detail)) * doubt * Math.sqrt(Math.sqrt(changed + LEAST_CHANGE));
          error += HISTORY_SHARE * changed + ERROR_AGEING * Math.min(MOST_AGEING, since);
        }
        expectedError[b] = error;
      }
    }
  }

  private weigh(context: ImportanceContext): void {
    const { weights, uncertainty, gap, inconsistency, blockImportance } = this;
    this.fill(this.sources.uncertainty, uncertainty, context);
    this.fill(this.sources.gap, gap, context);
    this.fill(this.sources.inconsistency, inconsistency, context);
    for (let b = 0; b < blockImportance.length; b++)
      blockImportance[b] = weights.uncertainty * uncertainty[b] + weights.gap * gap[b] + weights.inconsistency * inconsistency[b];
  }

  /** One factor of all blocks, 0 … 1; blocks beyond the grid's edge have none. */
  private fill(source: ImportanceSource, out: Float32Array, context: ImportanceContext): void {
    source.fill(out, context);
    const scale = source.scale ?? this.percentile(out);
    for (let b = 0; b < out.length; b++) {
      const value = out[b] / scale;
      out[b] = value >= 1 ? 1 : value > 0 ? value : 0;
    }
  }

  /** The value that 95 % of the blocks do not exceed; 1 where all are 0. */
  private percentile(values: Float32Array): number {
    let most = 0;
    for (let b = 0; b < values.length; b++) if (values[b] > most && values[b] < Number.POSITIVE_INFINITY) most = values[b];
    if (most === 0) return 1;
    const { bins } = this;
    bins.fill(0);
    for (let b = 0; b < values.length; b++) {
      const bin = Math.floor(((BINS - 1) * values[b]) / most);
      if (bin >= 0 && bin < BINS) bins[bin]++;
    }
    let above = 0;
    let bin = BINS - 1;
    while (bin > 0 && above + bins[bin] <= 0.05 * values.length) above += bins[bin--];
    return ((bin + 1) * most) / BINS;
  }
}
