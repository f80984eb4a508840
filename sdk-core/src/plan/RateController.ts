/** Frames over which the mean is held to the budget: one second. */
const WINDOW = 30;
/** What is aimed at, so that the estimate's error stays within the budget. */
const HEADROOM = 0.96;
/** Part of what was left over that the next frame may take besides, and at most how much of a frame's budget: what is spent early is missing later. */
const LOOSEN = 0.05;
const MOST_LOOSENED = 0.1;
/** Budgets of a frame that one may take besides its own, where others before it were left out, at most. */
const MOST_SAVED = 3;
/** Part of an overdraft that the next frame gives up. */
const TIGHTEN = 0.15;
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
  /** Bytes a frame that are wanted, where the budget would allow more; whatever the pace. */
  wanted = Number.POSITIVE_INFINITY;
  private ofSamples = 1;
  /** Budgets that a frame of now may take. */
  private budgets = 1;
  private perSample = 2;
  /** Bytes of the frames of the last second, by frame id modulo the window: measured, or expected while it is under way. */
  private readonly spent = new Float64Array(WINDOW);
  private readonly frames = new Int32Array(WINDOW).fill(-1);
  /** Budgets that each of them might take. */
  private readonly allowed = new Float64Array(WINDOW).fill(1);

  constructor(private readonly budget: { readonly bytes: number; readonly most: number }) {}

  /** Part of the samples otherwise allowed that may be asked for, 0 … 1: a client short of time sets it below 1. What makes no sense counts as 1. */
  set share(share: number) {
    this.ofSamples = share > 0 && share < 1 ? share : 1;
  }

  get share(): number {
    return this.ofSamples;
  }

  /**
   * Part of its usual frames that the client takes, 0 … 1: each may have the bytes of those left out too, up to four budgets in all. What
   * makes no sense counts as 1.
   */
  set pace(pace: number) {
    this.budgets = pace > 0 && pace < 1 ? Math.min(1 + MOST_SAVED, 1 / pace) : 1;
  }

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
    const { budgets } = this;
    const even = HEADROOM * bytes;
    let left = WINDOW * even;
    for (let before = 1; before < WINDOW; before++) {
      const frame = frameId - before;
      // What came before the first frame counts as spent: a session does not begin with a credit.
      if (frame < 0) left -= even;
      else if (this.frames[frame % WINDOW] === frame) left -= this.spent[frame % WINDOW] / this.allowed[frame % WINDOW];
    }
    const over = left - even;
    const eased = even + (over > 0 ? Math.min(MOST_LOOSENED * bytes, LOOSEN * over) : TIGHTEN * over);
    return Math.max(0, Math.min(this.wanted, budgets * Math.min(left, eased)));
  }

  /** Samples that frame `frameId` may ask for. */
  samples(frameId: number): number {
    return Math.max(32, Math.floor(this.ofSamples * Math.min(this.budget.most, this.bytes(frameId) / this.perSample)));
  }

  private note(frameId: number, bytes: number): void {
    if (frameId < 0) return;
    const slot = frameId % WINDOW;
    // A frame is measured by what it was allowed when it was asked for.
    if (this.frames[slot] !== frameId) this.allowed[slot] = this.budgets;
    this.frames[slot] = frameId;
    this.spent[slot] = bytes;
  }
}
