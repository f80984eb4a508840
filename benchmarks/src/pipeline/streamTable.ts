import { formatNumber, formatTable } from '../clip/formatTable.js';
import type { Spread } from './measurePipeline.js';
import type { StreamFigures } from './measureStream.js';

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
  const way = ways.map(({ splats, encoder, width, height, endToEndMs, bytesPerPicture }) => [
    `${splats}, ${encoder}, ${width}×${height}`,
    both(endToEndMs),
    formatNumber(bytesPerPicture / 1024, 1),
  ]);
  return [
    `scene ${scene}, drawn on ${adapter}; ms, p50 / p95`,
    formatTable(['splats', 'next frame', 'frame kept', 'to the renderer'], rows),
    'through renderer and transport, the next frame asked for with each picture; ms, p50 / p95',
    formatTable(['splats, encoder, size', 'end to end', 'KB a picture'], way),
  ].join('\n');
}
