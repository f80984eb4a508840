/** Seconds of real time that one look at the clock may bring: a tab that slept does not jump to where it would be. */
const MOST_AT_ONCE = 2;

/**
 * Where a replay is played, seconds: moves with a monotonic clock while it runs.
 *
 * @example
 * ```ts
 * const head = new Playhead(() => performance.now());
 * head.run();
 * draw(head.advance(0, duration));
 * ```
 */
export class Playhead {
  /** Seconds of the replay for each second. */
  rate = 1;
  /** As of the last `advance` or `set`. */
  time = 0;
  /** When `time` was right, ms; null at rest. */
  #at: number | null = null;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  set(time: number): void {
    this.time = time;
    if (this.#at !== null) this.#at = this.#now();
  }

  run(): void {
    this.#at ??= this.#now();
  }

  rest(): void {
    this.#at = null;
  }

  /** Moves to where it is by now, but not out of these bounds: where it is held, no time is saved up. */
  advance(least: number, most: number): number {
    if (this.#at === null) return this.time;
    const now = this.#now();
    const passed = Math.min((now - this.#at) / 1000, MOST_AT_ONCE);
    this.#at = now;
    this.time = Math.min(Math.max(this.time + passed * this.rate, least), most);
    return this.time;
  }
}
