import type { MicrosFigure } from './RecorderStats.js';

/**
 * The last `size` measurements of one thing; adding costs nothing, percentiles are worked out when asked for.
 *
 * @example
 * ```ts
 * const issue = new MicrosWindow(512);
 * issue.add(42);
 * issue.figure(); // { p50: 42, p99: 42, mean: 42 }
 * ```
 */
export class MicrosWindow {
  readonly #values: Float32Array;
  #count = 0;

  constructor(size: number) {
    this.#values = new Float32Array(size);
  }

  add(value: number): void {
    this.#values[this.#count++ % this.#values.length] = value;
  }

  /** Median, 99th percentile and mean of what is held; zeros while nothing is. */
  figure(): MicrosFigure {
    const held = this.#values.slice(0, Math.min(this.#count, this.#values.length)).sort();
    if (held.length === 0) return { p50: 0, p99: 0, mean: 0 };
    let sum = 0;
    for (const value of held) sum += value;
    const at = (share: number) => Math.round(held[Math.min(held.length - 1, Math.floor(share * held.length))] * 10) / 10;
    return { p50: at(0.5), p99: at(0.99), mean: Math.round((10 * sum) / held.length) / 10 };
  }
}
