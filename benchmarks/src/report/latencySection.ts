import { type DelayRun, delayRows, listDelays } from '../latency/latencyTable.js';
import { markdownTable } from './markdownTable.js';

/**
 * What `bench:latency --json` prints.
 *
 * @example
 * ```ts
 * const { runs } = lastJson<LatencyFigures>(output);
 * ```
 */
export interface LatencyFigures {
  readonly seed: number;
  /** Samples a frame at most; absent where all that changed was asked for. */
  readonly samples?: number;
  readonly runs: readonly DelayRun[];
}

/**
 * The chapter on what delay costs, from runs of `bench:latency`: each as many clips, with other samples a frame.
 *
 * @example
 * ```ts
 * const lines = latencySection([lastJson<LatencyFigures>(output)]);
 * ```
 */
export function latencySection(figures: readonly LatencyFigures[]): string[] {
  const some = figures.filter(({ runs }) => runs.length > 0);
  if (some.length === 0) return [];
  const [{ seed, runs }] = some;
  const clips = new Set(runs.map(({ clip }) => clip)).size;
  const frames = Math.max(...runs.map(({ figures: { frames } }) => frames));
  const lines = [
    '## What delay costs',
    '',
    `\`npm run bench:latency\`: ${clips} clips again, ${frames} frames at most, over simulated networks, steady PSNR in dB. With no delay the answer to a frame is there before the next is drawn, so that frame t is`,
    'followed by samples asked for t + 1; with a delay of 1 frame, by samples asked for t + 2 (`bench:clip --latency 2`), and so on.',
    '',
    '- **with / without**: cameras, objects and flow carried on to the frame asked about, as far as the delay is (S4, S12, S13), or not (`latency` and `trajectory` of `LoopFeatures` off).',
    '- **loss**: against no delay with compensation. **Gain**: what compensation is worth at that delay.',
    `- The networks’ delays are drawn from a seed (${seed}) and not known to the server, which measures round trips and asks so far ahead (**asked ahead**, frames) that nine tenths of the`,
    '  answers should be in time. **Late**: frames that had not got the request made for them when they were drawn. Packets stay in order, as on a WebSocket.',
    '',
  ];
  for (const { samples, runs: own } of some) {
    const { head, rows } = delayRows(listDelays(seed), own);
    lines.push(
      samples === undefined
        ? 'Where all that changes is asked for, as by default:'
        : `Where a client has time for ${samples} samples a frame and memory draws the rest (\`--samples ${samples}\`):`,
      '',
      markdownTable(head, rows),
      '',
    );
  }
  return lines;
}
