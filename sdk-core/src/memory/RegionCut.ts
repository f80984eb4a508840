import type { CaptureGrid } from '@sgaps/protocol';
import type { ScrollLayer } from './ScrollLayer.js';

/** A change has a core: of so many blocks each way, so many are contradicted, and so many times as many as are confirmed. */
const CORE = 5;
const LEAST = 6;
const MAJORITY = 4;
/** It reaches so many blocks beyond that at most. */
const RADIUS = 5;

/**
 * Cuts of a part of the screen: a room revealed, a panel opened. Where most of the places looked at in a neighbourhood
 * contradict memory, what was not looked at there has changed too.
 *
 * @example
 * ```ts
 * const regions = new RegionCut({ width: 320, height: 180 });
 * regions.noteWindow(16, 24, 8, 8, 2, outcomes);
 * regions.forget(layers, frame);
 * ```
 */
export class RegionCut {
  private readonly columns: number;
  private readonly rows: number;
  private readonly wrong: Uint8Array;
  private readonly right: Uint8Array;
  private readonly wrongSums: Int32Array;
  private readonly rightSums: Int32Array;
  private readonly coreSums: Int32Array;

  constructor(private readonly grid: CaptureGrid) {
    this.columns = (grid.width + 7) >> 3;
    this.rows = (grid.height + 7) >> 3;
    this.wrong = new Uint8Array(this.columns * this.rows);
    this.right = new Uint8Array(this.columns * this.rows);
    this.wrongSums = new Int32Array((this.columns + 1) * (this.rows + 1));
    this.coreSums = new Int32Array((this.columns + 1) * (this.rows + 1));
    this.rightSums = new Int32Array((this.columns + 1) * (this.rows + 1));
  }

  /** Starts a frame. */
  clear(): void {
    this.wrong.fill(0);
    this.right.fill(0);
  }

  /**
   * Notes every `step`-th pixel each way of the window at (u, v), those of even u and v if it is 2. `outcomes`, eight a row: 1 where
   * memory was right, −1 where it was contradicted; others say nothing.
   */
  noteWindow(u: number, v: number, columns: number, rows: number, step: 1 | 2, outcomes: Int8Array): void {
    const { wrong, right } = this;
    for (let y = step === 2 ? v & 1 : 0; y < rows; y += step) {
      const row = ((v + y) >> 3) * this.columns;
      for (let x = step === 2 ? u & 1 : 0; x < columns; x += step) {
        const outcome = outcomes[8 * y + x];
        if (outcome !== 1 && outcome !== -1) continue;
        const counts = outcome < 0 ? wrong : right;
        const block = row + ((u + x) >> 3);
        if (counts[block] < 255) counts[block]++;
      }
    }
  }

  /** Forgets what layers know in changed regions, but for what was looked at in this very frame; returns the blocks forgotten. */
  forget(layers: readonly ScrollLayer[], frame: number): number {
    const { columns, rows } = this;
    this.sum();
    if (!this.findCores()) return 0;
    let forgotten = 0;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        if (!this.isChanged(x, y)) continue;
        this.clearBlock(layers, x, y, frame);
        forgotten++;
      }
    }
    return forgotten;
  }

  /** True when the nearest places looked at were mostly contradicted, and it lies in or beside the core of a change. */
  private isChanged(x: number, y: number): boolean {
    if (this.around(this.coreSums, x, y, RADIUS) === 0) return false;
    for (let radius = 0; radius <= RADIUS; radius++) {
      const wrong = this.around(this.wrongSums, x, y, radius);
      const right = this.around(this.rightSums, x, y, radius);
      if (wrong + right > 0) return wrong > right;
    }
    return false;
  }

  /** Sums of the blocks around which nearly everything looked at was contradicted. */
  private findCores(): boolean {
    const { columns, rows, coreSums } = this;
    const stride = columns + 1;
    let found = false;
    for (let y = 0; y < rows; y++) {
      let cores = 0;
      for (let x = 0; x < columns; x++) {
        const wrong = this.around(this.wrongSums, x, y, CORE);
        if (wrong >= LEAST && wrong >= MAJORITY * this.around(this.rightSums, x, y, CORE)) cores++;
        coreSums[(y + 1) * stride + x + 1] = coreSums[y * stride + x + 1] + cores;
      }
      if (cores > 0) found = true;
    }
    return found;
  }

  /** Sums from the top left of the blocks that are mostly contradicted, and mostly confirmed. */
  private sum(): void {
    const { columns, rows, wrong, right, wrongSums, rightSums } = this;
    const stride = columns + 1;
    for (let y = 0; y < rows; y++) {
      let wrongs = 0;
      let rights = 0;
      for (let x = 0; x < columns; x++) {
        const block = y * columns + x;
        if (wrong[block] > right[block]) wrongs++;
        else if (right[block] > 0) rights++;
        wrongSums[(y + 1) * stride + x + 1] = wrongSums[y * stride + x + 1] + wrongs;
        rightSums[(y + 1) * stride + x + 1] = rightSums[y * stride + x + 1] + rights;
      }
    }
  }

  private around(sums: Int32Array, x: number, y: number, radius: number): number {
    const stride = this.columns + 1;
    const left = Math.max(0, x - radius);
    const right = Math.min(this.columns, x + radius + 1);
    const top = Math.max(0, y - radius) * stride;
    const bottom = Math.min(this.rows, y + radius + 1) * stride;
    return sums[bottom + right] - sums[bottom + left] - sums[top + right] + sums[top + left];
  }

  private clearBlock(layers: readonly ScrollLayer[], x: number, y: number, frame: number): void {
    const { width, height } = this.grid;
    for (const layer of layers) {
      const { bank } = layer;
      for (let v = 8 * y; v < Math.min(height, 8 * y + 8); v++) {
        for (let u = 8 * x; u < Math.min(width, 8 * x + 8); u++) {
          const cell = layer.cellAt(u, v);
          if (bank.seen[cell] !== frame) bank.clear(cell);
        }
      }
    }
  }
}
