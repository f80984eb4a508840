/** Frames less than a millisecond apart are rare; so many times reach back over some. */
const KEPT = 16;

/**
 * Times of the frames passed last, for the frame before one.
 *
 * @example
 * ```ts
 * const passed = new PassedTimes();
 * passed.add(33);
 * passed.before(66); // 33
 * ```
 */
export class PassedTimes {
  readonly #times: number[] = [];

  add(time: number): void {
    this.#times.push(time);
    if (this.#times.length > 2 * KEPT) this.#times.splice(0, KEPT);
  }

  clear(): void {
    this.#times.length = 0;
  }

  /** The last time more than a millisecond before this one, ms, so that asking for it finds another frame; null where none is known. */
  before(time: number): number | null {
    return this.#times.findLast((passed) => passed + 1 < time) ?? null;
  }
}
