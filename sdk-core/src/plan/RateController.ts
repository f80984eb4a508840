/** Frames over which the mean is held to the budget: one second. */
const WINDOW = 30;
/** What is aimed at, so that the estimate's error stays within the budget. */
const HEADROOM = 0.97;

/**
 * Turns a byte budget (mean over one second, DESIGN.md "Bytes") into samples per frame, from the bytes that the last
 * frames really took. Up and down share one budget: a frame whose coordinates are cheap may send more pixels.
 *
 * @example
 * ```ts
 * const rate = new RateController({ bytes: 2560, most: 1152 });
 * rate.feedback(1900 + 420, 800);
 * const samples = rate.samples();
 * ```
 */
export class RateController {
  /** Part of the samples otherwise allowed that may be asked for, 0 … 1: a client short of time sets it below 1. */
  share = 1;
  private perSample = 2;
  private debt = 0;

  constructor(private readonly budget: { readonly bytes: number; readonly most: number }) {}

  /** Measured bytes of one frame, both ways, and the number of samples they carried. */
  feedback(bytes: number, samples: number): void {
    if (samples > 16) this.perSample += 0.12 * (bytes / samples - this.perSample);
    // Overdraft counts in full, savings for a third of a second at most.
    this.debt = Math.max(this.debt + bytes - HEADROOM * this.budget.bytes, (-WINDOW / 3) * this.budget.bytes);
  }

  /** Bytes the next frame may take. */
  bytes(): number {
    return Math.max(0, HEADROOM * this.budget.bytes - (3 * this.debt) / WINDOW);
  }

  /** Samples the next frame may ask for. */
  samples(): number {
    return Math.max(32, Math.floor(this.share * Math.min(this.budget.most, this.bytes() / this.perSample)));
  }
}
