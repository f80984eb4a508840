/** Frames over which the mean is held to the budget: one second. */
const WINDOW = 30;

/**
 * Turns a byte budget (mean over one second, DESIGN.md "Bytes") into samples per frame, from the bytes that the last
 * frames really took.
 *
 * @example
 * ```ts
 * const rate = new RateController({ bytesUp: 2048, bytesDown: 512, most: 1152 });
 * rate.feedback(1900, 420, 800);
 * const samples = rate.samples();
 * ```
 */
export class RateController {
  private perSampleUp = 1.6;
  private perSampleDown = 0.5;
  private debtUp = 0;
  private debtDown = 0;

  constructor(private readonly budget: { bytesUp: number; bytesDown: number; most: number }) {}

  /** Measured bytes of one frame and the number of samples they carried. */
  feedback(bytesUp: number, bytesDown: number, samplesUp: number, samplesDown = samplesUp): void {
    if (samplesUp > 16) this.perSampleUp += 0.15 * (bytesUp / samplesUp - this.perSampleUp);
    if (samplesDown > 16) this.perSampleDown += 0.15 * (bytesDown / samplesDown - this.perSampleDown);
    this.debtUp = settle(this.debtUp + bytesUp - this.budget.bytesUp, this.budget.bytesUp);
    this.debtDown = settle(this.debtDown + bytesDown - this.budget.bytesDown, this.budget.bytesDown);
  }

  /** Samples the next frame may ask for. */
  samples(): number {
    const up = (this.budget.bytesUp - this.debtUp / WINDOW) / this.perSampleUp;
    const down = (this.budget.bytesDown - this.debtDown / WINDOW) / this.perSampleDown;
    return Math.max(32, Math.min(this.budget.most, Math.floor(Math.min(up, down))));
  }
}

/** Overdraft counts in full, savings for one second at most. */
function settle(debt: number, budget: number): number {
  return Math.max(debt, -WINDOW * budget * 0.5);
}
