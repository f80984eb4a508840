import type { ClientFigures } from '../client/ClientFigures.js';
import { CLIENT_HEAD, clientRows, describeStage, recorderRows, STAGE_HEAD, STAGE_TITLES } from '../client/clientTable.js';
import type { StageName } from '../client/variants.js';
import { markdownTable } from './markdownTable.js';

/**
 * The chapter on what recording costs a game, from the figures of `bench:client`; `plot` is the picture's address as the page sees it.
 *
 * @example
 * ```ts
 * const lines = clientSection(figures, 'images/bench-client.svg');
 * ```
 */
export function clientSection(figures: ClientFigures, plot: string): string[] {
  const lines = [
    '## What recording costs a game',
    '',
    `\`npm run bench:client -- --seconds ${figures.seconds}\`: two moving games on a 640×360 canvas in headless Chromium, each with nothing, with our recorders (real requests, coding, socket and`,
    `server) and with other ways to get at the pictures. All variants take turns in slices of ${figures.sliceSeconds} s within one run, back and forth, so that what else the machine does hits all alike.`,
    '',
    '- **µs p50, p99, mean**: main thread spent on the variant per displayed frame, measured from outside with `performance.now` around all its calls, messages that it handles between two frames included.',
    '- **stalls**: displayed frames in which that was more than 4 ms.',
    '- **CPU**: user and system time of all of the browser’s processes (`/proc`), ms per displayed frame; **+ bare** is what lies above the bare game in the same round, **±** its standard error over the rounds.',
    '- **MediaRecorder adds ×**: what MediaRecorder at 2.5 Mbit/s adds to the bare game, as a multiple of what this row adds. Empty where either is lost in the noise (less than twice its ±).',
    '- **KB/s**: encoded video, or our packets up and down. Read-backs send nothing and encode nothing: they are only the first step of a recorder.',
    '- **taken/s**: frames taken; 30 are asked for, 10 of the worker sampler and 5 of canvas2d. Fewer where the browser, or our own cost control, could not do more. MediaRecorder and captureStream do not tell.',
    '',
    `![CPU and main thread added by each way of recording](${plot})`,
    '',
  ];
  for (const name of Object.keys(STAGE_TITLES) as StageName[]) {
    const stage = figures.stages[name];
    if (!stage && figures.skipped[name] === undefined) continue;
    lines.push(`### ${STAGE_TITLES[name]}`, '', `${describeStage(name, figures)}.`, '');
    if (!stage) continue;
    lines.push(markdownTable(CLIENT_HEAD, clientRows(stage)), '');
    const own = recorderRows(stage);
    if (own.length > 0)
      lines.push('Where our part goes, by the recorder’s own stop watch, µs per displayed frame (p50 / mean):', '');
    if (own.length > 0) lines.push(markdownTable(STAGE_HEAD, own), '');
    for (const [id, why] of Object.entries(stage.skipped)) lines.push(`- ${id} left out: ${why}`, '');
  }
  return lines;
}
