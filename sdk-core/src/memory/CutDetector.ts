import type { CaptureGrid } from '@sgaps/protocol';

/** A frame in which more than this share of the known blocks looked at is contradicted starts a new scene, if it looked at so many. */
const CUT = 0.6;
const CUT_BLOCKS = 0.05;

/**
 * Notices scene cuts: counts, per 8×8 block of the screen, the samples of one frame that met confident memory and those
 * that contradicted it. A block is contradicted when most of what was known in it is, so that one busy object is no cut.
 *
 * @example
 * ```ts
 * const cuts = new CutDetector({ width: 320, height: 180 });
 * cuts.note(10, 20, true);
 * if (cuts.isCut()) memory.forgetScenery();
 * ```
 */
export class CutDetector {
  private readonly columns: number;
  /** Per block: looks · 256 + contradictions. */
  private readonly looks: Int32Array;

  constructor(grid: CaptureGrid) {
    this.columns = (grid.width + 7) >> 3;
    this.looks = new Int32Array(this.columns * ((grid.height + 7) >> 3));
  }

  /** Starts a frame. */
  clear(): void {
    this.looks.fill(0);
  }

  /** Notes a sample of a pixel that memory was confident of. */
  note(u: number, v: number, contradicted: boolean): void {
    this.looks[(v >> 3) * this.columns + (u >> 3)] += contradicted ? 257 : 256;
  }

  /**
   * Notes every `step`-th pixel each way of the window at (u, v), those of even u and v if it is 2. `outcomes`, eight a row: above 0
   * where memory was right, below where it was contradicted, 0 where it was not confident.
   */
  noteWindow(u: number, v: number, columns: number, rows: number, step: 1 | 2, outcomes: Int8Array): void {
    const { looks } = this;
    for (let y = step === 2 ? v & 1 : 0; y < rows; y += step) {
      const row = ((v + y) >> 3) * this.columns;
      for (let x = step === 2 ? u & 1 : 0; x < columns; x += step) {
        const outcome = outcomes[8 * y + x];
        if (outcome !== 0) looks[row + ((u + x) >> 3)] += outcome < 0 ? 257 : 256;
      }
    }
  }

  /** Share of the known blocks looked at that is contradicted, 0 … 1; 0 when too few were looked at to say. */
  share(): number {
    let confident = 0;
    let contradicted = 0;
    for (let b = 0; b < this.looks.length; b++) {
      const looks = this.looks[b] >> 8;
      if (looks === 0) continue;
      confident++;
      if (2 * (this.looks[b] & 255) > looks) contradicted++;
    }
    return confident >= CUT_BLOCKS * this.looks.length ? contradicted / confident : 0;
  }

  /** True when the frame starts a new scene. */
  isCut(): boolean {
    return this.share() > CUT;
  }
}
