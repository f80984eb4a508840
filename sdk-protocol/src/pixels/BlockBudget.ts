import { BlockRate } from './BlockRate.js';
import { QUANTISER_LIMIT } from './blockSteps.js';

/** Blocks after which a frame's quantiser is looked at again. */
export const BUDGET_GROUP = 64;
/** A frame's quantiser moves by at most so much from one group to the next. */
export const MOST_STEP = 3;
/** What was learnt of earlier frames counts as much as this share of the frame at hand. */
const PRIOR = 0.12;
/** How fast what a frame takes besides its blocks is followed. */
const FOLLOW = 0.3;

/**
 * Fits the blocks of a frame to a number of bytes (encoder only): chooses the quantiser before the first block from how far off each
 * block's prediction is, and moves it every 64 blocks by what those before really took.
 *
 * @example
 * ```ts
 * budget.begin(2, 1900);
 * for (const error of errors) budget.add(error);
 * let quantiser = budget.first();
 * quantiser = budget.next(quantiser, 96); // 64 blocks later, which took 96 bytes
 * budget.end(1850, 1800); // bytes of the frame, and of its blocks
 * ```
 */
export class BlockBudget {
  private readonly rate = new BlockRate();
  private errors = new Float32Array(1024);
  private count = 0;
  private coded = 0;
  private finest = 0;
  private bits = 0;
  /** Bits of what was coded and of the whole frame, by the model. */
  private modelCoded = 0;
  private modelWhole = 0;
  /** Bytes of a frame besides its blocks. */
  private besides = 24;
  private quantiser = 0;

  /** Forgets everything. */
  reset(): void {
    this.rate.reset();
    this.besides = 24;
  }

  /** Starts a frame of at most so many bytes, its blocks no finer than `finest`. */
  begin(finest: number, bytes: number): void {
    this.rate.begin();
    this.finest = finest;
    this.bits = 8 * Math.max(16, bytes - this.besides);
    this.count = 0;
    this.coded = 0;
    this.modelCoded = 0;
  }

  /** Adds the frame's next block: mean squared error a channel of what it is predicted by. */
  add(error: number): void {
    if (this.count === this.errors.length) {
      const more = new Float32Array(2 * this.count);
      more.set(this.errors);
      this.errors = more;
    }
    this.errors[this.count++] = error;
    this.rate.add(error);
  }

  /** The quantiser of the first blocks. */
  first(): number {
    this.quantiser = this.rate.quantiserFor(this.finest, this.bits);
    this.modelWhole = this.rate.modelBits(this.quantiser);
    return this.quantiser;
  }

  /** The quantiser of the next group, when the blocks so far took `bytes`. */
  next(bytes: number): number {
    this.take(BUDGET_GROUP);
    const { rate, quantiser, modelCoded } = this;
    const prior = PRIOR * this.modelWhole;
    const scale = (8 * bytes + prior * rate.scale) / Math.max(1, modelCoded + prior);
    const wanted = rate.quantiserFor(this.finest, this.bits - 8 * bytes, scale);
    this.quantiser = Math.min(QUANTISER_LIMIT, Math.max(quantiser - MOST_STEP, Math.min(quantiser + MOST_STEP, wanted)));
    return this.quantiser;
  }

  /** The frame took so many bytes, its blocks so many of them. */
  end(bytes: number, blocks: number): void {
    this.take(this.count);
    this.rate.feedback(this.modelCoded, 8 * blocks);
    this.besides += FOLLOW * (bytes - blocks - this.besides);
  }

  /** Counts the next blocks as coded. */
  private take(count: number): void {
    for (const end = Math.min(this.count, this.coded + count); this.coded < end; this.coded++) {
      const error = this.errors[this.coded];
      this.rate.remove(error);
      this.modelCoded += BlockRate.bitsOf(error, this.quantiser);
    }
  }
}
