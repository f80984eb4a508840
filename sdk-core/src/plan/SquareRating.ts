import type { CaptureGrid } from '@sgaps/protocol';
import type { Composition } from '../memory/Composition.js';
import { UNKNOWN } from './ImportanceAnalyzer.js';
import { SQUARE, type SquareGrid } from './SquareGrid.js';

/** What a 4×4 mean leaves of the expected squared error of an unknown pixel, 8-bit steps². */
const ERROR_DETAIL = 250;
/** Squared error per bit below which a look is not worth its bits. */
const LEAST_GAIN = 0.5;
/** Bits that naming one square, or one mean, costs. */
const BITS_SQUARE = 8;
const BITS_NAME = 4;
const BITS_POINT = 5;
const BITS_MEAN = 14;

/** Ask for one mean of the square: one sample. */
export const MEAN = 1;
/** Ask for all pixels of the square. */
export const POINTS = 2;

/**
 * What asking for each 4×4 square is worth: squared error removed per bit it costs, asked whole and as one mean.
 *
 * @example
 * ```ts
 * const rating = new SquareRating(grid, squares, true);
 * rating.rate(analyzer.importance, composition);
 * const { limit } = rating.chooseLimits(1200);
 * if (rating.actionAt(0, limit) === POINTS) askWhole(0);
 * ```
 */
export class SquareRating {
  /** Gain per bit of each square asked whole. */
  readonly pointGain: Float32Array;
  /** Gain per bit of each square asked as one mean. */
  readonly meanGain: Float32Array;
  private readonly costs: Int32Array;

  /** `means` false: no square is ever asked as a mean. @param least Squared error per bit below which a look is not worth its bits. */
  constructor(
    private readonly grid: CaptureGrid,
    private readonly squares: SquareGrid,
    private readonly means: boolean,
    private readonly least = LEAST_GAIN,
  ) {
    this.pointGain = new Float32Array(squares.count);
    this.meanGain = new Float32Array(squares.count);
    this.costs = new Int32Array(STEPS);
  }

  /** Rates all squares of a frame, from the expected squared error per pixel and what memory will know. */
  rate(importance: Float32Array, ahead: Composition): void {
    const { squares, pointGain, meanGain } = this;
    const { width } = this.grid;
    const { confidence } = ahead;
    for (let y = 0; y < squares.rows; y++) {
      const top = squares.top(y);
      const bottom = squares.top(y + 1);
      for (let x = 0; x < squares.columns; x++) {
        const left = squares.left(x);
        const right = squares.left(x + 1);
        let error = 0;
        let removed = 0;
        for (let v = top; v < bottom; v++) {
          for (let u = left; u < right; u++) {
            const at = v * width + u;
            error += importance[at];
            if (confidence[at] < UNKNOWN) removed += importance[at] - ERROR_DETAIL;
          }
        }
        const square = y * squares.columns + x;
        if (left >= right || top >= bottom) {
          pointGain[square] = 0;
          meanGain[square] = 0;
          continue;
        }
        pointGain[square] = error / (BITS_SQUARE + (right - left) * (bottom - top) * BITS_POINT);
        meanGain[square] = this.means ? removed / (BITS_NAME + BITS_MEAN) : 0;
      }
    }
  }

  /** `MEAN` or `POINTS`, whichever is worth asking of the square at this least gain; 0 neither. */
  actionAt(square: number, limit: number): number {
    const points = this.pointGain[square];
    const mean = this.meanGain[square];
    if (points >= limit && points > this.least && points >= mean * 0.25) return POINTS;
    return mean >= limit && mean > 0 ? MEAN : 0;
  }

  /**
   * The least gain at which all squares together cost no more than `budget` samples, the next lower gain there is, and the
   * samples left over at the first. Gains are told apart in steps of about 3 %.
   */
  chooseLimits(budget: number): { limit: number; next: number; spare: number } {
    const { pointGain, meanGain, costs } = this;
    costs.fill(0);
    for (let square = 0; square < pointGain.length; square++) {
      const points = pointGain[square];
      const mean = meanGain[square];
      const whole = points > this.least && points >= mean * 0.25;
      if (mean > 0 && !(whole && points >= mean)) costs[stepOf(mean)] += 1;
      if (whole) costs[stepOf(points)] += mean > points ? SQUARE * SQUARE - 1 : SQUARE * SQUARE;
    }
    let spent = 0;
    let step = STEPS - 1;
    while (step >= 0 && spent + costs[step] <= budget) spent += costs[step--];
    let next = step;
    while (next >= 0 && costs[next] === 0) next--;
    return { limit: gainOf(step + 1), next: next < 0 ? Number.POSITIVE_INFINITY : gainOf(next), spare: budget - spent };
  }
}

/** Steps of gain an octave, the lowest gain told apart from none, and steps in all. */
const OCTAVE = 24;
const LOWEST = 2 ** -12;
const STEPS = 36 * OCTAVE;

/** The step a gain lies in. */
function stepOf(gain: number): number {
  const step = gain <= LOWEST ? 0 : Math.floor(OCTAVE * Math.log2(gain / LOWEST));
  return step >= STEPS ? STEPS - 1 : step;
}

/** The least gain of a step. */
function gainOf(step: number): number {
  return step >= STEPS ? Number.POSITIVE_INFINITY : LOWEST * 2 ** (step / OCTAVE);
}
