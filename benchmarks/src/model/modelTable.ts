import { formatNumber } from '../clip/formatTable.js';
import type { ClipFigures } from '../clip/measureClip.js';
import type { ModelRow } from './measureModel.js';

/**
 * Columns of `bench:model`.
 *
 * @example
 * ```ts
 * console.log(formatTable(MODEL_HEAD, rows.map(modelCells)));
 * ```
 */
export const MODEL_HEAD = [
  'clip',
  'dB diffusion',
  'dB model',
  'gain',
  'SSIM diffusion',
  'SSIM model',
  'B up diffusion',
  'B up model',
  'spread alone',
  'same samples',
  'Spearman',
  'AUSE',
  'told off model',
  'told off diffusion',
  'ms p50',
  'ms p95',
  'picture p50',
  'picture p95',
];

/**
 * A row of the table.
 *
 * @example
 * ```ts
 * const cells = modelCells(await measureModel(clip, 'points', backend, 300));
 * ```
 */
export function modelCells(row: ModelRow): string[] {
  const { diffusion, model, analytic, spread } = row;
  return [
    row.name,
    formatNumber(diffusion.psnrSteady, 2),
    formatNumber(model.psnrSteady, 2),
    signed(model.psnrSteady - diffusion.psnrSteady),
    formatNumber(diffusion.ssimSteady, 3),
    formatNumber(model.ssimSteady, 3),
    formatNumber(diffusion.bytesUp, 0),
    formatNumber(model.bytesUp, 0),
    signed(spread.psnrSteady - diffusion.psnrSteady),
    signed(analytic.psnrSteady - diffusion.psnrSteady),
    figure(row.spearman),
    figure(row.ause),
    figure(row.toldError),
    figure(row.toldErrorDiffusion),
    formatNumber(model.msPerFrame.p50, 1),
    formatNumber(model.msPerFrame.p95, 1),
    milliseconds(model.modelMs?.p50),
    milliseconds(model.modelMs?.p95),
  ];
}

/**
 * Rows of the means of all, of the 2D and of the 3D clips, where there are any.
 *
 * @example
 * ```ts
 * const lines = [...rows.map(modelCells), ...modelMeans(rows)];
 * ```
 */
export function modelMeans(rows: readonly ModelRow[]): string[][] {
  const flat = rows.filter(({ kind }) => kind.startsWith('2d'));
  const solid = rows.filter(({ kind }) => kind === '3d');
  const groups: [string, readonly ModelRow[]][] = [
    ['mean', rows],
    ['mean 2D', flat],
    ['mean 3D', solid],
  ];
  return groups
    .filter(([, of], i) => of.length > 0 && (i === 0 || of.length < rows.length))
    .map(([name, of]) => modelCells(meanRow(name, of)));
}

function meanRow(name: string, rows: readonly ModelRow[]): ModelRow {
  const over = (pick: (row: ModelRow) => number) => {
    // What no frame of a clip says anything about is left out.
    const values = rows.map(pick).filter((value) => !Number.isNaN(value));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const figures = (pick: (row: ModelRow) => ClipFigures): ClipFigures => ({
    ...pick(rows[0]),
    psnrSteady: over((row) => pick(row).psnrSteady),
    ssimSteady: over((row) => pick(row).ssimSteady),
    bytesUp: over((row) => pick(row).bytesUp),
    msPerFrame: { p50: over((row) => pick(row).msPerFrame.p50), p95: over((row) => pick(row).msPerFrame.p95) },
    modelMs: {
      p50: over((row) => pick(row).modelMs?.p50 ?? Number.NaN),
      p95: over((row) => pick(row).modelMs?.p95 ?? Number.NaN),
    },
  });
  return {
    name,
    kind: '',
    setting: rows[0].setting,
    diffusion: figures((row) => row.diffusion),
    model: figures((row) => row.model),
    spread: figures((row) => row.spread),
    analytic: figures((row) => row.analytic),
    spearman: over((row) => row.spearman),
    ause: over((row) => row.ause),
    toldError: over((row) => row.toldError),
    toldErrorDiffusion: over((row) => row.toldErrorDiffusion),
  };
}

function signed(value: number): string {
  if (Number.isNaN(value)) return '';
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

function milliseconds(value = Number.NaN): string {
  return Number.isNaN(value) ? '' : formatNumber(value, 1);
}

function figure(value: number): string {
  return Number.isNaN(value) ? '' : formatNumber(value, 2);
}
