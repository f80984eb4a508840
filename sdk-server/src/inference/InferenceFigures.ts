import type { Provider } from './threadMessages.js';

/**
 * What the inference service has done since it was started. Times are taken over the last 1,024 frames or batches.
 *
 * @example
 * ```ts
 * const { frames, late, ms }: InferenceFigures = service.figures();
 * ```
 */
export interface InferenceFigures {
  /** Model id, name@version. */
  readonly model: string;
  readonly provider: Provider;
  /** Batches run, and frames answered with a picture. */
  readonly batches: number;
  readonly frames: number;
  /** Frames not run, or whose picture was not awaited, since it would have been or was late. */
  readonly late: number;
  /** Frames whose run failed, or that were lost with a thread or the service. */
  readonly failed: number;
  /** Frames whose picture was thrown away since its uncertainty was no number. */
  readonly invalid: number;
  /** How often memory ran out and a batch was halved. */
  readonly outOfMemory: number;
  /** Threads that ended by themselves. */
  readonly crashes: number;
  /** Threads that were given up since they did not answer any more. */
  readonly hangs: number;
  /** Models taken over from others. */
  readonly swaps: number;
  /** Frames that wait to be run now. */
  readonly waiting: number;
  /** ms of a frame, from when it was asked for to its picture. */
  readonly ms: Spread;
  /** ms a batch ran. */
  readonly batchMs: Spread;
  /** ms that all batches ran, in all: as a part of the time since the start, how busy the model is. */
  readonly busyMs: number;
  /** How many batches had 1, 2, … frames. */
  readonly batchSizes: Readonly<Record<number, number>>;
}

/**
 * Mean and 95th percentile; 0 where there is nothing yet.
 *
 * @example
 * ```ts
 * const { mean, p95 }: Spread = service.figures().ms;
 * ```
 */
export interface Spread {
  readonly mean: number;
  readonly p95: number;
}

const KEPT = 1024;

/** The last values of a figure. */
export class Recent {
  readonly #values: number[] = [];
  #next = 0;

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % KEPT;
  }

  spread(): Spread {
    const sorted = Float64Array.from(this.#values).sort();
    if (sorted.length === 0) return { mean: 0, p95: 0 };
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    return { mean, p95: sorted[Math.ceil(0.95 * sorted.length) - 1] };
  }
}
