import type { GameEventMessage, NumbersMessage } from '@sgaps/protocol';

/**
 * What the recorder needs of a connection. `Connection` (Colyseus) is one; tests and other transports bring their own.
 * Calls may throw: the recorder catches and counts.
 *
 * @example
 * ```ts
 * const recorder = new Recorder({ connection, sampler, grid, state });
 * ```
 */
export interface RecorderConnection {
  readonly isOpen: boolean;
  /** Bytes handed over and not yet sent. */
  readonly bufferedAmount: number;
  /** The bytes may be reused after the call returns. */
  sendPixels(bytes: Uint8Array): void;
  sendEvent(event: GameEventMessage): void;
  sendStats(stats: NumbersMessage): void;
  /** Coordinate packets, as they come; the bytes are valid during the call. */
  onCoordinates(handler: (bytes: Uint8Array) => void): void;
  /** The server could not follow the pixel stream: it has to start afresh. */
  onReset(handler: () => void): void;
  /** Called once when the connection is gone for good. */
  onClosed(handler: (reason: string) => void): void;
  /** Leaves; called once, when recording stops. */
  close(): void;
}

/**
 * Median and 99th percentile of main-thread microseconds over the last 512 displayed frames.
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
  /** Sampled frames thrown away before encoding: the connection was behind, closed or the context lost. */
  readonly dropped: number;
  /** Calls into the recorder that took the game more than 4 ms. */
  readonly stalls: number;
  readonly faults: number;
  readonly samples: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Coordinates outside the frame, dropped. */
  readonly rejected: number;
  /** Frames between taking a frame and getting coordinates made from it, median of the last 64; 0 before the first. */
  readonly latencyFrames: number;
  /** Frames a request was late when it was used, median of the last 64. */
  readonly lateFrames: number;
  /** Per displayed frame: issuing the gather, collecting state, reading back, encoding, sending, and all together. */
  readonly micros: {
    readonly issue: MicrosFigure;
    readonly state: MicrosFigure;
    readonly read: MicrosFigure;
    readonly encode: MicrosFigure;
    readonly send: MicrosFigure;
    readonly total: MicrosFigure;
  };
}
