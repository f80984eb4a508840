import { LIMITS, SgapsError } from '@sgaps/protocol/vocabulary';
import type { DepthCoder } from './DepthCoder.js';
import type { SampledFrame } from './Sampler.js';

/** Samples a frame's arrays have room for before they first grow. */
const ROOM = 1024;

/**
 * A frame of a batch under way; its arrays are kept and reused.
 *
 * @example
 * ```ts
 * const frame: BatchFrame = batch.add(42, 500);
 * ```
 */
export interface BatchFrame extends SampledFrame {
  frameId: number;
  count: number;
  rgb: Uint8Array;
  depth: Uint16Array | null;
  /** Where its values lie in the batch; only the sampler gives it meaning. */
  at: number;
  /** The same of its depth, −1 without. */
  depthAt: number;
}

/**
 * The frames read back together: ids and places while they are under way, values once they are there. Nothing is allocated
 * once the arrays have grown to the largest frame.
 *
 * @example
 * ```ts
 * const frame = batch.add(frameId, loaded.count);
 * frame.at = row;
 * ```
 */
export class SampleBatch {
  readonly frames: readonly BatchFrame[];
  /** Frames in it, the first ones of `frames`. */
  used = 0;
  readonly #depths: (Uint16Array | null)[];

  constructor() {
    this.frames = Array.from({ length: LIMITS.framesPerPacket }, () => ({
      frameId: 0,
      count: 0,
      rgb: new Uint8Array(3 * ROOM),
      depth: null,
      at: 0,
      depthAt: -1,
    }));
    this.#depths = this.frames.map(() => null);
  }

  /** Takes the next frame into the batch. */
  add(frameId: number, count: number): BatchFrame {
    const frame = this.frames[this.used++];
    frame.frameId = frameId;
    frame.count = count;
    frame.at = 0;
    frame.depthAt = -1;
    frame.depth = null;
    return frame;
  }

  /** Room for the values of frame `i`. */
  rgbOf(i: number): Uint8Array {
    const frame = this.frames[i];
    if (frame.rgb.length < 3 * frame.count) frame.rgb = new Uint8Array(3 * frame.count);
    return frame.rgb;
  }

  /** Takes the values of frame `i` from RGBA words that start at byte `from`. */
  unpackColours(i: number, bytes: Uint8Array, from: number): void {
    const rgb = this.rgbOf(i);
    const end = 3 * this.frames[i].count;
    let at = from;
    for (let to = 0; to < end; at += 4) {
      rgb[to++] = bytes[at];
      rgb[to++] = bytes[at + 1];
      rgb[to++] = bytes[at + 2];
    }
  }

  /** Takes the depths of frame `i` from the bits of 32-bit floats that start at word `from`. */
  unpackDepths(i: number, words: Uint32Array, from: number, coder: DepthCoder): void {
    const frame = this.frames[i];
    let codes = this.#depths[i];
    if (!codes || codes.length < frame.count) codes = this.#depths[i] = new Uint16Array(Math.max(ROOM, frame.count));
    for (let k = 0; k < frame.count; k++) codes[k] = coder.code(words[from + k]);
    frame.depth = codes;
  }

  clear(): void {
    this.used = 0;
  }
}

/**
 * The batch size, or `ARGUMENT_INVALID` unless it is a whole number from 1 to `LIMITS.framesPerPacket`.
 *
 * @example
 * ```ts
 * this.#batch = assertBatch(4);
 * ```
 */
export function assertBatch(batch: number): number {
  if (Number.isInteger(batch) && batch >= 1 && batch <= LIMITS.framesPerPacket) return batch;
  throw new SgapsError('ARGUMENT_INVALID', `batch is ${batch}, it must be a whole number from 1 to ${LIMITS.framesPerPacket}.`);
}
