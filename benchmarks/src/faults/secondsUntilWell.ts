import { setTimeout as wait } from 'node:timers/promises';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { FaultRecorder, type FaultRecorderOptions } from './FaultRecorder.js';

/** s after which a server that takes no recorder counts as broken for good. */
const GIVE_UP = 60;

/**
 * Seconds from `since` (ms of a steady clock) until a new recorder has had its first packet answered. Rejects with `CLOSED` after a minute.
 *
 * @example
 * ```ts
 * const seconds = await secondsUntilWell(server.url, performance.now());
 * ```
 */
export async function secondsUntilWell(url: string, since: number, options: FaultRecorderOptions = {}): Promise<number> {
  let why = 'it gives no answer';
  for (const end = performance.now() + 1000 * GIVE_UP; performance.now() < end; await wait(100)) {
    try {
      const recorder = await FaultRecorder.join(url, { goneAfter: 0, ...options });
      recorder.play();
      for (let i = 0; i < 200 && recorder.answers === 0 && !recorder.isClosed; i++) await wait(10);
      const { answers, answeredAt, heard } = recorder;
      await recorder.leave();
      if (answers > 0) return (answeredAt - since) / 1000;
      why = heard.at(-1) ?? why;
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      why = error.message;
    }
  }
  throw new SgapsError('CLOSED', `Nobody can record ${GIVE_UP} s later: ${why}`);
}
