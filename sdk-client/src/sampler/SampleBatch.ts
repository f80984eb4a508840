import { LIMITS, SgapsError } from '@sgaps/protocol/vocabulary';
import type { SampledFrame } from './Sampler.js';

const NOTHING = new Uint8Array(0);

/**
 * A frame of a batch under way.
 *
 * @example
 * ```ts
 * const frame: BatchFrame = batch.add(42, 500);
 * ```
 */
export interface BatchFrame extends SampledFrame {
  frameId: number;
  count: number;
  rgba: Uint8Array;
  depth: Uint32Array | null;
  /** Where its values lie in the batch; only the sampler gives it meaning. */
  at: number;
  /** The same of its depth, −1 without. */
  depthAt: number;
}

/**
 * The frames read back together: ids and places while they are under way, values once they are there. A sampler whose values lie in
 * memory of its own gives views of it; the others copy into arrays kept
 * here, as large as the largest frame so far.
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
  readonly #colours: Uint8Array[] = [];
  readonly #depths: Uint32Array[] = [];

  constructor() {
    this.frames = Array.from({ length: LIMITS.framesPerPacket }, () => ({
      frameId: 0,
      count: 0,
      rgba: NOTHING,
      depth: null,
      at: 0,
      depthAt: -1,
    }));
  }

  /** Takes the next frame into the batch. */
  add(frameId: number, count: number): BatchFrame {
    const frame = this.frames[this.used++];
    frame.frameId = frameId;
    frame.count = count;
    frame.at = 0;
    frame.depthAt = -1;
    frame.rgba = NOTHING;
    frame.depth = null;
    return frame;
  }

  /** Room for the colours of frame `i`. */
  coloursOf(i: number): Uint8Array {
    const frame = this.frames[i];
    if ((this.#colours[i]?.length ?? 0) < 4 * frame.count) this.#colours[i] = new Uint8Array(4 * frame.count);
    frame.rgba = this.#colours[i];
    return frame.rgba;
  }

  /** Copies the depths of frame `i` from words that go away. */
  takeDepths(i: number, words: Uint32Array): void {
    if ((this.#depths[i]?.length ?? 0) < words.length) this.#depths[i] = new Uint32Array(words.length);
    this.#depths[i].set(words);
    this.frames[i].depth = this.#depths[i];
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
