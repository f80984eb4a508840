import {
  type CaptureGrid,
  createSampleSet,
  type FrameState,
  LIMITS,
  type SampleRequest,
  type SampleSet,
  Tier,
} from '@sgaps/protocol';
import { ALL_FEATURES, type LoopFeatures } from '../features.js';
import { type Composition, createComposition, type DrawDetail } from '../memory/Composition.js';
import type { SessionDecoder } from '../session/SessionDecoder.js';
import { appendSample } from './appendSample.js';
import { coverUnknown } from './coverUnknown.js';
import { extrapolateState } from './extrapolate.js';
import { fillEvenly } from './fillEvenly.js';
import { fillRows, ImportanceAnalyzer } from './ImportanceAnalyzer.js';
import { PendingRequests } from './PendingRequests.js';
import { RateController } from './RateController.js';
import { SQUARE, SquareGrid } from './SquareGrid.js';
import { MEAN, POINTS, SquareRating } from './SquareRating.js';
import { watchLattice } from './watchLattice.js';

const EMPTY: FrameState = { cameras: [], cameras3d: [], objects: [], values: [] };
/** Largest share of the pixels asked for in one frame when bytes alone set the rate. */
const MOST_RATE = 0.04;

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
  private readonly pending: PendingRequests;
  private readonly analyzer: ImportanceAnalyzer;
  private readonly rating: SquareRating;
  private readonly take: Uint8Array;
  private readonly meanAsked: Uint8Array;
  private readonly sampling: 'auto' | 'points';
  private readonly features: LoopFeatures;

  constructor(options: {
    grid: CaptureGrid;
    decoder: SessionDecoder;
    /** Samples per pixel and frame, 0 … 1; unset: as the bytes allow, at most 4 % of the pixels. */
    rate?: number;
    /** Bytes per frame up and down, which are spent as one budget; default 2048 and 512. */
    bytesUp?: number;
    bytesDown?: number;
    /** `points` asks for no means. */
    sampling?: 'auto' | 'points';
    /** Parts switched on; default all. */
    features?: LoopFeatures;
  }) {
    const { grid, decoder, rate, bytesUp = 2048, bytesDown = 512, sampling = 'auto' } = options;
    this.grid = grid;
    this.decoder = decoder;
    this.sampling = sampling;
    this.features = options.features ?? ALL_FEATURES;
    const pixels = grid.width * grid.height;
    this.exact = rate === undefined ? null : Math.max(1, Math.min(LIMITS.samplesPerFrame, pixels, Math.round(rate * pixels)));
    const most = Math.min(LIMITS.samplesPerFrame, Math.round(MOST_RATE * pixels));
    this.rate = new RateController({ bytes: bytesUp + bytesDown, most: this.exact ?? most });
    this.analyzer = new ImportanceAnalyzer(grid);
    this.importance = this.analyzer.importance;
    this.pending = new PendingRequests(grid);
    this.ahead = createComposition(grid);
    this.squares = new SquareGrid(grid);
    this.rating = new SquareRating(grid, this.squares, sampling === 'auto' && this.features.means);
    this.take = new Uint8Array(pixels);
    this.meanAsked = new Uint8Array(this.squares.count);
  }

  /** Measured bytes of one frame (up), of its request (down), and its samples. */
  feedback(bytesUp: number, bytesDown: number, samples: number): void {
    this.rate.feedback(bytesUp + bytesDown, samples);
  }

  /** Part of the samples otherwise allowed that the client has time for, 0 … 1; 1 at first. What makes no sense counts as 1. */
  set share(share: number) {
    this.rate.share = share > 0 && share < 1 ? share : 1;
  }

  /** The request for `targetFrameId`, a frame after the last decoded one. */
  plan(targetFrameId: number): SampleRequest {
    const { decoder, squares } = this;
    const { trajectory, latency } = this.features;
    const ahead = trajectory ? (latency ? targetFrameId - decoder.frameId : 1) : 0;
    const then = extrapolateState(decoder.previousState, decoder.state ?? EMPTY, ahead, decoder.memory.cameraStep);
    const viewX = then.cameras[0]?.viewX ?? 0;
    const viewY = then.cameras[0]?.viewY ?? 0;
    // Every second row tells enough of 4×4 squares; the row at which new content comes in is among them.
    const comesFromBelow = viewY > (decoder.state?.cameras[0]?.viewY ?? viewY);
    const detail: DrawDetail = { resampled: false, rowStep: 2, firstRow: comesFromBelow ? 1 : 0 };
    decoder.memory.compose(then, this.ahead, detail);
    fillRows(this.ahead.confidence, this.grid.width, this.grid.height, detail.firstRow);
    this.pending.drop(decoder.frameId, targetFrameId);
    this.pending.expect(viewX, viewY, this.ahead);
    this.analyzer.analyze(this.ahead, decoder.memory.dynamic, detail);
    squares.lock(Math.round(viewX), Math.round(viewY));
    const set = this.choose(this.rate.samples(), targetFrameId);
    this.pending.add(targetFrameId, viewX, viewY, set);
    return { frameId: targetFrameId, explicit: set, seeded: [] };
  }

  /** Spends the budget: the lattice, coarse means, the best squares, and what is left evenly. */
  private choose(budget: number, frameId: number): SampleSet {
    const { width, height } = this.grid;
    const { grid, squares, rating, importance, ahead, take } = this;
    const set = createSampleSet(budget);
    take.fill(0);
    this.meanAsked.fill(0);
    rating.rate(importance, ahead);
    watchLattice(grid, squares, frameId, set);
    const watched = set.count;
    if (this.sampling === 'auto' && this.features.means)
      coverUnknown(grid, squares, rating, ahead, set, Math.round(0.8 * (budget - watched)));
    const spent = set.count + this.takeBest(budget - set.count, frameId);
    if (this.exact !== null) fillEvenly(grid, frameId, budget - spent, importance, take);
    this.appendMeans(set);
    for (let at = 0; at < width * height && set.count < budget; at++) {
      if (take[at] !== 0) appendSample(set, at % width, (at / width) | 0, 0, Tier.critical);
    }
    return set;
  }

  /** The squares of best gain per bit until the budget is full; equals are taken far from each other. */
  private takeBest(budget: number, frameId: number): number {
    const { squares, rating } = this;
    const { limit, next, spare: left } = rating.chooseLimits(budget);
    let spare = left;
    let spent = 0;
    for (
      let n = 0, square = frameId % squares.count;
      n < squares.count;
      n++, square = (square + squares.stride) % squares.count
    ) {
      const action = rating.actionAt(square, limit);
      if (action !== 0) {
        spent += this.act(square, action);
        continue;
      }
      const last = rating.actionAt(square, next);
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
      appendSample(set, squares.left(x), squares.top((square - x) / squares.columns), 2, Tier.important);
    }
  }

  /** Asks for a square as a mean or whole; returns the samples that costs. */
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
}
