import { formatNumber, formatTable } from '../clip/formatTable.js';
import type { GpuFigures } from './measureGpu.js';

const HEAD = ['batch', 'frames/s', 'ms p50', 'p95', 'run ms', 'MB per session', 'sessions at 30 fps'];

/**
 * The figures as text.
 *
 * @example
 * ```ts
 * console.log(gpuTable(figures));
 * ```
 */
export function gpuTable({ gpu, cpu, provider, model, grid, rows, sessionsPerDevice }: GpuFigures): string {
  const cells = rows.map(({ batch, framesPerSecond, latencyMs, runMs, memoryPerSessionMb, sessionsAt30fps, parts }) => [
    `${batch}${parts ? ' (in parts)' : ''}`,
    formatNumber(framesPerSecond, 1),
    formatNumber(latencyMs.p50, 2),
    formatNumber(latencyMs.p95, 2),
    formatNumber(runMs, 2),
    formatNumber(memoryPerSessionMb, 1),
    String(sessionsAt30fps),
  ]);
  const device = gpu ? gpu.name : cpu;
  const sessions =
    sessionsPerDevice === null
      ? 'No batch has its frames within 50 ms, p95: too slow for live sessions.'
      : `${sessionsPerDevice} sessions of 30 frames a second, frames within 50 ms, p95.`;
  return `${model}, ${grid.width}×${grid.height}, ${provider} on ${device}\n${formatTable(HEAD, cells)}\n${sessions}`;
}
