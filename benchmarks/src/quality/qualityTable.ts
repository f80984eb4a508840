import { formatNumber } from '../clip/formatTable.js';
import { pearson, spearman } from '../metrics/correlation.js';
import { mean, quantile } from '../metrics/statistics.js';
import type { QualityRun } from './collectRows.js';

/**
 * How well one clip's frames were told, PSNR in dB.
 *
 * @example
 * ```ts
 * const { meanError } = judge(run, truth, told);
 * ```
 */
export interface QualityFigures {
  readonly name: string;
  /** Share of the frames that samples alone kept up to date, 0 … 1. */
  readonly kept: number;
  readonly psnr: number;
  readonly told: number;
  readonly pearson: number;
  readonly spearman: number;
  /** Mean absolute difference, dB. */
  readonly meanError: number;
  /** Mean true squared error inside and outside of the problem regions, and the share of pixels that they take. */
  readonly problem: QualityRun['problem'];
  /** Milliseconds of an assessment, median. */
  readonly ms: number;
}

/**
 * Compares what was told of a clip's frames with the truth.
 *
 * @example
 * ```ts
 * const figures = judge(run, truth, told);
 * ```
 */
export function judge(
  { name, kept, shipped, problem, ms }: QualityRun & { readonly name: string },
  truth: number[],
  told: number[],
): QualityFigures {
  return {
    name,
    kept: kept / shipped.length,
    psnr: mean(truth),
    told: mean(told),
    pearson: pearson(truth, told),
    spearman: spearman(truth, told),
    meanError: mean(truth.map((value, i) => Math.abs(value - told[i]))),
    problem,
    ms: quantile(ms, 0.5),
  };
}

/** Columns of `qualityCells`. */
export const QUALITY_HEAD: readonly string[] = [
  'clip',
  'kept %',
  'PSNR',
  'told',
  'Pearson',
  'Spearman',
  '|off| dB',
  'MSE inside',
  'outside',
  'region %',
  'ms',
];

/**
 * A clip as cells of a table.
 *
 * @example
 * ```ts
 * console.log(formatTable(QUALITY_HEAD, figures.map(qualityCells)));
 * ```
 */
export function qualityCells(f: QualityFigures): string[] {
  return [
    f.name,
    formatNumber(100 * f.kept, 0),
    ...[f.psnr, f.told, f.pearson, f.spearman, f.meanError].map((value) => formatNumber(value, 2)),
    formatNumber(f.problem.inside, 0),
    formatNumber(f.problem.outside, 0),
    formatNumber(100 * f.problem.share, 1),
    formatNumber(f.ms, 2),
  ];
}

/**
 * Means over the clips as cells of a table; a clip whose frames are all alike has no correlation and is left out of it.
 *
 * @example
 * ```ts
 * const rows = [...figures.map(qualityCells), qualityMeans(figures)];
 * ```
 */
export function qualityMeans(figures: readonly QualityFigures[]): string[] {
  const column = (pick: (f: QualityFigures) => number) => mean(figures.map(pick).filter((value) => !Number.isNaN(value)));
  const text = (pick: (f: QualityFigures) => number) => formatNumber(column(pick), 2);
  return [
    'mean of clips',
    '',
    text((f) => f.psnr),
    text((f) => f.told),
    text((f) => f.pearson),
    text((f) => f.spearman),
    text((f) => f.meanError),
    '',
    '',
    '',
    text((f) => f.ms),
  ];
}
