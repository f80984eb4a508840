import type Phaser from 'phaser';

/** What a page under `?clock=virtual` offers to whoever drives it. */
export interface VirtualClock {
  /**
   * Advances the game by one frame of `ms` milliseconds and draws it, all before it returns. With `draw` false nothing is
   * drawn (Phaser's headless step), which is the quick way to a later moment.
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
    sgapsGame?: Phaser.Game;
  }
}

/** Date at which every virtual run begins, so that nothing depends on the day. */
const EPOCH = Date.UTC(2026, 0, 1);

/**
 * Puts the page on a clock that stands still until it is stepped. Call it before `new Phaser.Game`, and hand the result's
 * `attach` to the game config as `callbacks.postBoot`: Phaser calls it just before it would start its loop.
 *
 * `performance.now` and `Date.now` follow the virtual clock too, because Phaser's tweens read the latter. The step itself is
 * Phaser's own `Game.step`, so timers, tweens, animations, physics and drawing all advance by exactly `ms`.
 *
 * @example
 * ```ts
 * const clock = installVirtualClock();
 * new Phaser.Game({ ...config, callbacks: { postBoot: clock.attach } });
 * await window.sgapsClock!.ready;
 * window.sgapsClock!.step(1000 / 60);
 * ```
 */
export function installVirtualClock(): { attach: (game: Phaser.Game) => void } {
  let now = 0;
  let frame = 0;
  let game: Phaser.Game | undefined;
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
      if (!game) throw new Error('sgapsClock.step: the game has not booted yet; await sgapsClock.ready');
      if (!(ms > 0)) throw new RangeError(`sgapsClock.step: ms must be positive, got ${ms}`);
      now += ms;
      frame++;
      const loop = game.loop;
      loop.now = now;
      loop.time = now;
      loop.rawDelta = ms;
      loop.delta = ms;
      (loop as { frame: number }).frame = frame;
      if (draw) loop.callback(now, ms);
      else game.headlessStep(now, ms);
      loop.lastTime = now;
    },
  };

  const attach = (booted: Phaser.Game): void => {
    booted.loop.raf.start = () => undefined;
    game = booted;
    window.sgapsGame = booted;
    queueMicrotask(resolveReady);
  };
  return { attach };
}
