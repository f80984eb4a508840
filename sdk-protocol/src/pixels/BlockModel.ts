import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { createModel, type RangeCoder, resetModel } from '../bytes/RangeCoder.js';
import type { BlockArithmetic } from './BlockArithmetic.js';
import type { BlockPlace } from './BlockPlace.js';
import { PLANES, Prediction } from './BlockPlanes.js';
import { CoefficientCoder } from './CoefficientCoder.js';
import { MotionModel } from './MotionModel.js';

/** How a block was coded: as what was sent of it last, as coefficients, or (by the caller) sample by sample. */
export const BlockMode = { same: 0, transformed: 1, exact: 2 } as const;
/** One of the three. */
export type BlockMode = (typeof BlockMode)[keyof typeof BlockMode];

/** A pixel this many steps off is a change even where no coefficient tells. */
const OUTLIER_STEPS = 2;
const OUTLIER = 24;
/** Squared luma difference of a block that no longer fits below the quantiser, in squared steps (1/8): coefficients of half a step each. */
const SAME_ENERGY = 16 / 64;
/** Squared error worth one bit, in squared steps: the slope of a uniform quantiser at 6 dB a bit. */
const LAMBDA = 0.115;
/** An exact block will never need to be sent again, and its memory lasts: worth so much more. */
const EXACT_BONUS = 1.5;

// Model layout.
const SAME = 0;
const EXACT = SAME + 54;
const PLACE = EXACT + 9;
const MOVED = PLACE + 9;
const SIZE = MOVED + 18;

/**
 * The block codec (S15, DESIGN.md "block"): 64 samples of an 8×8 lattice as one of three: the same as was last sent of the place; the
 * quantised DCT coefficients (YCoCg) of the difference to it, to the mean beside it or to what was sent of another place, moved by
 * quarters of a pixel; or exactly, which the caller codes. The encoder takes what costs least at the request's quantiser. Both sides run the same code on whole
 * numbers, so that what was "last sent" never drifts apart.
 *
 * @example
 * ```ts
 * const mode = model.code(encoder, rgb, 0, place, 128);
 * ```
 */
export class BlockModel {
  private readonly model = createModel(SIZE);
  private readonly coefficients = new CoefficientCoder(3 * PLANES);
  readonly motion: MotionModel;
  /** Squared error of the block coded last, over its 192 values (encoder only). */
  error = 0;
  /** Bits that the difference to what was sent costs, where it was quantised already; else −1. */
  private tried = -1;
  private lastSame = 0;
  private lastMode = 0;
  /** What the transformed block coded last was predicted by. */
  lastPrediction: Prediction = Prediction.place;

  /** @param cells 8×8 cells of the picture. */
  constructor(
    cells: number,
    private readonly blocks: BlockArithmetic,
  ) {
    this.motion = new MotionModel(cells);
  }

  /** A frame begins. @param picture RGB of its samples, null when decoding. */
  advance(picture: Uint8Array | null): void {
    this.motion.advance();
    this.blocks.advance(picture);
  }

  /** Forgets everything. */
  reset(): void {
    this.motion.reset();
    resetModel(this.model);
    this.coefficients.reset();
    this.lastSame = 0;
    this.lastMode = 0;
    this.lastPrediction = Prediction.place;
  }

