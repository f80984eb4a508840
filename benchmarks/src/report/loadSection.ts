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
    `\`npm run bench:load -- --sessions N --seconds ${runs[0].seconds}\`: N synthetic recorders in some processes (a scrolling tile world with 24 figures, 320×180, 30 frames a second, 4 to a packet) play to a real`,
    'server in another over real sockets on this machine, and nobody watches. With cadence `every-frame` all frames are rebuilt, with `on-demand` (`--cadence on-demand --cohorts 1`) none: packets are stored and planned from their digests.',
    'Sessions play turn by turn in two cohorts (`--cohorts`): those of one cohort show the same scene, each at its own time. What a recorder sends depends on what the server asked alone, so a packet is encoded once for all that were asked the same, by the',
    'real encoder; every session has a room, a WebSocket and a recording of its own, and answers its own requests. A frame waits for the request that is meant for it: a slow server is spared nothing. Afterwards three of the recordings are rebuilt and compared with what was played.',
    '',
    '- **sessions per core**: seconds of play taken in ÷ CPU seconds of the server’s whole process: what one fully used core carries.',
    '- **kept up**: 99 % of the frames taken in as they came, at most 1 % late or dropped, 99 % of the answers within 12 frames (400 ms), the most that is asked ahead. **full**: the process had no core left, and the row is no measure of the other one.',
    '- **loop ms**: the server’s loop per frame: append, decode, rebuild (on demand: read the digest), plan, encode, append. **Answer**: from sending a packet to its coordinates, at the recorder.',
    '- **B**: bytes per frame and session, framing included. **Late**: frames that had not got the request meant for them when they were due.',
    '- **MB per session**: resident memory grown; **held**: what JavaScript holds after a collection.',
    '- **encoded**: packets that were encoded; **shared**: packets that bytes encoded for another session of the cohort served for, of all. **check dB**: PSNR of the worst of the recordings that were rebuilt.',
    '',
    markdownTable(LOAD_HEAD, runs.map(loadRow)),
    '',
  ];
}
