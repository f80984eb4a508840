import { formatNumber, formatTable } from '../clip/formatTable.js';
import type { PipelineFigures, Spread } from './measurePipeline.js';

const HEAD = [
  'encoder, size',
  'render p50',
  'p95',
  'encode p50',
  'p95',
  'send p50',
  'p95',
  'end to end p50',
  'p95',
  'KB a picture',
];
/** ms that drawing and encoding may take on a GPU, and the whole way (spec, headline figures). */
const TARGETS = { renderAndEncode: 16.67, endToEnd: 50 };

/**
 * The figures as text, targets beside them.
 *
 * @example
 * ```ts
 * console.log(pipelineTable(figures));
 * ```
 */
export function pipelineTable({ adapter, scene, rows, viewers, liveMs }: PipelineFigures): string {
  const pair = ({ p50, p95 }: Spread) => [formatNumber(p50, 2), formatNumber(p95, 2)];
  const cells = rows.map(({ encoder, width, height, renderMs, encodeMs, sendMs, endToEndMs, bytesPerPicture }) => [
    `${encoder}, ${width}×${height}`,
    ...pair(renderMs),
    ...pair(encodeMs),
    ...pair(sendMs),
    ...pair(endToEndMs),
    formatNumber(bytesPerPicture / 1024, 1),
  ]);
  const target = ['target', '', '', `with render ≤ ${TARGETS.renderAndEncode}`, '', '', '', `≤ ${TARGETS.endToEnd}`, '', ''];
  const carried = Object.entries(viewers).map(([encoder, count]) => `${count} of ${encoder}`);
  return [
    `scene ${scene}, drawn on ${adapter}; ms`,
    formatTable(HEAD, [...cells, target]),
    `viewers of one channel that get 99 % of 30 pictures a second, on this machine: ${carried.join(', ')}`,
    `live edge, from a packet's arrival to its last frame at a viewer: p50 ${formatNumber(liveMs.p50, 1)}, p95 ${formatNumber(liveMs.p95, 1)} ms (target: two frames, 66.7)`,
  ].join('\n');
}
