import type { CaptureGrid } from '@sgaps/protocol';

/** Side of the squares that points are asked in, grid pixels. */
export const SQUARE = 4;

/**
 * The grid cut into squares (4×4 for points, 8×8 for blocks) that lock to the world: neighbouring requests tile what scrolls in instead of overlapping.
 *
 * @example
 * ```ts
 * const squares = new SquareGrid({ width: 320, height: 180 }, SQUARE);
 * squares.lock(Math.round(viewX), Math.round(viewY));
 * ```
 */
export class SquareGrid {
  /** Squares a row, one more than fit when none is cut. */
  readonly columns: number;
  /** Rows of squares. */
  readonly rows: number;
  /** All squares. */
  readonly count: number;
  /** Stride coprime to `count`, which visits squares far from each other. */
  readonly stride: number;
  private startU = 0;
  private startV = 0;

  /** `side` grid pixels a square. */
  constructor(
    private readonly grid: CaptureGrid,
    private readonly side: number,
  ) {
    this.columns = Math.ceil(grid.width / side) + 1;
    this.rows = Math.ceil(grid.height / side) + 1;
    this.count = this.columns * this.rows;
    let stride = Math.floor(this.count * 0.618) | 1;
    while (gcd(stride, this.count) !== 1) stride += 2;
    this.stride = stride;
  }

  /** Moves the squares so that they stand still in a world scrolled by whole pixels. */
  lock(viewX: number, viewY: number): void {
    const { side } = this;
    this.startU = -(((viewX % side) + side) % side);
    this.startV = -(((viewY % side) + side) % side);
  }

  /** Left edge of column x, clipped to the grid. */
  left(x: number): number {
    return Math.min(this.grid.width, Math.max(0, this.startU + x * this.side));
  }

  /** Top edge of row y, clipped to the grid. */
  top(y: number): number {
    return Math.min(this.grid.height, Math.max(0, this.startV + y * this.side));
  }
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
