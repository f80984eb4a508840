import { SgapsError } from '@sgaps/protocol';

/** Decibels a doubling of the bytes is taken to be worth: the loop's gain, which need not be known well. */
const DB_PER_OCTAVE = 4;
/** Proportional and integral gain, octaves of bytes per octave of error and frame. */
const PROPORTIONAL = 0.15;
const INTEGRAL = 0.05;
/** An error counts as no larger than this, dB: a cut must not wind the budget up. */
const MOST_ERROR = 8;
/** Smoothing of the predicted PSNR, share of the newest frame. */
const SMOOTH = 0.25;

/**
 * Options of `QualityTarget`.
 *
 * @example
 * ```ts
 * const options: QualityTargetOptions = { psnr: 38, leastBytes: 200, mostBytes: 4096 };
 * ```
 */
export interface QualityTargetOptions {
  /** Wanted PSNR, dB, 20 … 55. */
  readonly psnr: number;
  /** Bytes per frame, up and down together, never gone above. */
  readonly mostBytes: number;
  /** … and never gone below: the refresh of what stands still must go on. Default a twentieth of `mostBytes`. */
  readonly leastBytes?: number;
}

/**
 * "Keep 38 dB, spend what it takes, at most X": turns the predicted quality of each frame into the byte budget of those to come,
 * by proportional and integral control of the bytes' logarithm, bounded without winding up.
 *
 * @example
 * ```ts
 * const target = new QualityTarget({ psnr: 38, mostBytes: 4096 });
 * rate.bytes = target.update(quality.assess(decoded, innovations).psnr);
 * ```
 */
export class QualityTarget {
  /** Bytes per frame to spend now. */
  bytes: number;
  /** Smoothed predicted PSNR, dB; NaN before the first frame. */
  psnr = Number.NaN;
  /** True while the wanted quality would take more than `mostBytes`. */
  bounded = false;
  private readonly wanted: number;
  private readonly low: number;
  private readonly high: number;
  /** Logarithm of the bytes that the past has shown to be needed. */
  private integral: number;

  /** Throws `ARGUMENT_INVALID` for options out of range. */
  constructor({ psnr, mostBytes, leastBytes = mostBytes / 20 }: QualityTargetOptions) {
    if (!(psnr >= 20 && psnr <= 55))
      throw new SgapsError('ARGUMENT_INVALID', `A quality of ${psnr} dB is wanted; 20 … 55 is allowed.`);
    if (!(leastBytes > 0 && leastBytes <= mostBytes && Number.isFinite(mostBytes)))
      throw new SgapsError('ARGUMENT_INVALID', `Budgets of ${leastBytes} … ${mostBytes} bytes per frame make no sense.`);
    this.wanted = psnr;
    this.low = Math.log2(leastBytes);
    this.high = Math.log2(mostBytes);
    // All there is at first: nothing is known yet.
    this.integral = this.high;
    this.bytes = mostBytes;
  }

  /** Takes the predicted PSNR of a frame in, dB; returns the bytes per frame to spend from now on. */
  update(predicted: number): number {
    if (!Number.isFinite(predicted)) return this.bytes;
    this.psnr = Number.isNaN(this.psnr) ? predicted : this.psnr + SMOOTH * (predicted - this.psnr);
    const off = Math.max(-MOST_ERROR, Math.min(MOST_ERROR, this.wanted - this.psnr)) / DB_PER_OCTAVE;
    this.integral = Math.max(this.low, Math.min(this.high, this.integral + INTEGRAL * off));
    const wanted = this.integral + PROPORTIONAL * off;
    this.bounded = wanted >= this.high && off > 0;
    this.bytes = 2 ** Math.max(this.low, Math.min(this.high, wanted));
    return this.bytes;
  }
}
