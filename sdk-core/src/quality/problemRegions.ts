import type { CaptureGrid } from '@sgaps/protocol';

/** Regions told of at most. */
const MOST_REGIONS = 64;

/**
 * A rectangle of the grid that is probably wrong.
 *
 * @example
 * ```ts
 * const region: ProblemRegion = { u: 16, v: 8, width: 24, height: 16, squaredError: 420 };
 * ```
 */
export interface ProblemRegion {
  /** Top-left pixel. */
  readonly u: number;
  readonly v: number;
  /** Grid pixels. */
  readonly width: number;
  readonly height: number;
  /** Mean squared error expected per pixel, 8-bit steps². */
  readonly squaredError: number;
}

interface Run {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  sum: number;
}

/**
 * Rectangles of the blocks whose error is above `least`, the worst (error times area) first, 64 at most: runs along a row, joined with
 * equal runs in the rows below.
 *
 * @example
 * ```ts
 * const regions = findProblemRegions(blockError, 40, 200, { width: 320, height: 180 }, 8);
 * ```
 */
export function findProblemRegions(
  error: Float32Array,
  columns: number,
  least: number,
  grid: CaptureGrid,
  side: number,
): ProblemRegion[] {
  const runs: Run[] = [];
  let above: Run[] = [];
  for (let y = 0; y * columns < error.length; y++) {
    const here: Run[] = [];
    for (let x = 0; x < columns; x++) {
      if (!(error[y * columns + x] > least)) continue;
      const x0 = x;
      let sum = 0;
      while (x < columns && error[y * columns + x] > least) sum += error[y * columns + x++];
      const same = above.find((run) => run.x0 === x0 && run.x1 === x);
      if (same) {
        same.y1 = y + 1;
        same.sum += sum;
        here.push(same);
      } else {
        const run = { x0, x1: x, y0: y, y1: y + 1, sum };
        runs.push(run);
        here.push(run);
      }
    }
    above = here;
  }
  runs.sort((a, b) => b.sum - a.sum);
  return runs.slice(0, MOST_REGIONS).map(({ x0, x1, y0, y1, sum }) => ({
    u: side * x0,
    v: side * y0,
    width: Math.min(grid.width, side * x1) - side * x0,
    height: Math.min(grid.height, side * y1) - side * y0,
    squaredError: sum / ((x1 - x0) * (y1 - y0)),
  }));
}
