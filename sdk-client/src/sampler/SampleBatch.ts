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
  depths: number;
  /** Where its values lie in the batch; only the sampler gives it meaning. */
  at: number;
  /** The same of its depth, −1 without. */
  depthAt: number;
}

/**
 * The frames read back together: ids and places while they are under way, values once they are there.
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

  constructor() {
    this.frames = Array.from({ length: LIMITS.framesPerPacket }, () => ({
      frameId: 0,
      count: 0,
      rgba: NOTHING,
      depth: null,
      depths: 0,
      at: 0,
      depthAt: -1,
    }));
  }

  /** Takes the next frame into the batch. */
  add(frameId: number, count: number, depths = count): BatchFrame {
    const frame = this.frames[this.used++];
    frame.frameId = frameId;
    frame.count = count;
    frame.depths = depths;
    frame.at = 0;
    frame.depthAt = -1;
    frame.rgba = NOTHING;
    frame.depth = null;
    return frame;
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
