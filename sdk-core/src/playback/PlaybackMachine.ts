/**
 * What a playback needs of the machine that it runs on.
 *
 * @example
 * ```ts
 * const machine: PlaybackMachine = { now: () => performance.now(), rest: () => new Promise((resolve) => setImmediate(resolve)) };
 * ```
 */
export interface PlaybackMachine {
  /** ms of a steady clock. */
  now(): number;
  /** Lets other work have its turn. */
  rest(): Promise<void>;
}
