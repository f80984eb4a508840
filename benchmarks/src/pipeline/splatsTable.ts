import { formatNumber, formatTable } from '../clip/formatTable.js';
import type { SplatFigures } from './measureSplats.js';
import { waysTable } from './measureWays.js';

/** ms that a million splats at 1280×720 may take on a GPU. */
const TARGET = 16.67;

/**
 * The figures as text, the target beside them.
 *
 * @example
 * ```ts
 * console.log(splatsTable(figures));
 * ```
 */
export function splatsTable({ adapter, scene, drawing, ways }: SplatFigures): string {
  const stages = drawing.find(({ stageMs }) => stageMs)?.stageMs;
  const names = Object.keys(stages ?? {});
  const rows = drawing.map(({ splats, width, height, loadMs, drawMs, stageMs }) => [
    `${splats}, ${width}×${height}`,
    formatNumber(loadMs, 0),
    formatNumber(drawMs.p50, 1),
    formatNumber(drawMs.p95, 1),
    ...Object.values(stageMs ?? {}).map((ms) => formatNumber(ms, 2)),
  ]);
  const target = ['target, 1000000 at 1280×720 on a GPU', '', `≤ ${TARGET}`, '', ...names.map(() => '')];
  return [
    `scene ${scene}, drawn on ${adapter}; ms`,
    formatTable(['splats, size', 'load', 'draw p50', 'p95', ...names], [...rows, target]),
    'through renderer and transport, one picture asked for after the other; ms',
    waysTable(ways),
  ].join('\n');
}
