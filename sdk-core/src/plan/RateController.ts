/** Frames over which the mean is held to the budget: one second. */
const WINDOW = 30;
/** What is aimed at, so that the estimate's error stays within the budget. */
const HEADROOM = 0.98;
/** Most that one frame may take, in budgets of one frame. */
const BURST = 4;
/** Part of what calm frames left over that the next may take, … */
const LOOSEN = 0.25;
/** … but for this part of a second's budget: what scrolls in after a burst must not wait until the burst is paid for. */
const RESERVE = 0.1;
/** How fast the mean cost of a sample follows. */
const FOLLOW = 0.12;

/**
 * Turns a byte budget (mean over one second, DESIGN.md "Bytes") into bytes and samples of the next frame, from what the last
 * frames really took and what those under way are expected to take. Up and down share one budget: a frame whose coordinates are
 * cheap may send more pixels. No second takes more than its budget but for what the expectations were off by.
 *
 * @example
 * ```ts
 * const rate = new RateController({ bytes: 2560, most: 1152 });
 * rate.expect(12, 2500);
 * rate.feedback(12, 1900 + 420, 800);
 * const samples = rate.samples();
 * ```
 */
export class RateController {
  /** Part of the samples otherwise allowed that may be asked for, 0 … 1: a client short of time sets it below 1. */
  share = 1;
  /** Bytes a frame that are wanted, where the budget would allow more. */
  wanted = Number.POSITIVE_INFINITY;
  private perSample = 2;
  /** Bytes of the frames of the last second, by frame id modulo the window: measured, or expected while it is under way. */
  private readonly spent = new Float64Array(WINDOW);
  private readonly frames = new Int32Array(WINDOW).fill(-1);

  constructor(private readonly budget: { readonly bytes: number; readonly most: number }) {}

  /** A frame is under way that will probably take so many bytes, both ways. */
  expect(frameId: number, bytes: number): void {
    this.note(frameId, bytes);
  }

  /** Measured bytes of one frame, both ways, and the number of samples they carried. */
  feedback(frameId: number, bytes: number, samples: number): void {
    if (samples > 16) this.perSample += FOLLOW * (bytes / samples - this.perSample);
    this.note(frameId, bytes);
  }

  /** Bytes that frame `frameId` may take. */
  bytes(frameId: number): number {
    const { bytes } = this.budget;
    const all = HEADROOM * WINDOW * bytes;
    const left = all - this.spentBefore(frameId, frameId);
    // What every frame from now on can have, whichever second is looked at.
    let even = left;
    for (let n = 1; n < WINDOW; n++) even = Math.min(even, (all - this.spentBefore(frameId, frameId + n)) / (n + 1));
    return Math.max(0, Math.min(BURST * bytes, this.wanted, left, even + LOOSEN * Math.max(0, left - RESERVE * all)));
  }

  /** Samples that frame `frameId` may ask for. */
  samples(frameId: number): number {
    return Math.max(32, Math.floor(this.share * Math.min(this.budget.most, this.bytes(frameId) / this.perSample)));
  }

  /** Bytes of the frames before `frameId` that are in the second which ends with frame `last`. */
  private spentBefore(frameId: number, last: number): number {
    let sum = 0;
    for (let i = 0; i < WINDOW; i++)
      if (this.frames[i] > last - WINDOW && this.frames[i] < frameId && this.frames[i] >= 0) sum += this.spent[i];
    return sum;
  }

  private note(frameId: number, bytes: number): void {
    if (frameId < 0) return;
    const slot = frameId % WINDOW;
    this.frames[slot] = frameId;
    this.spent[slot] = bytes;
  }
}
