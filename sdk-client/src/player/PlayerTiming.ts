/**
 * Where a player has its time from.
 *
 * @example
 * ```ts
 * const player = await ReplayPlayer.open(source, {}, { now: () => engine.time, after: (ms, run) => engine.delay(ms, run) });
 * ```
 */
export interface PlayerTiming {
  /** ms; never goes back. */
  now(): number;
  /** Runs something once, after so many ms. Returns what calls it off. */
  after(ms: number, run: () => void): () => void;
}

/** The page's own. A timer goes on in a hidden tab, where the frames of `requestAnimationFrame` stop. */
export const pageTiming: PlayerTiming = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
