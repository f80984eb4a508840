import { formatNumber, formatTable } from '../clip/formatTable.js';
import type { Spread } from './measurePipeline.js';
import type { StreamFigures } from './measureStream.js';
import { waysTable } from './measureWays.js';

/**
 * The figures as text.
 *
 * @example
 * ```ts
 * console.log(streamTable(figures));
 * ```
 */
export function streamTable({ adapter, scene, frames, ways }: StreamFigures): string {
  const both = ({ p50, p95 }: Spread) => `${formatNumber(p50, 1)} / ${formatNumber(p95, 1)}`;
  const rows = frames.map(({ splats, nextMs, keptMs, updateMs }) => [`${splats}`, both(nextMs), both(keptMs), both(updateMs)]);
  return [
    `scene ${scene}, drawn on ${adapter}; ms, p50 / p95`,
    formatTable(['splats', 'next frame', 'frame kept', 'to the renderer'], rows),
    'through renderer and transport, the next frame asked for with each picture; ms',
    waysTable(ways),
  ].join('\n');
}
