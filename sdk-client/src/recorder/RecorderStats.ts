import type { SamplerKind } from '../sampler/Sampler.js';

/**
 * Median, 99th percentile and mean of main-thread microseconds over the last 512 displayed frames.
 *
 * @example
 * ```ts
 * const { p50, p99 } = recorder.stats.micros.total;
 * ```
 */
export interface MicrosFigure {
  readonly p50: number;
  readonly p99: number;
  readonly mean: number;
}

/**
 * What recording costs and does, measured by the client itself. Counters run from the start.
 *
 * @example
 * ```ts
 * console.log(recorder.stats.micros.total.p50, 'µs per displayed frame');
 * ```
 */
export interface RecorderStats {
  /** Displayed frames seen, frames sampled, frames sent. */
  readonly displayed: number;
  readonly frames: number;
  readonly sent: number;
  /** Due frames not sampled: read-back buffers in flight, or too much waiting to be sent. */
  readonly skipped: number;
  /** Sampled frames thrown away before they were coded: the connection was behind, away, or the context lost. */
  readonly dropped: number;
  /** Frame starts at which a read was put off because the GPU was busy. */
  readonly postponed: number;
  /** Calls into the recorder that took the game more than 4 ms. */
  readonly stalls: number;
  readonly faults: number;
  readonly samples: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Bytes up and down per second, over the last second or so. */
  readonly bytesPerSecond: number;
  /** Requests that made no sense, dropped. */
  readonly rejected: number;
  /** Events thrown away because far too much was waiting to be sent. */
  readonly eventsDropped: number;
  /** Frames between taking a frame and getting coordinates made from it, median of the last 64; 0 before the first. */
  readonly latencyFrames: number;
  /** Frames a request was late when it was used, median of the last 64. */
  readonly lateFrames: number;
  /** Which way of getting at pixels is in use, and why that one. */
  readonly sampler: { readonly kind: SamplerKind; readonly why: string };
  /** Where coding and sending happen. */
  readonly thread: 'worker' | 'main';
  /** What recording allows itself at present: 0 all of its budget, more is less; `governed` when the game's frame time said so. */
  readonly cost: {
    readonly level: number;
    readonly governed: boolean;
    readonly fps: number;
    /** Part of the usual frames, 0 … 1. */
    readonly pace: number;
    readonly batch: number;
    readonly share: number;
  };
  /**
   * Main thread per displayed frame: collecting state and masks, issuing the gather, reading back, handing over (with coding
   * and sending, where the courier works on this thread), and all together.
   */
  readonly micros: {
    readonly state: MicrosFigure;
    readonly issue: MicrosFigure;
    readonly read: MicrosFigure;
    readonly send: MicrosFigure;
    readonly total: MicrosFigure;
  };
}
