/** Length of one tick of game logic, in milliseconds: 60 ticks make a second. */
export const TICK_MS = 1000 / 60;

const MAX_TICKS_PER_FRAME = 6;

/**
 * Turns frames of any length into whole ticks, so that game logic gives the same result at any frame rate.
 *
 * @example
 * ```ts
 * const stepper = new FixedStepper(() => world.tick());
 * update(_time: number, delta: number) { stepper.advance(delta); }
 * ```
 */
export class FixedStepper {
  private carried = 0;

  constructor(private readonly tick: () => void) {}

  /** Runs the ticks that fit in `delta` ms; a frame within 2 ms of a tick counts as one, a long pause as six. */
  advance(delta: number): void {
    this.carried += Math.abs(delta - TICK_MS) < 2 ? TICK_MS : delta;
    let ticks = 0;
    while (this.carried >= TICK_MS - 1e-6 && ticks < MAX_TICKS_PER_FRAME) {
      this.carried -= TICK_MS;
      ticks++;
      this.tick();
    }
    if (this.carried > TICK_MS) this.carried = 0;
    if (this.carried < 0) this.carried = 0;
  }
}
