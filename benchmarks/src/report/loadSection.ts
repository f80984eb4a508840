import { LOAD_HEAD, loadRow } from '../load/loadTable.js';
import type { LoadFigures } from '../load/measureLoad.js';
import { markdownTable } from './markdownTable.js';

/**
 * The chapter on what a server carries, from runs of `bench:load`.
 *
 * @example
 * ```ts
 * const lines = loadSection([await measureLoad({ sessions: 4, seconds: 5 })]);
 * ```
 */
export function loadSection(runs: readonly LoadFigures[]): string[] {
  if (runs.length === 0) return [];
  return [
    '## What a server carries',
    '',
    `\`npm run bench:load -- --sessions N --seconds ${runs[0].seconds}\`: N synthetic recorders in one process (a scrolling tile world with 24 figures, 320×180, 30 frames a second, 4 to a packet) play to a real`,
    'server in another over real sockets on this machine, and nobody watches. With cadence `every-frame` all frames are rebuilt, with `on-demand` (`--cadence on-demand`) none: packets are stored and planned from their digests.',
    '',
    '- **sessions per core**: seconds of play taken in ÷ CPU seconds of the server’s whole process: what one fully used core carries.',
    '- **kept up**: 99 % of the frames taken in as they came, at most 1 % late or dropped, 99 % of the answers within 12 frames (400 ms), the most that is asked ahead.',
    '- **loop ms**: the server’s loop per frame: append, decode, rebuild (on demand: read the digest), plan, encode, append. **Answer**: from sending a packet to its coordinates, at the recorder.',
    '- **B**: bytes per frame and session, framing included. **Late**: frames that had not got the request meant for them when they were taken.',
    '- **MB per session**: resident memory grown; **held**: what JavaScript holds after a collection.',
    '',
    markdownTable(LOAD_HEAD, runs.map(loadRow)),
    '',
  ];
}
