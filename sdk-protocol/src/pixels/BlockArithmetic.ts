import type { BlockPlace } from './BlockPlace.js';
import type { Prediction } from './BlockPlanes.js';
import type { MotionModel } from './MotionModel.js';

/**
 * What the block codec computes, a block at a time: in plain TypeScript (`PlainBlocks`), or in WebAssembly where that is there
 * (`KernelBlocks`). Both give the same numbers to the last bit.
 *
 * @example
 * ```ts
 * const known = blocks.open(place);
 * blocks.predict(Prediction.motion, motionX, motionY);
 * blocks.rebuild(Prediction.motion, 128); // into blocks.coded
 * blocks.keep();
 * ```
 */
export interface BlockArithmetic {
  /** Quantised coefficients of Y, Co and Cg, 64 each in zigzag order. */
  readonly levels: readonly Int32Array[];
  /** RGB of the block as both sides know it, at least 3 × 64. */
  readonly coded: Uint8Array;
  /** Motion that `choose` found, quarter pixels, −80 … 79. */
  readonly motionX: number;
  readonly motionY: number;
  /** A frame begins: what had been sent is in the reference now. @param picture RGB of all its samples, null when decoding. */
  advance(picture: Uint8Array | null): void;
  /** Goes to a block; true where all of it was sent before. */
  open(place: BlockPlace): boolean;
  /** Takes as the picture to be coded the 64 colours from byte `first` of the frame's on; returns the largest difference of a channel to what was sent. */
  compare(first: number): number;
  /** Squared difference of the picture to what was last sent, luma, over the block. */
  changeOf(): number;
  /** What of place, mean and motion is nearest to the picture; the block is predicted by any of them then. `motion` has the candidates. */
  choose(known: boolean, step: number, motion: MotionModel): Prediction;
  /** Quantises the difference to the prediction into `levels`; returns about what it costs, bits, 0 for nothing at all. */
  quantise(prediction: Prediction, step: number): number;
  /** Predicts the block, where `choose` did not: by a motion, any whole quarter pixels, if that is the prediction. */
  predict(prediction: Prediction, motionX: number, motionY: number): void;
  /** Prediction plus what the levels say, into `coded`. */
  rebuild(prediction: Prediction, step: number): void;
  /** Squared error of `coded` against the picture, over all 192 bytes. */
  errorOf(): number;
  /** About what the picture costs sample by sample, bits; counted up to `limit`. */
  exactBits(limit: number): number;
  /** What was last sent, into `coded`. */
  showSent(): void;
  /** `coded` is what was last sent of the block's places from now on. */
  keep(): void;
}
