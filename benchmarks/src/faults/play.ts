import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import { FaultRecorder, type FaultRecorderOptions } from './FaultRecorder.js';

/**
 * Lets so many recorders join and play.
 *
 * @example
 * ```ts
 * const recorders = await play(server.url, 4);
 * ```
 */
export async function play(url: string, count: number, options: FaultRecorderOptions = {}): Promise<FaultRecorder[]> {
  const recorders = await Promise.all(Array.from({ length: count }, () => FaultRecorder.join(url, options)));
  for (const recorder of recorders) recorder.play();
  return recorders;
}

/**
 * Waits until `holds`; rejects with `CLOSED` after so many ms, saying what was waited for.
 *
 * @example
 * ```ts
 * await until(() => recorders.every(({ isClosed }) => isClosed), 10_000, 'recorders to be sent away');
 * ```
 */
export async function until(holds: () => boolean, ms: number, what: string): Promise<void> {
  for (const end = performance.now() + ms; !holds(); await wait(10)) {
    if (performance.now() > end) throw new SgapsError('CLOSED', `Waited ${ms} ms in vain for ${what}.`);
  }
}

/**
 * What recorders were told, without what differs from one to the other: each text once, with how many heard it.
 *
 * @example
 * ```ts
 * summary(recorders); // '4 × closed (4022 STORAGE_FULL)'
 * ```
 */
export function summary(recorders: readonly FaultRecorder[]): string {
  const counts = new Map<string, number>();
  for (const { heard } of recorders) {
    for (const line of heard) {
      const said = line.replace(/,? ?[A-Z_]+: .*(?=\)$)/, '');
      counts.set(said, (counts.get(said) ?? 0) + 1);
    }
  }
  if (counts.size === 0) return 'nothing';
  return [...counts].map(([said, count]) => `${count} × ${said}`).join(', ');
}
