import { formatNumber } from '../clip/formatTable.js';
import type { LoadFigures } from './measureLoad.js';

/**
 * Column heads of `loadRow`.
 *
 * @example
 * ```ts
 * console.log(formatTable(LOAD_HEAD, [loadRow(figures)]));
 * ```
 */
export const LOAD_HEAD = [
  'cadence',
  'sessions',
  'kept up',
  'server CPU',
  'sessions per core',
  'loop ms p50',
  'p99',
  'answer ms p50',
  'p99',
  'B up',
  'B down',
  'late',
  'dropped',
  'MB per session',
  'held',
];

/**
 * One run as a row of text.
 *
 * @example
 * ```ts
 * const row = loadRow(await measureLoad({ sessions: 2, seconds: 5 }));
 * ```
 */
export function loadRow(figures: LoadFigures): string[] {
  const { loopMs, roundTripMs, frames, late, dropped } = figures;
  return [
    figures.cadence,
    String(figures.sessions),
    figures.keptUp ? 'yes' : 'no',
    `${formatNumber(figures.serverCpuPercent, 0)} %`,
    formatNumber(figures.sessionsPerCore, 1),
    formatNumber(loopMs.p50, 2),
    formatNumber(loopMs.p99, 2),
    formatNumber(roundTripMs.p50, 0),
    formatNumber(roundTripMs.p99, 0),
    formatNumber(figures.bytesUp, 0),
    formatNumber(figures.bytesDown, 0),
    `${formatNumber((100 * late) / Math.max(1, frames), 1)} %`,
    String(dropped),
    formatNumber(figures.memoryPerSession / 1e6, 1),
    formatNumber(figures.heldPerSession / 1e6, 1),
  ];
}
