import { createSampleSet, type SampleSet, Tier } from '@sgaps/protocol';
import type { Composition } from '../memory/Composition.js';
import { appendSample } from './appendSample.js';
import type { BlockGrid } from './BlockGrid.js';
import { coverUnknown } from './coverUnknown.js';
import { SQUARE, SquareGrid } from './SquareGrid.js';
import { MEAN, POINTS, SquareRating } from './SquareRating.js';
import { TierFill } from './TierFill.js';
import { TAG_WEIGHT } from './TierTags.js';
import { watchLattice } from './watchLattice.js';

/** Part of what the lattice leaves that coarse means may take. */
const COARSE_SHARE = 0.8;
/** Part of it that what a model doubts may take, and the squared error per bit from which that is worth a look: some 170 a pixel. */
const DOUBT_SHARE = 0.7;
const DOUBTED = 30;

/**
 * Chooses single points and means (the paper's case, and fixed rates): rates every 4×4 square by the squared error a look would remove
 * per bit it costs, and spends the samples on the best: those that a model doubts first, where there is one, then those that memory does. Unknown regions are asked for as
 * means first.
 *
 * @example
 * ```ts
 * const chooser = new PointChooser(analyzer.blocks, { exact: true, means: true });
 * chooser.lock(viewX, viewY);
 * const set = chooser.choose(576, { importance: analyzer.importance, tags: tags.tags }, composition, frameId);
 * ```
 */
export class PointChooser {
  private readonly squares: SquareGrid;
  private readonly rating: SquareRating;
  private readonly doubted: SquareRating;
  private readonly tiers: TierFill;
  private readonly weighed: Float32Array;
  private readonly take: Uint8Array;
  private readonly meanAsked: Uint8Array;

  /** `exact`: what is left over is handed out by tiers, so that every set is full. `means` false: points only. */
  constructor(
    private readonly blocks: BlockGrid,
    private readonly options: { readonly exact: boolean; readonly means: boolean },
  ) {
    const { grid } = blocks;
    this.squares = new SquareGrid(grid);
    this.rating = new SquareRating(grid, this.squares, options.means);
    this.doubted = new SquareRating(grid, this.squares, false, DOUBTED);
    this.tiers = new TierFill(blocks);
    this.weighed = new Float32Array(grid.width * grid.height);
    this.take = new Uint8Array(grid.width * grid.height);
    this.meanAsked = new Uint8Array(this.squares.count);
  }

  /** Makes the squares stand still in a world scrolled by whole pixels. */
  lock(viewX: number, viewY: number): void {
    this.squares.lock(viewX, viewY);
  }

  /**
   * At most `budget` samples (exactly, if asked to be): the lattice, coarse means, the best squares, and what is left by tiers (S5).
   *
   * @param importance W·H, expected squared error, 8-bit steps². @param tags One a block, 0 none, 1 … 4 the tier + 1: what is tagged counts for
   * more or less. @param frameId Changes who is first among equals. @param doubt W·H, expected squared error of a model's picture where it should have a say; null without one.
   */
  choose(
    budget: number,
    { importance, tags }: { readonly importance: Float32Array; readonly tags: Uint8Array },
    ahead: Composition,
    frameId: number,
    doubt: Float32Array | null = null,
  ): SampleSet {
    const { grid } = this.blocks;
    const { width, height } = grid;
    const { squares, rating, take } = this;
    const { exact, means } = this.options;
    const set = createSampleSet(budget);
    take.fill(0);
    this.meanAsked.fill(0);
    const { weighed } = this;
    this.weigh(importance, tags);
    rating.rate(weighed, ahead);
    watchLattice(grid, squares, frameId, set);
    const watched = set.count;
    if (means) coverUnknown(grid, squares, rating, ahead, set, Math.round(COARSE_SHARE * (budget - watched)));
    let spent = set.count;
    if (doubt) {
      this.weigh(doubt, tags);
      this.doubted.rate(weighed, ahead);
      spent += this.takeBest(this.doubted, Math.floor(DOUBT_SHARE * (budget - spent)), frameId);
      this.passOverTaken();
    }
    spent += this.takeBest(rating, budget - spent, frameId);
    if (exact && doubt) this.weigh(importance, tags);
    if (exact) this.tiers.fill(take, budget - spent, { importance: weighed, tags, turn: frameId });
    this.appendMeans(set);
    for (let at = 0; at < width * height && set.count < budget; at++) {
      if (take[at] !== 0) appendSample(set, at % width, (at / width) | 0, 0, Tier.critical);
    }
    return set;
  }

  /** What the game tagged counts for more or less than what is expected there. */
  private weigh(importance: Float32Array, tags: Uint8Array): void {
    const { blocks, weighed } = this;
    const { width } = blocks.grid;
    weighed.set(importance);
    for (let y = 0, b = 0; y < blocks.rows; y++) {
      for (let x = 0; x < blocks.columns; x++, b++) {
        const weight = TAG_WEIGHT[tags[b]];
        if (weight === 1) continue;
        for (let v = blocks.top(y); v < blocks.top(y + 1); v++)
          for (let at = v * width + blocks.left(x); at < v * width + blocks.left(x + 1); at++) weighed[at] *= weight;
      }
    }
  }

  /** The squares of best gain per bit until the budget is full; equals are taken far from each other. Returns the samples that costs. */
  private takeBest(rating: SquareRating, budget: number, frameId: number): number {
    const { squares } = this;
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

  /** What is taken already costs nothing more and is worth nothing more. */
  private passOverTaken(): void {
    const { squares, rating, take } = this;
    const { width } = this.blocks.grid;
    for (let y = 0, square = 0; y < squares.rows; y++)
      for (let x = 0; x < squares.columns; x++, square++)
        if (take[squares.top(y) * width + squares.left(x)] !== 0) rating.pointGain[square] = rating.meanGain[square] = 0;
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
    const { width } = this.blocks.grid;
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
