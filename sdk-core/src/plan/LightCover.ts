import { SampleKind, type SampleSet, Tier } from '@sgaps/protocol';
import { appendSample } from './appendSample.js';
import type { BlockGrid } from './BlockGrid.js';

/** Share of the blocks that coarse ones may take. */
const SHARE = 0.8;
/** A coarse block is worth asking for when at least a quarter of it is unknown. */
const LEAST = 4;

/**
 * Covers what was never looked at by blocks of two or four times the side, where single ones would take several frames: the start, and
 * what comes after a jump of the camera.
 *
 * @example
 * ```ts
 * const cover = new LightCover(blocks);
 * if (cover.choose(open, 252) > 0) cover.appendTo(set);
 * ```
 */
export class LightCover {
  /** 1 for each block that is covered. */
  readonly covered: Uint8Array;
  /** Coarse blocks chosen, by their first block. */
  private readonly corners: Int32Array;
  private count = 0;
  private side = 2;

  constructor(private readonly blocks: BlockGrid) {
    this.covered = new Uint8Array(blocks.count);
    this.corners = new Int32Array(blocks.count);
  }

  /** Chooses coarse blocks where more are `open` than `most`; returns how many. */
  choose(open: Uint8Array, most: number): number {
    const { blocks, covered, corners } = this;
    const { columns, rows } = blocks;
    this.count = 0;
    covered.fill(0);
    let opens = 0;
    for (let block = 0; block < open.length; block++) opens += open[block];
    if (opens <= most) return 0;
    const side = opens / 4 <= SHARE * most ? 2 : 4;
    this.side = side;
    for (let y = 0; y < rows; y += side) {
      for (let x = 0; x < columns; x += side) {
        const right = Math.min(columns, x + side);
        const bottom = Math.min(rows, y + side);
        let fresh = 0;
        for (let j = y; j < bottom; j++) for (let i = x; i < right; i++) fresh += open[j * columns + i];
        const outside = blocks.left(x) >= blocks.grid.width || blocks.top(y) >= blocks.grid.height;
        if (LEAST * fresh < side * side || outside) continue;
        if (this.count >= SHARE * most) return this.count;
        corners[this.count++] = y * columns + x;
        for (let j = y; j < bottom; j++)
          for (let i = x; i < right; i++) if (open[j * columns + i] !== 0) covered[j * columns + i] = 1;
      }
    }
    return this.count;
  }

  /** Adds what was chosen to a set. */
  appendTo(set: SampleSet): void {
    const { blocks, corners, side } = this;
    const kind = side === 2 ? SampleKind.block1 : SampleKind.block2;
    for (let n = 0; n < this.count; n++) {
      const x = corners[n] % blocks.columns;
      appendSample(set, blocks.left(x), blocks.top((corners[n] - x) / blocks.columns), kind, Tier.important);
    }
  }
}
