import { formatNumber } from '../clip/formatTable.js';
import type { ClipFigures } from '../clip/measureClip.js';
import { mean } from '../metrics/statistics.js';
import type { Variant } from './variants.js';

/** Clips that are averaged together: 2D, a cut every two seconds, 3D with colours alone, 3D with the depth that the engine gives. */
export type AblationGroup = '2d' | 'cuts' | '3d' | '3d-depth';

/** Groups in the order of the page, with their titles. */
export const ABLATION_GROUPS: Readonly<Record<AblationGroup, string>> = {
  '2d': '2D clips',
  cuts: 'Two 2D clips in turn, a cut every two seconds',
  '3d': '3D clips, colours alone',
  '3d-depth': '3D clips, depth sent beside colour',
};

/**
 * What one variant came to on one clip.
 *
 * @example
 * ```ts
 * const run: AblationRun = { variant: 'blocks', clip: 'tank-arena', group: '2d', figures };
 * ```
 */
export interface AblationRun {
  readonly variant: Variant['id'];
  readonly clip: string;
  readonly group: AblationGroup;
  readonly figures: ClipFigures;
}

/**
 * Means of a variant over a group, and what differs from all on: below 0 where the part earns its place.
 *
 * @example
 * ```ts
 * const { psnrSteady, psnrChange } = row;
 * ```
 */
export interface AblationRow {
  readonly variant: Variant['id'];
  readonly label: string;
  readonly psnrSteady: number;
  readonly psnrChange: number;
  readonly ssimSteady: number;
  readonly ssimChange: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly ms: number;
}

/**
 * The rows of a group, in the variants' order; variants that were not run on it are left out.
 *
 * @example
 * ```ts
 * const rows = ablationRows(listVariants(), runs, '2d');
 * ```
 */
export function ablationRows(variants: readonly Variant[], runs: readonly AblationRun[], group: AblationGroup): AblationRow[] {
  const of = (id: Variant['id']) => runs.filter((run) => run.group === group && run.variant === id).map(({ figures }) => figures);
  const average = (figures: readonly ClipFigures[], pick: (figures: ClipFigures) => number) => mean(figures.map(pick));
  return variants.flatMap(({ id, label, base }) => {
    const figures = of(id);
    const all = of(base);
    if (figures.length === 0) return [];
    const psnrSteady = average(figures, (f) => f.psnrSteady);
    const ssimSteady = average(figures, (f) => f.ssimSteady);
    return [
      {
        variant: id,
        label,
        psnrSteady,
        psnrChange: psnrSteady - average(all, (f) => f.psnrSteady),
        ssimSteady,
        ssimChange: ssimSteady - average(all, (f) => f.ssimSteady),
        bytesUp: average(figures, (f) => f.bytesUp),
        bytesDown: average(figures, (f) => f.bytesDown),
        ms: average(figures, (f) => f.msPerFrame.p50),
      },
    ];
  });
}

/** Columns of `ablationCells`. */
export const ABLATION_HEAD: readonly string[] = [
  'switched off',
  'PSNR steady',
  'change',
  'SSIM steady',
  'change',
  'B up',
  'B down',
  'ms p50',
];

const signed = (value: number, digits: number) =>
  Number.isNaN(value) ? '–' : `${value > 0 ? '+' : ''}${(Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).toFixed(digits)}`;

/**
 * A row as cells of a table; all on has no change.
 *
 * @example
 * ```ts
 * console.log(formatTable(ABLATION_HEAD, rows.map(ablationCells)));
 * ```
 */
export function ablationCells(row: AblationRow): string[] {
  const all = row.variant === 'all' || row.variant === 'limited';
  return [
    row.variant === 'all'
      ? 'nothing: all on'
      : row.variant === 'limited'
        ? 'nothing, time for 8,064 samples'
        : row.variant === 'points'
          ? 'all kinds of samples but points'
          : `${row.variant}: ${row.label}`,
    formatNumber(row.psnrSteady, 2),
    all ? '' : signed(row.psnrChange, 2),
    formatNumber(row.ssimSteady, 4),
    all ? '' : signed(row.ssimChange, 4),
    formatNumber(row.bytesUp, 0),
    formatNumber(row.bytesDown, 0),
    formatNumber(row.ms, 1),
  ];
}

/**
 * Change of each clip's steady PSNR, a row per variant and a column per clip; the rows of all on are their PSNR.
 *
 * @example
 * ```ts
 * const { head, rows } = changesByClip(variants, runs, '2d');
 * ```
 */
export function changesByClip(
  variants: readonly Variant[],
  runs: readonly AblationRun[],
  group: AblationGroup,
): { readonly head: string[]; readonly rows: string[][] } {
  const some = runs.filter((run) => run.group === group);
  const clips = [...new Set(some.map(({ clip }) => clip))].sort();
  const psnr = (id: Variant['id'], clip: string) =>
    some.find((run) => run.variant === id && run.clip === clip)?.figures.psnrSteady ?? Number.NaN;
  const rows = variants
    .filter(({ id }) => some.some(({ variant }) => variant === id))
    .map(({ id, base }) => [
      id === 'all' ? 'all on, dB' : id === 'limited' ? '8,064 samples, dB' : id,
      ...clips.map((clip) => (id === base ? formatNumber(psnr(id, clip), 2) : signed(psnr(id, clip) - psnr(base, clip), 2))),
    ]);
  return { head: ['', ...clips], rows };
}
