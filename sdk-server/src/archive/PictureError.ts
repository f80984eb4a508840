const PEAK = 255;

/**
 * How far pictures are from those they stand for, over all of them.
 *
 * @example
 * ```ts
 * const error = new PictureError();
 * error.add(truth, decoded);
 * error.psnr; // 41.3
 * ```
 */
export class PictureError {
  private squares = 0;
  private values = 0;

  /** Two pictures of the same size. */
  add(truth: Uint8ClampedArray, picture: Uint8ClampedArray): void {
    let sum = 0;
    for (let i = 0; i < truth.length; i++) {
      const difference = truth[i] - picture[i];
      sum += difference * difference;
    }
    this.squares += sum;
    this.values += truth.length;
  }

  /** dB; Infinity where all are the same, or there are none. */
  get psnr(): number {
    return this.squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((PEAK * PEAK * this.values) / this.squares);
  }
}
