import type { CaptureGrid } from '@sgaps/protocol';

/** Side of the squares that points are asked in, grid pixels. */
export const SQUARE = 4;

/**
 * The grid cut into 4×4 squares that lock to the world: neighbouring requests tile what scrolls in instead of overlapping.
 *
 * @example
 * ```ts
 * const squares = new SquareGrid({ width: 320, height: 180 });
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

  constructor(private readonly grid: CaptureGrid) {
    this.columns = Math.ceil(grid.width / SQUARE) + 1;
    this.rows = Math.ceil(grid.height / SQUARE) + 1;
    this.count = this.columns * this.rows;
    let stride = Math.floor(this.count * 0.618) | 1;
    while (gcd(stride, this.count) !== 1) stride += 2;
    this.stride = stride;
  }

  /** Moves the squares so that they stand still in a world scrolled by whole pixels. */
  lock(viewX: number, viewY: number): void {
    this.startU = -(((viewX % SQUARE) + SQUARE) % SQUARE);
    this.startV = -(((viewY % SQUARE) + SQUARE) % SQUARE);
  }

  /** Left edge of column x, clipped to the grid. */
  left(x: number): number {
    return Math.min(this.grid.width, Math.max(0, this.startU + x * SQUARE));
  }

  /** Top edge of row y, clipped to the grid. */
  top(y: number): number {
    return Math.min(this.grid.height, Math.max(0, this.startV + y * SQUARE));
  }
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
