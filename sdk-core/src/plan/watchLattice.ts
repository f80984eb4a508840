import { type CaptureGrid, type SampleSet, Tier } from '@sgaps/protocol';
import { appendSample } from './appendSample.js';
import { SQUARE, type SquareGrid } from './SquareGrid.js';

/** Squares a watched lattice skips: each square is looked at once in 5 × 6 = 30 frames, whatever its importance (S11: one second). */
const WATCH_COLUMNS = 5;
const WATCH_ROWS = 6;

/**
 * Asks for one pixel of every square once a second, so that no change stays unnoticed (S11): a lattice, which costs bytes
 * not per pixel.
 *
 * @example
 * ```ts
 * watchLattice(grid, squares, frameId, set);
 * ```
 */
export function watchLattice(grid: CaptureGrid, squares: SquareGrid, frameId: number, set: SampleSet): void {
  const { width, height } = grid;
  const turn = frameId % (WATCH_COLUMNS * WATCH_ROWS);
  const round = Math.floor(frameId / (WATCH_COLUMNS * WATCH_ROWS));
  // Neighbouring squares are watched in frames far apart.
  const place = (turn * 11) % (WATCH_COLUMNS * WATCH_ROWS);
  const spot = (round * 7) % (SQUARE * SQUARE);
  const u0 = squares.left(1) + SQUARE * (place % WATCH_COLUMNS) - SQUARE + (spot % SQUARE);
  const v0 = squares.top(1) + SQUARE * Math.floor(place / WATCH_COLUMNS) - SQUARE + Math.floor(spot / SQUARE);
  const stepU = SQUARE * WATCH_COLUMNS;
  const stepV = SQUARE * WATCH_ROWS;
  for (let v = v0 < 0 ? v0 + stepV : v0; v < height; v += stepV) {
    for (let u = u0 < 0 ? u0 + stepU : u0; u < width; u += stepU) appendSample(set, u, v, 0, Tier.important);
  }
}
