import { formatTable } from '../clip/formatTable.js';
import type { FuzzFigures } from './measureFuzz.js';

const HEAD = ['target', 'cases', 'accepted', 'refused', 'cases/s', 'worst ms', 'worst MB', 'by code'];
/** Characters of an input that a finding shows; JSON has all of it. */
const MOST_HEX = 4096;

/**
 * The figures as text, findings last.
 *
 * @example
 * ```ts
 * console.log(fuzzTable(figures));
 * ```
 */
export function fuzzTable({ seed, cases, seconds, worstRss, targets, findings }: FuzzFigures): string {
  const rows = targets.map(({ name, cases, accepted, refused, ms, worstMs, worstBytes }) => {
    const codes = Object.entries(refused).sort(([, a], [, b]) => b - a);
    const count = codes.reduce((sum, [, times]) => sum + times, 0);
    const perSecond = ms > 0 ? (1000 * cases) / ms : 0;
    return [
      name,
      String(cases),
      String(accepted),
      String(count),
      perSecond.toFixed(0),
      worstMs.toFixed(1),
      (worstBytes / 1e6).toFixed(1),
      codes.map(([code, times]) => `${code} ${times}`).join(', '),
    ];
  });
  const told = findings.map(
    ({ target, kind, message, index, bytes }) =>
      `FINDING in '${target}', case ${index} of seed ${seed}: ${kind}\n${message.replace(/^/gm, '  ')}\n  --only '${target}' --bytes ${bytes.slice(0, MOST_HEX)}${bytes.length > MOST_HEX ? `… (${bytes.length / 2} bytes; --json has them all)` : ''}`,
  );
  const summary = `${cases} cases in ${seconds.toFixed(0)} s, seed ${seed}, resident at most ${(worstRss / 1e6).toFixed(0)} MB: ${findings.length === 0 ? 'nothing found' : `${findings.length} findings`}.`;
  return [formatTable(HEAD, rows), summary, ...told].join('\n');
}
