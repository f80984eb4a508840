/** Batches the pace is taken from: one that was held up once tells nothing, three do. */
const REMEMBERED = 5;

/**
 * How long the model will take for so many pixels, by what the last batches took.
 *
 * @example
 * ```ts
 * pace.restart(6.2, 320 * 180);
 * const ms = pace.expect(3 * 320 * 180);
 * ```
 */
export class Pace {
  /** ms per pixel, the newest last. */
  #last: number[] = [];

  observe(ms: number, pixels: number): void {
    this.#last.push(ms / pixels);
    if (this.#last.length > REMEMBERED) this.#last.shift();
  }

  expect(pixels: number): number {
    const sorted = [...this.#last].sort((a, b) => a - b);
    return pixels * sorted[sorted.length >> 1];
  }

  /** Forgets all but one measure. */
  restart(ms: number, pixels: number): void {
    this.#last = [ms / pixels];
  }
}
