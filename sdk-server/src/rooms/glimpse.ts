import type { SessionLoop } from '../loop/SessionLoop.js';
import { SyncGate } from '../storage/SyncGate.js';

/** ms of work before other rooms get their turn. */
const SLICE = 8;
/** Frames decoded for the picture: in a second everything was looked at once. */
const FRAMES = 30;

/** One after the other: many sessions may end at once, and none of them may hold up the others' files. */
const gate = new SyncGate(1);

/**
 * Makes a picture of a session on demand that ends, of which nothing was ever decoded, from about a second of its frames, if that is done within `ms`.
 *
 * @example
 * ```ts
 * await glimpse(loop, 5000);
 * await savePreview(loop.newest);
 * ```
 */
export async function glimpse(loop: SessionLoop, ms: number): Promise<void> {
  const until = performance.now() + ms;
  const wanted = () => performance.now() < until && loop.deferring && loop.newest === null && loop.behind > 0;
  // What cannot be decoded without a fresh start never will be: none comes any more.
  await gate.run(async () => {
    while (wanted() && !loop.catchUp(SLICE, FRAMES) && loop.startable)
      await new Promise<void>((resolve) => setImmediate(resolve));
  });
}
