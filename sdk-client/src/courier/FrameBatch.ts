import type { PackedSamples } from '../sampler/Sampler.js';

/**
 * Sampled frames on their way from the recorder to its courier: a few arrays that can change threads without being copied.
 *
 * `numbers` holds, frame after frame, a head of `HEAD_NUMBERS` (frame id, time in ms, request id or −1, samples, depths or −1 where
 * there are none, and the place of its first sample in `rgba`) and the state as `flattenState` writes it; names are indices into all names sent so far.
 *
 * @example
 * ```ts
 * port.send(batch.take());
 * ```
 */
export interface FrameBatch {
  /** Recordings begun before this one over the same port: a batch of another is dropped. */
  readonly epoch: number;
  readonly frames: number;
  /** Samples of all frames together. */
  readonly samples: number;
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Texture and frame names that no earlier batch has carried, in the order of their indices. */
  readonly names: readonly string[];
  /** The samples of all frames, RGBA (the array may be longer, and have gaps): as the sampler has them, unpacked by the courier. */
  readonly rgba: Uint8Array<ArrayBuffer>;
  /** Their depths, the bits of 32-bit floats, for the frames that have them (one of each single sample and of each block); `null` when none has. */
  readonly depth: Uint32Array<ArrayBuffer> | null;
}

/** Numbers that stand before the state of each frame. */
export const HEAD_NUMBERS = 6;

/**
 * A decoded request as the recorder needs it.
 *
 * @example
 * ```ts
 * const request: PackedRequest = { requestId: 12, words: Uint32Array.of(packSample(3, 4, 0)), count: 1 };
 * ```
 */
export interface PackedRequest extends PackedSamples {
  /** Frame the samples are meant for. */
  readonly requestId: number;
}

/**
 * What a courier has done since it was made; counters only rise.
 *
 * @example
 * ```ts
 * const waiting = posted - figures.taken;
 * ```
 */
export interface CourierFigures {
  /** Batches taken over, sent or not. */
  readonly taken: number;
  /** Frames sent. */
  readonly sent: number;
  /** Frames thrown away because the connection was behind, away or refused them. */
  readonly dropped: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Requests thrown away because they made no sense. */
  readonly rejected: number;
  /** Events of the game thrown away because far too much was waiting to be sent. */
  readonly eventsDropped: number;
  /** Microseconds spent coding, wherever the courier runs. */
  readonly codingMicros: number;
  /** Bytes handed to the socket and not yet sent. */
  readonly buffered: number;
}
