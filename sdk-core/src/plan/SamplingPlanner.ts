import {
  type CaptureGrid,
  createSampleSet,
  type FrameState,
  LIMITS,
  type SampleRequest,
  type SampleSet,
  Tier,
} from '@sgaps/protocol';
import { type Composition, createComposition } from '../memory/Composition.js';
import { CONFIDENCE_START, MEAN_CONFIDENCE } from '../memory/TemporalMemoryBank.js';
import type { SessionDecoder } from '../session/SessionDecoder.js';
import { BLUE_NOISE_SIDE, blueNoise } from './blueNoise.js';
import { extrapolateState } from './extrapolate.js';
import { RateController } from './RateController.js';
import { SQUARE, SquareGrid } from './SquareGrid.js';

const EMPTY: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };
/** Confidence below which a pixel counts as unknown: nothing, or only the coarsest mean. */
const UNKNOWN = 48;
const NOTHING = 24;
/** Expected squared error, 8-bit steps², of a pixel nothing is known of, of one known from a 16×16 mean, and what a 4×4 mean leaves of it. */
const ERROR_NOTHING = 1500;
const ERROR_COARSE = 700;
const ERROR_DETAIL = 250;
/** Squared error per bit below which a look is not worth its bits. */
const LEAST_GAIN = 0.5;
/** Bits that naming one square, or one mean, costs. */
const BITS_SQUARE = 8;
const BITS_NAME = 4;
const BITS_POINT = 5;
const BITS_MEAN = 14;
/** Squares a watched lattice skips: each square is looked at once in 5 × 6 = 30 frames, whatever its importance (S11: one second). */
const WATCH_COLUMNS = 5;
const WATCH_ROWS = 6;
/** Confidence an unanswered question counts for, per kind. */
const EXPECTED = [CONFIDENCE_START + 12, ...MEAN_CONFIDENCE.slice(1)];
/** Largest share of the pixels asked for in one frame when bytes alone set the rate. */
const MOST_RATE = 0.08;

const MEAN = 1;
const POINTS = 2;

interface Pending {
  readonly frameId: number;
  readonly viewX: number;
  readonly viewY: number;
  readonly set: SampleSet;
}

/**
 * Chooses the samples of a frame to come (S2–S5, S11–S13): draws what memory will know by then, cameras and objects
 * carried on; rates every 4×4 square by the squared error a look would remove per bit it costs; and spends the budget on
 * the best. Unknown regions are asked for as means first, a whole mip-4 picture at the start and after a cut.
 *
 * With `rate` each request holds exactly round(rate · W · H) samples (S5); without, the byte budget (up and down together,
 * mean over one second) sets the number, and it falls by itself when little is left to learn (S11).
 *
 * @example
 * ```ts
 * const planner = new SamplingPlanner({ grid, decoder });
 * const request = planner.plan(frame.frameId + 2);
 * ```
 */
export class SamplingPlanner {
  /** Expected squared error of the last plan, W·H, 8-bit steps². */
  readonly importance: Float32Array;
  private readonly rate: RateController;
  private readonly exact: number | null;
  private readonly grid: CaptureGrid;
  private readonly decoder: SessionDecoder;
  private readonly ahead: Composition;
  private readonly squares: SquareGrid;
  private pending: Pending[] = [];
  private readonly pointGain: Float32Array;
  private readonly meanGain: Float32Array;
  private readonly order: Float32Array;
  private readonly luma: Int16Array;
  private readonly take: Uint8Array;
  private readonly meanAsked: Uint8Array;
  private readonly sampling: 'auto' | 'points';

