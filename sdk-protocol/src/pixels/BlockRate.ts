import { Tier } from '../samples/SampleSet.js';
import { blockStep, QUANTISER_LIMIT } from './blockSteps.js';

/** Samples of a block. */
const SAMPLES = 64;
/** Bits a block costs where nothing at all changed. */
const BITS_SAME = 0.5;
/** How fast the model's scale follows what frames really cost, at least. */
const FOLLOW = 0.3;
const SCALE_LEAST = 0.1;
const SCALE_MOST = 6;
/** Classes of squared error, two an octave from 2^-4 on. */
const CLASSES = 40;
const CLASS_ZERO = 8;

/** By quantiser and class: bits of a block. */
const BITS = bitsTable();

/**
 * The encoder's rate model of blocks: a block whose prediction is off by a mean squared error V costs about 32·log2(1 + 12·V/s²) bits at
 * step s (a Gaussian source under a uniform quantiser), times a scale learnt from what frames really cost. Finds the finest
 * quantiser at which a frame fits its budget.
 *
 * @example
 * ```ts
 * rate.begin();
 * for (const error of errors) rate.add(error);
 * const quantiser = rate.quantiserFor(2, 16_000);
 * rate.feedback(rate.modelBits(quantiser), 15_200); // once it is coded: bits it took
 * ```
 */
export class BlockRate {
  private readonly counts = new Int32Array(CLASSES);
  /** What blocks really cost against the model, of late. */
  scale = 1;
  private answers = 0;

  /** Forgets everything. */
  reset(): void {
    this.scale = 1;
    this.answers = 0;
  }

  /** Starts a frame. */
  begin(): void {
    this.counts.fill(0);
  }

  /** Takes a block away that was added. */
  remove(error: number): void {
    this.counts[classOf(error)]--;
  }

  /** Bits of a block of this error at this quantiser, before they are scaled by what was learnt. */
  static bitsOf(error: number, quantiser: number): number {
    return BITS[quantiser * CLASSES + classOf(error)];
  }

  /** Adds a block of mean squared error `error` a channel, 8-bit steps². */
  add(error: number): void {
    this.counts[classOf(error)]++;
  }

  /**
   * The finest quantiser, `finest` … 31, at which all that was added costs at most `bits`; 31 where none does. What blocks cost by
   * the model is multiplied by `scale`, by default what was learnt.
   */
  quantiserFor(finest: number, bits: number, scale = this.scale): number {
    let q = finest;
    while (q < QUANTISER_LIMIT && scale * this.modelBits(q) > bits) q++;
    return q;
  }

  /** Bits that all that was added is expected to cost at this quantiser. */
  bitsAt(quantiser: number): number {
    return this.scale * this.modelBits(quantiser);
  }

  /** Blocks that the model says take `modelBits` took so many bits. */
  feedback(modelBits: number, bits: number): void {
    const ratio = bits / Math.max(64, modelBits);
    const follow = Math.max(FOLLOW, 1 / ++this.answers);
    this.scale = Math.min(SCALE_MOST, Math.max(SCALE_LEAST, this.scale * (ratio / this.scale) ** follow));
  }

  /** Bits that all that was added costs at this quantiser by the model alone. */
  modelBits(quantiser: number): number {
    let bits = 0;
    for (let c = 0; c < CLASSES; c++) bits += this.counts[c] * BITS[quantiser * CLASSES + c];
    return bits;
  }
}

function classOf(error: number): number {
  if (!(error > 0.07)) return 0;
  const c = CLASS_ZERO + Math.round(2 * Math.log2(error));
  return c < 0 ? 0 : c >= CLASSES ? CLASSES - 1 : c;
}

function bitsTable(): Float64Array {
  const table = new Float64Array((QUANTISER_LIMIT + 1) * CLASSES);
  for (let q = 0; q <= QUANTISER_LIMIT; q++) {
    const step = blockStep(q, Tier.important) / 8;
    for (let c = 0; c < CLASSES; c++) {
      const error = c === 0 ? 0 : 2 ** ((c - CLASS_ZERO) / 2);
      table[q * CLASSES + c] = BITS_SAME + (SAMPLES / 2) * Math.log2(1 + (12 * error) / (step * step));
    }
  }
  return table;
}
