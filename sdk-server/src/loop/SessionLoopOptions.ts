import type { DecodedFrame, SessionShape } from '@sgaps/core';

/**
 * What a client has time for, as parts of the usual, 0 … 1.
 *
 * @example
 * ```ts
 * const allowance: ClientAllowance = { share: 1, pace: 0.5 };
 * ```
 */
export interface ClientAllowance {
  /** Of the samples that may be asked of a frame. */
  readonly share: number;
  /** Of the frames: each may have the bytes of those left out, up to four budgets in all. */
  readonly pace: number;
}

/**
 * Where the loop appends what was exchanged; a `RecordingWriter` is one. Both return false when the bytes could not be
 * stored.
 *
 * @example
 * ```ts
 * const sink: RecordSink = await store.create(header);
 * ```
 */
export interface RecordSink {
  append(
    kind: 'coordinates' | 'pixels' | 'event',
    time: number,
    bytes: Uint8Array,
    firstFrame?: number,
    lastFrame?: number,
  ): boolean;
  snapshot(time: number, frameId: number | null, state: Uint8Array, preview?: Uint8Array): boolean;
}

/**
 * What the loop's work on a packet is made of: `store` (appending it, and its answer, to the recording), `decode`, `rebuild` (memory and reconstructor), `plan`,
 * `encode` and `read-back` (of the answer, as the client will read it); `packet` is all of it.
 *
 * @example
 * ```ts
 * const stage: LoopStage = 'rebuild';
 * ```
 */
export type LoopStage = 'store' | 'decode' | 'rebuild' | 'plan' | 'encode' | 'read-back' | 'packet';

/**
 * Counts what a loop does. Called for every packet: it must be quick and may not throw.
 *
 * @example
 * ```ts
 * const tally: LoopTally = { took: (stage, ms) => times[stage].push(ms), received: () => undefined, sent: () => undefined };
 * ```
 */
export interface LoopTally {
  took(stage: LoopStage, ms: number): void;
  /** A packet was taken in. `late` frames were drawn before the request for them had come, `unanswered` ones used no request. */
  received(bytes: number, frames: number, samples: number, late: number, unanswered: number): void;
  /** A packet of requests was sent. */
  sent(bytes: number): void;
}

/**
 * Options of `SessionLoop`.
 *
 * @example
 * ```ts
 * const options: SessionLoopOptions = { shape, sink: writer, clock: () => performance.now() - startedAt };
 * ```
 */
export interface SessionLoopOptions {
  readonly shape: SessionShape;
  readonly sink: RecordSink;
  /** ms since recording start, never backwards. */
  readonly clock: () => number;
  /** Frames a second that the recorder means to take, default 30. */
  readonly fps?: number;
  /** Byte budgets per frame, defaults of the planner (2,048 up, 512 down). */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Quality to keep within them, predicted PSNR in dB, 20 … 55; default: they are spent. */
  readonly quality?: number;
  /** Samples asked of a frame at most. */
  readonly samples?: number;
  /** `points` asks for single pixels only (the paper's case); default `auto`. */
  readonly sampling?: 'auto' | 'points';
  /** True where a model fills in between points: its doubt then chooses most of them. Default false. */
  readonly spread?: boolean;
  /** Largest number of frames asked ahead, default 12 (S13). */
  readonly maxLatency?: number;
  /** ms between decoder snapshots at least, default 10,000; a large one waits until the session has exchanged enough to be worth it. */
  readonly snapshotEvery?: number;
  /** Pictures are made of every nth frame, 1 … 60; default 1. The others are taken in all the same. */
  readonly nth?: number;
  /** True where nothing is decoded until `catchUp` was called, if the recorder's packets tell what changed; default false. */
  readonly onDemand?: boolean;
  /** ms since recording start from which records come, default now: earlier where the recorder kept some. */
  readonly from?: number;
  /** Called with every rebuilt frame; its buffers are reused after the call. */
  readonly onFrame?: (frame: DecodedFrame, time: number, importance: Float32Array) => void;
  /** A picture for the next snapshot (WebP), asked for when one is written. */
  readonly preview?: () => Uint8Array | null;
  /** Counts and times what the loop does; default nobody. */
  readonly tally?: LoopTally;
  /** Called when a snapshot could not be made; the recording goes on without it. Default: the error is thrown. */
  readonly onSnapshotError?: (error: unknown) => void;
}
