import type { PlaybackMachine } from '@sgaps/core';

/**
 * What a playback needs of Node.
 *
 * @example
 * ```ts
 * const playback = new Playback(await store.open(id), listener, nodeMachine);
 * ```
 */
export const nodeMachine: PlaybackMachine = {
  now: () => performance.now(),
  rest: () => new Promise((resolve) => setImmediate(resolve)),
};
