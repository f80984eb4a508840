import { formatNumber } from '../clip/formatTable.js';
import type { SeekFigures, SeekTimes } from './measureSeek.js';

const times = ({ p50, p95, max }: SeekTimes): string => [p50, p95, max].map((ms) => formatNumber(ms, 0)).join(' / ');

/**
 * The figures as rows of a table: what, and a column for each measurement.
 *
 * @example
 * ```ts
 * console.log(formatTable(...seekTable(figures)));
 * ```
 */
export function seekTable(all: readonly SeekFigures[]): [string[], string[][]] {
  const row = (name: string, cell: (figures: SeekFigures) => string): string[] => [name, ...all.map(cell)];
  return [
    row('', ({ kind, shelf }) => `${kind}, shelf in ${shelf === 'file' ? 'a file' : 'memory'}`),
    [
      row('frames', ({ frames }) => String(frames)),
      row('snapshots in the recording', ({ snapshots }) => String(snapshots)),
      row('longest time between two, s', ({ longestGap }) => formatNumber(longestGap, 0)),
      row('seek, cold: p50 / p95 / max ms', ({ cold }) => times(cold)),
      row('… of it processor time', ({ coldCpu }) => times(coldCpu)),
      row('seek, while it is surveyed', ({ surveyed }) => times(surveyed)),
      row('seek, shelf filled', ({ filled }) => times(filled)),
      row('… of it processor time', ({ filledCpu }) => times(filledCpu)),
      row('seek, opened anew, states kept', ({ reopened }) => (reopened ? times(reopened) : '–')),
      row('MB of the file of states', ({ keptBytes }) => (keptBytes === null ? '–' : formatNumber(keptBytes / 1e6, 0))),
      row('survey, s', ({ surveyMs }) => formatNumber(surveyMs / 1000, 1)),
      row('… its processor time', ({ surveyCpu }) => formatNumber(surveyCpu / 1000, 1)),
      row('places on the shelf', ({ places }) => String(places)),
      row('ms between them', ({ spacing }) => formatNumber(spacing, 0)),
      row('MB on the shelf', ({ shelfBytes }) => formatNumber(shelfBytes / 1e6, 0)),
      row('frames/s in steps of 1', ({ forth }) => formatNumber(forth, 0)),
      row('frames/s in steps of 8', ({ forth8 }) => formatNumber(forth8, 0)),
      row('frames/s in steps of −1', ({ back }) => formatNumber(back, 0)),
      row('longest step of −1, ms', ({ backMax }) => formatNumber(backMax, 0)),
      row('frames/s in steps of −4', ({ back4 }) => formatNumber(back4, 0)),
    ],
  ];
}