  /**
   * Codes the block whose samples start at `first` in `rgb` (3 × 64 bytes): the frame's picture when
   * encoding, written when decoding but for `exact`.
   *
   * @param place What was last sent there is brought up to date, but for `exact`.
   * @param step Luma step, in 1/8 (`blockStep`).
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
   */
  code(coder: RangeCoder, rgb: Uint8Array, first: number, place: BlockPlace, step: number): BlockMode {
    const { model, motion, blocks } = this;
    const { encoding } = coder;
    const known = blocks.open(place);
    this.tried = -1;
    const worst = encoding ? blocks.compare(first) : 0;
    if (known) {
      this.lastSame = coder.bit(model, SAME + 2 * place.status + this.lastSame, encoding && this.isSame(worst, step) ? 1 : 0);
      if (this.lastSame === 1) {
        if (!encoding || worst > 0) blocks.showSent();
        if (!encoding) rgb.set(blocks.coded, first);
        this.error = worst > 0 ? blocks.errorOf() : 0;
        return BlockMode.same;
      }
    }
    if (place.moves) motion.predict(place.cell, place.columns);
    let prediction: Prediction = Prediction.mean;
    let exact = 0;
    if (encoding) {
      prediction = blocks.choose(known, step, motion);
      // What was tried for "the same" is the difference to what was sent already.
      const bits = prediction === Prediction.place && this.tried >= 0 ? this.tried : blocks.quantise(prediction, step);
      blocks.rebuild(prediction, step);
      const weight = (LAMBDA * step * step) / 64;
      this.error = blocks.errorOf();
      const transformed = this.error + weight * bits;
      const limit = (EXACT_BONUS * transformed) / weight;
      exact = blocks.exactBits(limit) < limit ? 1 : 0;
    }
    exact = coder.bit(model, EXACT + 3 * (known ? 1 : 0) + this.lastMode, exact);
    this.lastMode = 1 + exact;
    if (exact === 1) {
      this.error = 0;
      return BlockMode.exact;
    }
    prediction = this.codePrediction(coder, prediction, known, place);
    for (let p = 0; p < PLANES; p++) this.coefficients.code(coder, prediction * PLANES + p, blocks.levels[p]);
    if (!encoding) {
      blocks.predict(prediction, motion.x, motion.y);
      blocks.rebuild(prediction, step);
      rgb.set(blocks.coded, first);
    }
    blocks.keep();
    return BlockMode.transformed;
  }

  /** What the block is predicted by; a motion is coded with it. A decoder finds the motion in the model. */
  private codePrediction(coder: RangeCoder, wanted: Prediction, known: boolean, place: BlockPlace): Prediction {
    const { model, motion, blocks, lastPrediction } = this;
    let prediction: Prediction = Prediction.mean;
    const near = place.moves ? 3 * motion.near : 0;
    if (known && coder.bit(model, PLACE + near + lastPrediction, wanted === Prediction.place ? 1 : 0) === 1) {
      prediction = Prediction.place;
    } else if (place.moves) {
      const context = MOVED + (known ? 9 : 0) + near + lastPrediction;
      if (coder.bit(model, context, wanted === Prediction.motion ? 1 : 0) === 1) prediction = Prediction.motion;
    }
    this.lastPrediction = prediction;
    if (prediction === Prediction.motion) {
      motion.code(coder, blocks.motionX, blocks.motionY);
      motion.keep(place.cell);
    }
    return prediction;
  }

  /** Appends all that is remembered. */
  save(writer: ByteWriter): void {
    writeModel(writer, this.model);
    this.coefficients.save(writer);
    writer.u8(this.lastSame);
    writer.u8(this.lastMode);
    writer.u8(this.lastPrediction);
    this.motion.save(writer);
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    readModel(reader, this.model);
    this.coefficients.restore(reader);
    this.lastSame = reader.u8('block state') & 1;
    this.lastMode = Math.min(2, reader.u8('block state'));
    this.lastPrediction = Math.min(2, reader.u8('block state')) as Prediction;
    this.motion.restore(reader);
  }

  /** True when nothing of the difference to what was sent survives the quantiser, and no single pixel is far off. */
  private isSame(worst: number, step: number): boolean {
    const { blocks } = this;
    if (worst === 0) return true;
    if (worst > OUTLIER && 8 * worst > OUTLIER_STEPS * step) return false;
    if (blocks.changeOf() > SAME_ENERGY * step * step) return false;
    this.tried = blocks.quantise(Prediction.place, step);
    return this.tried === 0;
  }
}
