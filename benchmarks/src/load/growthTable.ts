import { formatNumber, formatTable } from '../clip/formatTable.js';
import type { Line } from '../metrics/fitLine.js';
import type { Growth } from './measureGrowth.js';

/**
 * Column heads of `slopeRows`.
 *
 * @example
 * ```ts
 * console.log(formatTable(SLOPES_HEAD, slopeRows(growth)));
 * ```
 */
export const SLOPES_HEAD = [
  'per session',
  ...['CPU, % of a core', 'memory, MB', 'KB/s up', 'KB/s down', 'KB/s written', 'files and sockets'],
  'runs',
  'breaks at',
];

const withError = ({ slope, slopeError }: Line, unit: number, digits: number) =>
  Number.isNaN(slope)
    ? '–'
    : `${formatNumber(slope / unit, digits)}${Number.isFinite(slopeError) ? ` ± ${formatNumber(slopeError / unit, digits)}` : ''}`;

/**
 * What a session more costs, a row for each cadence.
 *
 * @example
 * ```ts
 * const rows = slopeRows(growth);
 * ```
 */
export function slopeRows({ cadences }: Growth): string[][] {
  return cadences.map(({ cadence, slopes, breaksAt }) => [
    cadence,
    withError(slopes.cpuPercent, 1, 2),
    withError(slopes.rss, 1e6, 1),
    withError(slopes.up, 1e3, 1),
    withError(slopes.down, 1e3, 2),
    withError(slopes.written, 1e3, 1),
    withError(slopes.openFiles, 1, 1),
    String(slopes.runs),
    breaksAt === null ? 'not reached' : String(breaksAt),
  ]);
}

/**
 * The same as text.
 *
 * @example
 * ```ts
 * console.log(slopesTable(growth));
 * ```
 */
export function slopesTable(growth: Growth): string {
  return formatTable(SLOPES_HEAD, slopeRows(growth));
}
