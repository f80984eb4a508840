import type { FaultFigures } from './Fault.js';

/**
 * Head of the table of faults.
 *
 * @example
 * ```ts
 * console.log(formatTable(FAULT_HEAD, rows.map(faultRow)));
 * ```
 */
export const FAULT_HEAD: readonly string[] = [
  'fault',
  'runs',
  'recordings',
  'frames acknowledged',
  'frames lost',
  'records lost',
  'unreadable',
  'well again, s',
  'what the client saw',
];

/**
 * A row of the table of faults.
 *
 * @example
 * ```ts
 * console.log(faultRow(figures).join(' '));
 * ```
 */
export function faultRow(figures: FaultFigures): string[] {
  const { fault, what, runs, recordings, acknowledged, lostFrames, lostRecords, unreadable, wellAfter, client } = figures;
  const counts = [runs, recordings, acknowledged, lostFrames, lostRecords, unreadable].map((count) => count.toLocaleString('en'));
  return [`${fault}: ${what}`, ...counts, wellAfter === null ? '–' : wellAfter.toFixed(1), client];
}

/**
 * Whether nothing that was acknowledged is lost, and all else is as it should be.
 *
 * @example
 * ```ts
 * if (!rows.every(isWell)) process.exitCode = 1;
 * ```
 */
export function isWell({ lostFrames, lostRecords, unreadable, broken }: FaultFigures): boolean {
  return lostFrames + lostRecords + unreadable + broken.length === 0;
}
