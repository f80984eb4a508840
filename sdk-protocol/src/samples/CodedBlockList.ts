import { LIMITS } from '../limits.js';
import { BlockMode } from '../pixels/BlockModel.js';
import type { Prediction } from '../pixels/BlockPlanes.js';
import { BlockCoding, type CodedBlocks } from './CodedBlocks.js';
import { BLOCK_SAMPLES } from './SampleSet.js';

/** How a block is coded, by what it is predicted by. */
const CODING = [BlockCoding.place, BlockCoding.mean, BlockCoding.motion] as const;
/** Blocks of a frame at most. */
const MOST = Math.floor(LIMITS.samplesPerFrame / BLOCK_SAMPLES);

/**
 * Collects how the blocks of a frame were coded. Only decoders have one: an encoder's bytes are loaded by games.
 *
 * @example
 * ```ts
 * list.begin();
 * list.add(BlockMode.transformed, Prediction.motion, 128, 5, -3);
 * const blocks = list.copy();
 * ```
 */
export class CodedBlockList {
  private count = 0;
  private readonly how = new Uint8Array(MOST);
  private readonly step = new Uint16Array(MOST);
  private readonly motionX = new Int16Array(MOST);
  private readonly motionY = new Int16Array(MOST);

  /** A frame begins. */
  begin(): void {
    this.count = 0;
  }

  /** Adds the frame's next block; prediction and motion are those of the block transformed last, which may be another. */
  add(mode: BlockMode, prediction: Prediction, step: number, motionX: number, motionY: number): void {
    const b = this.count++;
    const how = mode === BlockMode.same ? BlockCoding.same : mode === BlockMode.exact ? BlockCoding.exact : CODING[prediction];
    const moved = how === BlockCoding.motion;
    this.how[b] = how;
    this.step[b] = step;
    this.motionX[b] = moved ? motionX : 0;
    this.motionY[b] = moved ? motionY : 0;
  }

  /** The frame's blocks, in arrays of their own; undefined where there were none. */
  copy(): CodedBlocks | undefined {
    const { count } = this;
    if (count === 0) return undefined;
    return {
      count,
      how: this.how.slice(0, count),
      step: this.step.slice(0, count),
      motionX: this.motionX.slice(0, count),
      motionY: this.motionY.slice(0, count),
    };
  }
}
