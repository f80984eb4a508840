import { SgapsError } from '@sgaps/protocol';

/** S4: nothing is predicted further ahead than this, frames. */
const MOST_DEPTH = 5;
/** Where depth and lead start before anything was measured (S4: L starts at 2). */
const START = 2;
/** Gains of the smoothed mean and deviation (as TCP's round-trip estimator, RFC 6298). */
const MEAN_GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
/** One measurement moves the mean no further than as if it lay this many deviations off: a burst is not a new network. */
const OUTLIER = 3;
/** Least deviation outliers are told by, ms. */
const LEAST_DEVIATION = 2;
/** Longest round trip that makes sense, ms. */
const MOST_MS = 10_000;

/**
 * Options of `AdaptiveLatencyCompensation`.
 *
 * @example
 * ```ts
 * const options: AdaptiveLatencyOptions = { cover: 0.9, window: 64, forgetMs: 10_000 };
 * ```
 */
export interface AdaptiveLatencyOptions {
  /** Share of delays that the lead covers, 0 … 1, default 0.9. */
  readonly cover?: number;
  /** Measurements kept at most, default 64. */
  readonly window?: number;
  /** Measurements older than this no longer count, ms, default 10 s. */
  readonly forgetMs?: number;
  /** Bounds of the lead, frames, default 2 … 12. */
  readonly minLead?: number;
  readonly maxLead?: number;
}

/**
 * Measures how long it takes from asking to sampling, and says how far ahead to predict and to ask (S4, S13). The mean and
 * its deviation are smoothed and hold out against bursts; the lead covers a share of the delays that were really seen.
 *
 * @example
 * ```ts
 * const compensation = new AdaptiveLatencyCompensation();
 * compensation.observe(84, performance.now());
 * planner.plan(newest + compensation.lead(1000 / 30));
 * ```
 */
export class AdaptiveLatencyCompensation {
  /** Smoothed round trip, ms; NaN before the first measurement. */
  meanMs = Number.NaN;
  /** Smoothed mean deviation, ms. */
  jitterMs = 0;
  readonly #cover: number;
  readonly #forgetMs: number;
  readonly #minLead: number;
  readonly #maxLead: number;
  readonly #delays: Float64Array;
  readonly #times: Float64Array;
  readonly #sorted: Float64Array;
  #head = 0;
  #size = 0;

  /** Throws `ARGUMENT_INVALID` for options out of range. */
  constructor(options: AdaptiveLatencyOptions = {}) {
    const { cover = 0.9, window = 64, forgetMs = 10_000, minLead = START, maxLead = 12 } = options;
    if (!(cover > 0 && cover <= 1)) throw new SgapsError('ARGUMENT_INVALID', `Cover is ${cover}; 0 … 1 is allowed.`);
    if (!Number.isInteger(window) || window < 1 || window > 4096)
      throw new SgapsError('ARGUMENT_INVALID', `Window is ${window}; 1 … 4096 is allowed.`);
    this.#cover = cover;
    this.#forgetMs = forgetMs;
    this.#minLead = minLead;
    this.#maxLead = Math.max(minLead, maxLead);
    this.#delays = new Float64Array(window);
    this.#times = new Float64Array(window);
    this.#sorted = new Float64Array(window);
  }

  /** Takes in one measured round trip, ms, batching included; what is no round trip is passed over. */
  observe(rttMs: number, nowMs: number): void {
    if (!(rttMs >= 0 && rttMs <= MOST_MS)) return;
    this.#forget(nowMs);
    this.#delays[this.#head] = rttMs;
    this.#times[this.#head] = nowMs;
    this.#head = (this.#head + 1) % this.#delays.length;
    if (this.#size < this.#delays.length) this.#size++;
    if (Number.isNaN(this.meanMs)) {
      this.meanMs = rttMs;
      this.jitterMs = rttMs / 4;
      return;
    }
    const off = rttMs - this.meanMs;
    const most = OUTLIER * Math.max(this.jitterMs, LEAST_DEVIATION);
    const held = Math.max(-most, Math.min(most, off));
    this.meanMs += MEAN_GAIN * held;
    // A network that has really changed is followed: the deviation grows until its delays are outliers no more.
    this.jitterMs += DEVIATION_GAIN * (Math.min(Math.abs(off), 2 * most) - this.jitterMs);
  }

  /** Frames to predict ahead: min(5, floor(latency / frame)), S4; 2 before the first measurement. */
  depth(frameMs: number): number {
    if (Number.isNaN(this.meanMs)) return START;
    return Math.min(MOST_DEPTH, Math.floor(this.meanMs / frameMs + 1e-9));
  }

  /** Frames to ask ahead, so that `cover` of the requests arrive before their frame is drawn; `minLead` before the first measurement. */
  lead(frameMs: number): number {
    if (this.#size === 0) return this.#minLead;
    const frames = Math.ceil(this.coveredMs() / frameMs - 1e-9);
    return Math.min(this.#maxLead, Math.max(this.#minLead, frames));
  }

  /** The delay that `cover` of those seen lately did not exceed, ms; 0 before the first measurement. */
  coveredMs(): number {
    const size = this.#size;
    if (size === 0) return 0;
    const length = this.#delays.length;
    for (let i = 0; i < size; i++) this.#sorted[i] = this.#delays[(this.#head - size + i + length) % length];
    const sorted = this.#sorted.subarray(0, size).sort();
    return sorted[Math.min(size - 1, Math.ceil(this.#cover * size) - 1)];
  }

  /** Forgets everything, as after a reconnect. */
  clear(): void {
    this.meanMs = Number.NaN;
    this.jitterMs = 0;
    this.#size = 0;
  }

  /** Drops what is too old. */
  #forget(nowMs: number): void {
    const length = this.#delays.length;
    while (this.#size > 0) {
      const oldest = (this.#head - this.#size + length) % length;
      if (nowMs - this.#times[oldest] <= this.#forgetMs) return;
      this.#size--;
    }
  }
}
