import { type CaptureGrid, SampleKind, type SampleSet, Tier } from '@sgaps/protocol';
import type { Composition } from '../memory/Composition.js';
import { appendSample } from './appendSample.js';
import { NOTHING } from './ImportanceAnalyzer.js';
import type { SquareGrid } from './SquareGrid.js';

/** Frames in which every block is looked at once, whatever its importance (S11: one second). */
const REFRESH = 30;
/** A block this much of which is unknown is new. */
const NEW_SHARE = 0.5;
/** Mean squared error, 8-bit steps², below which a look is not worth its bits. */
const LEAST = Number(process.env.LEAST ?? 0.3);

/**
 * Chooses the blocks of a request: where more is new than whole blocks could cover, coarse ones first (a block of 16 or 32 pixels a side at
 * half or a quarter of the detail); then by expected squared error; and of the rest those whose turn it is to be looked at.
 *
 * @example
 * ```ts
 * chooser.rate(importance, composition);
 * chooser.choose(set, 120, frameId);
 * ```
 */
export class BlockChooser {
  /** Expected mean squared error of each block, 8-bit steps² a channel. */
  readonly errors: Float32Array;
  private readonly unknown: Uint8Array;
  private readonly taken: Uint8Array;
  private readonly order: Int32Array;
  private readonly bins = new Int32Array(BINS + 1);

  constructor(
    private readonly grid: CaptureGrid,
    private readonly squares: SquareGrid,
  ) {
    this.errors = new Float32Array(squares.count);
    this.unknown = new Uint8Array(squares.count);
    this.taken = new Uint8Array(squares.count);
    this.order = new Int32Array(squares.count);
    for (let n = 0, block = 0; n < squares.count; n++, block = (block + squares.stride) % squares.count) this.order[n] = block;
  }

  /** Sums up what is expected of each block from maps over the grid. */
  rate(importance: Float32Array, ahead: Composition): void {
    const { squares, errors, unknown } = this;
    const { width } = this.grid;
    const { confidence } = ahead;
    for (let y = 0; y < squares.rows; y++) {
      const top = squares.top(y);
      const bottom = squares.top(y + 1);
      for (let x = 0; x < squares.columns; x++) {
        const left = squares.left(x);
        const right = squares.left(x + 1);
        const block = y * squares.columns + x;
        errors[block] = 0;
        unknown[block] = 0;
        if (left >= right || top >= bottom) continue;
        let sum = 0;
        let nothing = 0;
        for (let v = top; v < bottom; v++) {
          for (let at = v * width + left; at < v * width + right; at++) {
            sum += importance[at];
            if (confidence[at] < NOTHING) nothing++;
          }
        }
        // A block cut by the border removes no more error than it shows.
        errors[block] = LEAST < 0 ? Math.max(1, sum / 64) : sum / 64;
        if (nothing >= NEW_SHARE * (right - left) * (bottom - top)) unknown[block] = 1;
      }
    }
  }

  /** Adds at most `most` blocks to the set; those it takes are in raster order within their kind. */
  choose(set: SampleSet, most: number, frameId: number, coarse: boolean, add: (error: number) => void): void {
    const { squares, errors, taken } = this;
    taken.fill(0);
    let left = most;
    if (coarse) left -= this.takeCoarse(set, most, add);
    left = this.takeBest(left);
    this.takeDue(left, frameId);
    for (let block = 0; block < squares.count; block++) {
      if (taken[block] !== 1) continue;
      const x = block % squares.columns;
      add(errors[block]);
      appendSample(set, squares.left(x), squares.top((block - x) / squares.columns), SampleKind.block0, Tier.important);
    }
  }

  /** Covers what is new by blocks of two or four times the side, where single ones would take too long. Returns how many. */
  private takeCoarse(set: SampleSet, most: number, add: (error: number) => void): number {
    const { squares, unknown, errors, taken } = this;
    const { columns, rows } = squares;
    let open = 0;
    for (let block = 0; block < squares.count; block++) open += unknown[block];
    if (open <= most) return 0;
    const m = open / 4 <= 0.8 * most ? 2 : 4;
    let spent = 0;
    for (let y = 0; y < rows; y += m) {
      for (let x = 0; x < columns; x += m) {
        let fresh = 0;
        for (let j = y; j < Math.min(rows, y + m); j++)
          for (let i = x; i < Math.min(columns, x + m); i++) fresh += unknown[j * columns + i];
        const u = squares.left(x);
        const v = squares.top(y);
        if (4 * fresh < m * m || u >= this.grid.width || v >= this.grid.height || spent >= 0.8 * most) continue;
        appendSample(set, u, v, m === 2 ? SampleKind.block1 : SampleKind.block2, Tier.important);
        spent++;
        add(errors[y * columns + x]);
        for (let j = y; j < Math.min(rows, y + m); j++) {
          for (let i = x; i < Math.min(columns, x + m); i++) {
            if (unknown[j * columns + i] === 1) taken[j * columns + i] = 2;
          }
        }
      }
    }
    return spent;
  }

  /** Marks the blocks of largest expected error; returns what is left of `most`. */
  private takeBest(most: number): number {
    const { squares, errors, taken, order, bins } = this;
    bins.fill(0);
    for (let block = 0; block < squares.count; block++) if (taken[block] === 0) bins[binOf(errors[block])]++;
    // The lowest bin all of whose blocks still fit.
    let bin = BINS;
    let count = 0;
    while (bin > 1 && count + bins[bin - 1] <= most) count += bins[--bin];
    let partial = bin > 1 ? most - count : 0;
    for (let n = 0; n < squares.count; n++) {
      const block = order[n];
      if (taken[block] !== 0) continue;
      const own = binOf(errors[block]);
      if (own >= bin && own > 0) taken[block] = 1;
      else if (own === bin - 1 && own > 0 && partial > 0) {
        taken[block] = 1;
        partial--;
        count++;
      }
    }
    return most - count;
  }

  /** Marks blocks whose turn it is. */
  private takeDue(most: number, frameId: number): void {
    const { squares, taken } = this;
    let left = most;
    const turn = frameId % REFRESH;
    for (let block = (turn * 11) % REFRESH; block < squares.count && left > 0; block += REFRESH) {
      if (taken[block] !== 0) continue;
      const x = block % squares.columns;
      const y = (block - x) / squares.columns;
      if (squares.left(x) >= squares.left(x + 1) || squares.top(y) >= squares.top(y + 1)) continue;
      taken[block] = 1;
      left--;
    }
  }
}

/** Bins of expected error: four an octave; bin 0 is not worth a look. */
const BINS = 64;

function binOf(error: number): number {
  if (LEAST < 0) return error > 0 ? 9 : 0;
  if (!(error > LEAST)) return 0;
  const bin = 1 + Math.floor(4 * Math.log2(error / LEAST));
  return bin >= BINS ? BINS - 1 : bin;
}