  constructor(options: {
    grid: CaptureGrid;
    decoder: SessionDecoder;
    /** Samples per pixel and frame, 0 … 1; unset: as the bytes allow. */
    rate?: number;
    /** Bytes per frame up and down, which are spent as one budget; default 2048 and 512. */
    bytesUp?: number;
    bytesDown?: number;
    /** `points` asks for no means. */
    sampling?: 'auto' | 'points';
  }) {
    const { grid, decoder, rate, bytesUp = 2048, bytesDown = 512, sampling = 'auto' } = options;
    this.grid = grid;
    this.decoder = decoder;
    this.sampling = sampling;
    const pixels = grid.width * grid.height;
    this.exact = rate === undefined ? null : Math.max(1, Math.min(LIMITS.samplesPerFrame, pixels, Math.round(rate * pixels)));
    const most = Math.min(LIMITS.samplesPerFrame, Math.round(MOST_RATE * pixels));
    this.rate = new RateController({ bytes: bytesUp + bytesDown, most: this.exact ?? most });
    this.importance = new Float32Array(pixels);
    this.ahead = createComposition(grid);
    this.squares = new SquareGrid(grid);
    this.pointGain = new Float32Array(this.squares.count);
    this.meanGain = new Float32Array(this.squares.count);
    this.order = new Float32Array(this.squares.count);
    this.luma = new Int16Array(pixels);
    this.take = new Uint8Array(pixels);
    this.meanAsked = new Uint8Array(this.squares.count);
  }

  /** Measured bytes of one frame (up), of its request (down), and its samples. */
  feedback(bytesUp: number, bytesDown: number, samples: number): void {
    this.rate.feedback(bytesUp + bytesDown, samples);
  }

  /** The request for `targetFrameId`, a frame after the last decoded one. */
  plan(targetFrameId: number): SampleRequest {
    const { decoder, squares } = this;
    const then = extrapolateState(decoder.previousState, decoder.state ?? EMPTY, targetFrameId - decoder.frameId);
    decoder.memory.compose(then, this.ahead, false);
    const viewX = then.cameras[0]?.viewX ?? 0;
    const viewY = then.cameras[0]?.viewY ?? 0;
    this.pending = this.pending.filter((p) => p.frameId > decoder.frameId && p.frameId !== targetFrameId);
    this.expectPending(viewX, viewY);
    this.rateImportance();
    squares.lock(Math.round(viewX), Math.round(viewY));
    const set = this.choose(this.rate.samples(), targetFrameId);
    this.pending.push({ frameId: targetFrameId, viewX, viewY, set });
    return { frameId: targetFrameId, explicit: set, seeded: [] };
  }

  /** What has been asked for and not yet answered counts as known. */
  private expectPending(viewX: number, viewY: number): void {
    const { width, height } = this.grid;
    const { confidence, age } = this.ahead;
    for (const { set, viewX: x, viewY: y } of this.pending) {
      const du = Math.round(x - viewX);
      const dv = Math.round(y - viewY);
      for (let i = 0; i < set.count; i++) {
        const side = 1 << set.kind[i];
        const expected = EXPECTED[set.kind[i]];
        const u0 = set.u[i] + du;
        const v0 = set.v[i] + dv;
        for (let v = Math.max(0, v0); v < Math.min(height, v0 + side); v++) {
          for (let u = Math.max(0, u0); u < Math.min(width, u0 + side); u++) {
            const at = v * width + u;
            if (confidence[at] < expected) confidence[at] = expected;
            age[at] = 0;
          }
        }
      }
    }
  }

  private rateImportance(): void {
    const { width, height } = this.grid;
    const { confidence, rgb, age } = this.ahead;
    const { heat, columns } = this.decoder.memory.dynamic;
    const { importance, luma } = this;
    for (let at = 0, p = 0; at < luma.length; at++, p += 3) luma[at] = (3 * rgb[p] + 4 * rgb[p + 1] + rgb[p + 2]) >> 3;
    for (let v = 0; v < height; v++) {
      const heatRow = (v >> 3) * columns;
      for (let u = 0; u < width; u++) {
        const at = v * width + u;
        const c = confidence[at];
        if (c < UNKNOWN) {
          importance[at] = c < NOTHING ? ERROR_NOTHING : ERROR_COARSE;
          continue;
        }
        const h = heat[heatRow + (u >> 3)];
        if (c >= CONFIDENCE_START && h < 0.05) {
          importance[at] = 0.02 * Math.min(60, age[at]);
          continue;
        }
        const reach = c < CONFIDENCE_START ? SQUARE : 2;
        const here = luma[at];
        const a = Math.abs(here - luma[u + reach < width ? at + reach : at - reach]);
        const b = Math.abs(here - luma[u >= reach ? at - reach : at + reach]);
        const d = Math.abs(here - luma[v + reach < height ? at + reach * width : at - reach * width]);
        const e = Math.abs(here - luma[v >= reach ? at - reach * width : at + reach * width]);
        const steepest = Math.max(a, b, d, e);
        const contrast = (steepest * steepest) / 3;
        let error = h * (60 + contrast) * Math.min(1, (1 + age[at]) / 4);
        if (c < CONFIDENCE_START) error += (1 - c / CONFIDENCE_START) * (20 + contrast);
        importance[at] = error;
      }
    }
  }

