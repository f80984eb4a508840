import type Phaser from 'phaser';
import { installSteppedClock } from './steppedClock.js';

declare global {
  interface Window {
    sgapsGame?: Phaser.Game;
  }
}

/**
 * The stepped clock for Phaser. Call it before `new Phaser.Game`, and hand the result's `attach` to the game config as
 * `callbacks.postBoot`: Phaser calls it just before it would start its loop.
 *
 * The step itself is Phaser's own `Game.step` (its headless step where nothing is drawn), so timers, tweens, animations,
 * physics and drawing all advance by exactly `ms`.
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
  const clock = installSteppedClock();
  const attach = (game: Phaser.Game): void => {
    game.loop.raf.start = () => undefined;
    window.sgapsGame = game;
    clock.attach((now, ms, frame, draw) => {
      const loop = game.loop;
      loop.now = now;
      loop.time = now;
      loop.rawDelta = ms;
      loop.delta = ms;
      (loop as { frame: number }).frame = frame;
      if (draw) loop.callback(now, ms);
      else game.headlessStep(now, ms);
      loop.lastTime = now;
    });
  };
  return { attach };
}
