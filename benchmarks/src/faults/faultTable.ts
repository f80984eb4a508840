import { SgapsError } from '@sgaps/protocol';
import { markdownTable } from '../report/markdownTable.js';
import type { FaultFigures } from './Fault.js';

/** Between these the page has its table. */
const [BEGIN, END] = ['<!-- faults: measured -->', '<!-- /faults -->'];

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

/**
 * The page with these rows in its table: in the place of those of the same fault and kind, new ones at the end. Throws `ARGUMENT_INVALID` for a page that has no place for a table.
 *
 * @example
 * ```ts
 * writeFileSync(path, withFaultRows(readFileSync(path, 'utf8'), rows));
 * ```
 */
export function withFaultRows(page: string, figures: readonly FaultFigures[]): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new SgapsError('ARGUMENT_INVALID', `The page has no place for the table: ${BEGIN} … ${END}.`);
  const rows = new Map<string, string[]>();
  for (const line of page.slice(from + BEGIN.length, to).split('\n')) {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.length === FAULT_HEAD.length && cells[0].includes(': ')) rows.set(cells[0], cells);
  }
  for (const row of figures.map(faultRow))
    rows.set(
      row[0],
      row.map((cell) => cell.replaceAll('|', '/')),
    );
  return `${page.slice(0, from + BEGIN.length)}\n\n${markdownTable(FAULT_HEAD, [...rows.values()])}\n\n${page.slice(to)}`;
}
