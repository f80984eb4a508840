import { blockStep, QUANTISER_LIMIT, Tier } from '@sgaps/protocol';

/** Samples of a block. */
const SAMPLES = 64;
/** Finest quantiser asked for: a finer one buys nothing that a person sees. */
const FINEST = 2;
/** Bits a block costs where nothing at all changed. */
const BITS_SAME = 1.5;
/** How fast the model's scale follows what frames really cost, at least. */
const FOLLOW = 0.15;
/** Coarser blocks than this do more harm than good: fewer are asked for instead. */
export const COARSEST = 23;
const SCALE_LEAST = 0.15;
const SCALE_MOST = 6;
/** Classes of expected squared error, two an octave from 2^-4 on. */
const CLASSES = 40;
const CLASS_ZERO = 8;
/** Frames whose predictions are kept until they are answered. */
const REMEMBERED = 64;

/** By quantiser and class: bits of a block, and squared error a channel left of it. */
const BITS = bitsTable();

/**
 * The rate model of blocks: a block whose prediction is expected to be off by a mean squared error V costs about 32·log2(1 + 12·V/s²) bits at
 * step s (a Gaussian source under a uniform quantiser), times a scale learnt from what frames really cost. Chooses the finest
 * quantiser at which what is asked fits the budget.
 *
 * @example
 * ```ts
 * rate.begin();
 * for (const error of errors) rate.add(error);
 * const quantiser = rate.quantiserFor(16_000);
 * rate.note(frameId, quantiser);
 * rate.feedback(frameId, 1900); // when the frame came: bytes it took
 * ```
 */
export class BlockRate {
  private readonly counts = new Int32Array(CLASSES);
  private readonly notedFrames = new Int32Array(REMEMBERED).fill(-1);
  private readonly notedBits = new Float64Array(REMEMBERED);
  private scale = 1;
  private answers = 0;

  /** Starts a request. */
  begin(): void {
    this.counts.fill(0);
  }

  /** Adds a block of expected mean squared error `error` a channel, 8-bit steps². */
  add(error: number): void {
    this.counts[classOf(error)]++;
  }

  /** The finest quantiser, 2 … 23, at which all that was added costs at most `bits`; the coarsest where none does. */
  quantiserFor(bits: number): number {
    let q = FINEST;
    while (q < COARSEST && this.bitsAt(q) > bits) q++;
    return q;
  }

  /** Part of what was added that `bits` pay for at the coarsest quantiser, 0 … 1. */
  affordable(bits: number): number {
    const needed = this.bitsAt(COARSEST);
    return needed <= bits ? 1 : bits / needed;
  }

  /** Bits that all that was added is expected to cost at this quantiser. */
  bitsAt(quantiser: number): number {
    return this.scale * this.modelBits(quantiser);
  }

  /** Remembers what a request for `frameId` was expected to cost. */
  note(frameId: number, quantiser: number): void {
    const slot = frameId % REMEMBERED;
    this.notedFrames[slot] = frameId;
    this.notedBits[slot] = this.modelBits(quantiser);
  }

  /** The frame came and its samples took so many bytes. */
  feedback(frameId: number, bytes: number): void {
    const slot = frameId % REMEMBERED;
    if (frameId < 0 || this.notedFrames[slot] !== frameId) return;
    this.notedFrames[slot] = -1;
    const ratio = (8 * bytes) / Math.max(64, this.notedBits[slot]);
    const follow = Math.max(FOLLOW, 1 / ++this.answers);
    this.scale = Math.min(SCALE_MOST, Math.max(SCALE_LEAST, this.scale * (ratio / this.scale) ** follow));
  }

  private modelBits(quantiser: number): number {
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
