import type { CaptureGrid } from '@sgaps/protocol';

/** Side of a block, grid pixels. */
export const BLOCK = 8;
/** Its binary logarithm. */
export const BLOCK_SHIFT = 3;

/**
 * The grid cut into 8×8 blocks, row by row from the top left. Blocks can be locked to the world: one more column and row than
 * fit, the first and the last clipped, so that neighbouring requests tile what scrolls in instead of overlapping.
 *
 * @example
 * ```ts
 * const blocks = new BlockGrid({ width: 320, height: 180 });
 * blocks.lock(Math.round(viewX), Math.round(viewY));
 * const pixels = blocks.area(12);
 * ```
 */
export class BlockGrid {
  /** Blocks a row, one more than fit when none is clipped. */
  readonly columns: number;
  /** Rows of blocks, one more than fit when none is clipped. */
  readonly rows: number;
  /** All blocks. */
  readonly count: number;
  /** World block of the first column and row: the same for the same piece of world, wherever the camera is. */
  worldX = 0;
  worldY = 0;
  private startU = 0;
  private startV = 0;
  private readonly edgesU: Int32Array;
  private readonly edgesV: Int32Array;

  constructor(readonly grid: CaptureGrid) {
    this.columns = Math.ceil(grid.width / BLOCK) + 1;
    this.rows = Math.ceil(grid.height / BLOCK) + 1;
    this.count = this.columns * this.rows;
    this.edgesU = new Int32Array(this.columns + 1);
    this.edgesV = new Int32Array(this.rows + 1);
    this.lock(0, 0);
  }

  /** Moves the blocks so that they stand still in a world scrolled by whole pixels; (0, 0) locks them to the screen. */
  lock(viewX: number, viewY: number): void {
    this.worldX = Math.floor(viewX / BLOCK);
    this.worldY = Math.floor(viewY / BLOCK);
    this.startU = BLOCK * this.worldX - viewX;
    this.startV = BLOCK * this.worldY - viewY;
    for (let x = 0; x <= this.columns; x++) this.edgesU[x] = Math.min(this.grid.width, Math.max(0, this.startU + x * BLOCK));
    for (let y = 0; y <= this.rows; y++) this.edgesV[y] = Math.min(this.grid.height, Math.max(0, this.startV + y * BLOCK));
  }

  /** Left edge of column x, clipped to the grid. */
  left(x: number): number {
    return this.edgesU[x];
  }

  /** Top edge of row y, clipped to the grid. */
  top(y: number): number {
    return this.edgesV[y];
  }

  /** Pixels of a block within the grid, 0 … 64. */
  area(block: number): number {
    const x = block % this.columns;
    const y = (block - x) / this.columns;
    return (this.left(x + 1) - this.left(x)) * (this.top(y + 1) - this.top(y));
  }

  /** The block a pixel lies in. */
  at(u: number, v: number): number {
    return Math.floor((v - this.startV) / BLOCK) * this.columns + Math.floor((u - this.startU) / BLOCK);
  }
}
