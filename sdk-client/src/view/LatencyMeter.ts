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
  #aged = 0;
  #count = 0;

  /** @param age null where it is not known. */
  add(age: number | null, now: number): void {
    if (age !== null) this.#ages[this.#aged++ % WINDOW] = age;
    this.#times[this.#count++ % WINDOW] = now;
  }

  figures(now: number): LatencyFigures {
    const aged = Math.min(this.#aged, WINDOW);
    const sorted = this.#ages.slice(0, aged).sort();
    const at = (share: number) => sorted[Math.min(aged - 1, Math.floor(share * aged))] ?? 0;
    let rate = 0;
    for (let i = 0; i < Math.min(this.#count, WINDOW); i++) if (now - this.#times[i] < 1000) rate++;
    return { p50: at(0.5), p95: at(0.95), last: aged > 0 ? this.#ages[(this.#aged - 1) % WINDOW] : 0, rate };
  }
}