  private choose(budget: number, frameId: number): SampleSet {
    const { width, height } = this.grid;
    const { take } = this;
    const set = createSampleSet(budget);
    take.fill(0);
    this.meanAsked.fill(0);
    this.rateSquares();
    this.watch(set, frameId);
    const watched = set.count;
    if (this.sampling === 'auto') this.coverUnknown(set, Math.round(0.8 * (budget - watched)));
    const spent = set.count + this.takeBest(budget - set.count, frameId);
    if (this.exact !== null) this.fillEvenly(frameId, budget - spent);
    this.appendMeans(set);
    for (let at = 0; at < width * height && set.count < budget; at++) {
      if (take[at] !== 0) append(set, at % width, (at / width) | 0, 0, Tier.critical);
    }
    return set;
  }

  /** Gain per bit of each square: asked whole, and as one mean. */
  private rateSquares(): void {
    const { squares, importance, pointGain, meanGain } = this;
    const { width } = this.grid;
    const { confidence } = this.ahead;
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
        meanGain[square] = this.sampling === 'auto' ? removed / (BITS_NAME + BITS_MEAN) : 0;
      }
    }
  }

  /** Where more is unknown than single squares could cover, means of 16 or 8 pixels a side come first (cold start, cuts). */
  private coverUnknown(set: SampleSet, share: number): void {
    const { squares, meanGain, pointGain } = this;
    const { columns, rows } = squares;
    const { confidence } = this.ahead;
    const { width, height } = this.grid;
    let unknown = 0;
    for (let square = 0; square < meanGain.length; square++) if (meanGain[square] > 0) unknown++;
    if (unknown <= share) return;
    let nothing = 0;
    for (let at = 0; at < width * height; at++) if (confidence[at] < NOTHING) nothing++;
    const m = 2 * nothing > width * height || unknown / 4 > share ? 4 : 2;
    for (let y = 0; y < rows; y += m) {
      for (let x = 0; x < columns; x += m) {
        let open = 0;
        for (let j = y; j < Math.min(rows, y + m); j++)
          for (let i = x; i < Math.min(columns, x + m); i++) if (meanGain[j * columns + i] > 0) open++;
        const u = squares.left(x);
        const v = squares.top(y);
        if (4 * open < m * m || u >= width || v >= height || set.count >= share) continue;
        append(set, u, v, m === 2 ? 3 : 4, Tier.important);
        for (let j = y; j < Math.min(rows, y + m); j++) {
          for (let i = x; i < Math.min(columns, x + m); i++) {
            meanGain[j * columns + i] = 0;
            pointGain[j * columns + i] *= 0.1;
          }
        }
      }
    }
  }

  /** One pixel of every square once a second, so that no change stays unnoticed (S11): a lattice, which costs bytes not per pixel. */
  private watch(set: SampleSet, frameId: number): void {
    const { squares } = this;
    const { width, height } = this.grid;
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
      for (let u = u0 < 0 ? u0 + stepU : u0; u < width; u += stepU) append(set, u, v, 0, Tier.important);
    }
  }

  /** The squares of best gain per bit until the budget is full; equals are taken far from each other. */
  private takeBest(budget: number, frameId: number): number {
    const { squares, pointGain, meanGain, order } = this;
    for (let square = 0; square < order.length; square++) order[square] = Math.max(pointGain[square], meanGain[square]);
    order.sort();
    let low = 0;
    let high = order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.cost(order[middle]) > budget) low = middle + 1;
      else high = middle;
    }
    const limit = low < order.length ? order[low] : Number.POSITIVE_INFINITY;
    const next = low > 0 ? order[low - 1] : Number.POSITIVE_INFINITY;
    let spare = budget - (low < order.length ? this.cost(limit) : 0);
    let spent = 0;
    for (
      let n = 0, square = frameId % squares.count;
      n < squares.count;
      n++, square = (square + squares.stride) % squares.count
    ) {
      const action = this.actionAt(square, limit);
      if (action !== 0) {
        spent += this.act(square, action);
        continue;
      }
      const last = this.actionAt(square, next);
      const cost = last === POINTS ? SQUARE * SQUARE : 1;
      if (last === 0 || spare < cost) continue;
      spare -= cost;
      spent += this.act(square, last);
    }
    return spent;
  }

  /** The means asked for, in raster order. */
  private appendMeans(set: SampleSet): void {
    const { squares, meanAsked } = this;
    for (let square = 0; square < squares.count; square++) {
      if (meanAsked[square] === 0) continue;
      const x = square % squares.columns;
      append(set, squares.left(x), squares.top((square - x) / squares.columns), 2, Tier.important);
    }
  }

  private actionAt(square: number, limit: number): number {
    const points = this.pointGain[square];
    const mean = this.meanGain[square];
    if (points >= limit && points > LEAST_GAIN && points >= mean * 0.25) return POINTS;
    return mean >= limit && mean > 0 ? MEAN : 0;
  }

  /** Samples spent when every square of at least this gain is asked for. */
  private cost(limit: number): number {
    let samples = 0;
    for (let square = 0; square < this.pointGain.length; square++) {
      const action = this.actionAt(square, limit);
      samples += action === POINTS ? SQUARE * SQUARE : action;
    }
    return samples;
  }

  private act(square: number, action: number): number {
    const { squares, take } = this;
    const { width } = this.grid;
    const x = square % squares.columns;
    const y = (square - x) / squares.columns;
    const left = squares.left(x);
    const top = squares.top(y);
    if (action === MEAN) {
      this.meanAsked[square] = 1;
      return 1;
    }
    let spent = 0;
    for (let v = top; v < squares.top(y + 1); v++) {
      for (let u = left; u < squares.left(x + 1); u++) {
        if (take[v * width + u] === 0) spent++;
        take[v * width + u] = 1;
      }
    }
    return spent;
  }

  /** Spends what is left on single pixels, importance against a blue-noise threshold, so that the request is exact. */
  private fillEvenly(frameId: number, count: number): void {
    const { width, height } = this.grid;
    const { importance, take } = this;
    const noise = blueNoise();
    const shift = Math.imul(frameId + 1, 0x9e3779b1) >>> 0;
    const su = shift >>> 26;
    const sv = (shift >>> 20) & (BLUE_NOISE_SIDE - 1);
    const wanted = (at: number, u: number, v: number) =>
      (1 + importance[at]) / noise[((v + sv) & (BLUE_NOISE_SIDE - 1)) * BLUE_NOISE_SIDE + ((u + su) & (BLUE_NOISE_SIDE - 1))];
    // Halve the range of thresholds until as many pixels as wanted lie above.
    let low = 0;
    let high = 1e8;
    for (let step = 0; step < 24 && count > 0; step++) {
      const middle = Math.sqrt((low + 1) * (high + 1)) - 1;
      let above = 0;
      for (let v = 0, at = 0; v < height; v++)
        for (let u = 0; u < width; u++, at++) if (take[at] === 0 && wanted(at, u, v) > middle) above++;
      if (above > count) low = middle;
      else high = middle;
    }
    let left = count;
    for (const limit of [high, low, -1]) {
      for (let v = 0, at = 0; v < height && left > 0; v++) {
        for (let u = 0; u < width && left > 0; u++, at++) {
          if (take[at] !== 0 || wanted(at, u, v) <= limit) continue;
          take[at] = 1;
          left--;
        }
      }
    }
  }
}

function append(set: SampleSet, u: number, v: number, kind: number, tier: number): void {
  const i = set.count;
  if (i >= set.u.length) return;
  set.u[i] = u;
  set.v[i] = v;
  set.kind[i] = kind;
  set.tier[i] = tier;
  set.count++;
}
