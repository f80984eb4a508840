/** What a page under `?clock=virtual` offers to whoever drives it. */
export interface VirtualClock {
  /**
   * Advances the game by one frame of `ms` milliseconds and draws it, all before it returns. With `draw` false nothing is
   * drawn, which is the quick way to a later moment.
   */
  step(ms: number, draw?: boolean): void;
  /** Frames stepped so far. */
  readonly frame: number;
  /** Virtual milliseconds since the page was loaded. */
  readonly now: number;
  /** Resolves once the game has booted and may be stepped. */
  readonly ready: Promise<void>;
}

declare global {
  interface Window {
    sgapsClock?: VirtualClock;
  }
}

/** One frame of a game: the virtual time in ms, its length in ms, its number from 1, and whether to draw it. */
export type FrameRunner = (now: number, ms: number, frame: number, draw: boolean) => void;

/** Date at which every virtual run begins, so that nothing depends on the day. */
const EPOCH = Date.UTC(2026, 0, 1);

/**
 * Puts the page on a clock that stands still until it is stepped, whatever the engine. Call it before the engine starts, and
 * `attach` what runs one frame once the game may be stepped. `performance.now` and `Date.now` follow the virtual clock too.
 *
 * @example
 * ```ts
 * const clock = installSteppedClock();
 * await game.ready();
 * clock.attach((now, ms, frame, draw) => game.frame(ms, draw));
 * ```
 */
export function installSteppedClock(): { attach: (run: FrameRunner) => void } {
  let now = 0;
  let frame = 0;
  let runner: FrameRunner | undefined;
  let resolveReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    resolveReady = resolve;
  });

  performance.now = () => now;
  Date.now = () => EPOCH + now;

  window.sgapsClock = {
    get frame() {
      return frame;
    },
    get now() {
      return now;
    },
    ready,
    step(ms: number, draw = true): void {
      if (!runner) throw new Error('sgapsClock.step: the game has not booted yet; await sgapsClock.ready');
      if (!(ms > 0)) throw new RangeError(`sgapsClock.step: ms must be positive, got ${ms}`);
      now += ms;
      frame++;
      runner(now, ms, frame, draw);
    },
  };

  return {
    attach: (run) => {
      runner = run;
      queueMicrotask(resolveReady);
    },
  };
}
