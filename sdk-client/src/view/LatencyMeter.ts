/** Frames that figures are taken of. */
const WINDOW = 100;

/**
 * Ages of the last hundred frames, ms; 0 before any.
 *
 * @example
 * ```ts
 * const { p50, p95 }: LatencyFigures = view.latency;
 * ```
 */
export interface LatencyFigures {
  readonly p50: number;
  readonly p95: number;
  /** The newest. */
  readonly last: number;
  /** Frames that came in the last second. */
  readonly rate: number;
}

/** Keeps what `LatencyFigures` are made of. */
export class LatencyMeter {
  readonly #ages = new Float64Array(WINDOW);
  readonly #times = new Float64Array(WINDOW);
  #count = 0;

  add(age: number, now: number): void {
    const at = this.#count++ % WINDOW;
    this.#ages[at] = age;
    this.#times[at] = now;
  }

  figures(now: number): LatencyFigures {
    const count = Math.min(this.#count, WINDOW);
    if (count === 0) return { p50: 0, p95: 0, last: 0, rate: 0 };
    const sorted = this.#ages.slice(0, count).sort();
    const at = (share: number) => sorted[Math.min(count - 1, Math.floor(share * count))];
    let rate = 0;
    for (let i = 0; i < count; i++) if (now - this.#times[i] < 1000) rate++;
    return { p50: at(0.5), p95: at(0.95), last: this.#ages[(this.#count - 1) % WINDOW], rate };
  }
}
