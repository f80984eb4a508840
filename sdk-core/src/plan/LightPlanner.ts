import {
  BLOCK_KIND,
  type CaptureGrid,
  createSampleSet,
  type FrameDigest,
  LIMITS,
  SampleKind,
  type SampleRequest,
  type SampleSet,
  Tier,
} from '@sgaps/protocol';
import { appendSample } from './appendSample.js';
import { BLOCK, BlockGrid } from './BlockGrid.js';
import { BlockRate } from './BlockRate.js';
import { energyOf, LightCells, learn } from './LightCells.js';
import { LightChooser } from './LightChooser.js';
import { LightCover } from './LightCover.js';
import { expected, LightRating, UNKNOWN, WATCH_PERIOD } from './LightRating.js';
import { LightView } from './LightView.js';
import { RateController } from './RateController.js';

const MOST_SAMPLES = 16_128;
const AREA = BLOCK * BLOCK;
/** Requests remembered: no client answers older ones. */
const REMEMBERED = 128;
/** Squared error that a coarse look leaves. */
const COARSE_LEFT = 300;
/** A cell expected to change less is calm, 8-bit steps²; so many calm ones that changed at once are a cut. */
const CALM = 8;
const CUT_LEAST = 40;
const CUT_SHARE = 0.5;

/**
 * Options of a `LightPlanner`.
 *
 * @example
 * ```ts
 * const options: LightPlannerOptions = { grid, bytesUp: 2048, bytesDown: 512 };
 * ```
 */
export interface LightPlannerOptions {
  readonly grid: CaptureGrid;
  /** Bytes per frame up and down, which are spent as one budget; default 2048 and 512. */
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Samples a frame at most, 64 … `LIMITS.samplesPerFrame`; default 16,128 (252 blocks). */
  readonly samples?: number;
}

interface Asked {
  frameId: number;
  set: SampleSet;
  /** Cells of its blocks, as planned. */
  cells: Int32Array;
  count: number;
}

/**
 * Chooses the samples of a frame to come from what packet digests tell alone: for a session that is recorded while nobody watches.
 * Nothing is decoded. Rates each 8×8 cell, locked to the 2D camera, by how often and how much it changed when it was looked at, how long that is
 * ago, what its neighbours do and what its last look left; asks for the worst, as finely as the byte budget (up and down together, mean over one
 * second) allows, and for all others in turn. Some 50 µs a frame.
 *
 * @example
 * ```ts
 * const planner = new LightPlanner({ grid });
 * const reader = new PacketDigestReader({ grid, resolve: (id) => planner.asked(id) });
 * for (const digest of reader.read(packet)) planner.take(digest);
 * const request = planner.plan(newest + 2);
 * ```
 */
export class LightPlanner {
  private readonly blocks: BlockGrid;
  private readonly cells = new LightCells();
  private readonly chooser: LightChooser;
  private readonly cover: LightCover;
  private readonly rate: RateController;
  private readonly blockRate = new BlockRate();
  private readonly mostBlocks: number;
  private readonly book: (Asked | undefined)[] = new Array(REMEMBERED);
  private readonly rating: LightRating;
  private readonly view: LightView;

  constructor(options: LightPlannerOptions) {
    const { grid, bytesUp = 2048, bytesDown = 512, samples = MOST_SAMPLES } = options;
    this.blocks = new BlockGrid(grid);
    const { count } = this.blocks;
    this.chooser = new LightChooser(count);
    this.cover = new LightCover(this.blocks);
    this.view = new LightView(grid);
    this.rating = new LightRating(this.blocks, this.cells);
    this.mostBlocks = Math.max(1, Math.floor(Math.min(LIMITS.samplesPerFrame, samples) / AREA));
    this.rate = new RateController({ bytes: bytesUp + bytesDown, most: samples });
  }

  /** Part of the samples otherwise allowed that the client has time for, 0 … 1; what makes no sense counts as 1. */
  set share(share: number) {
    this.rate.share = share > 0 && share < 1 ? share : 1;
  }

  /** The explicit set of a request that is remembered: of this planner's, or one that `note` was told of. */
  asked(requestId: number): SampleSet | undefined {
    const entry = this.book[requestId % REMEMBERED];
    return entry?.frameId === requestId ? entry.set : undefined;
  }

  /** Another planner asked this; its answer will be learnt from too. */
  note({ frameId, explicit }: SampleRequest): void {
    this.book[frameId % REMEMBERED] = { frameId, set: explicit, cells: NO_CELLS, count: 0 };
  }

  /** Measured bytes of a frame (up) and of its request (down). */
  feedback(bytesUp: number, bytesDown: number, samples: number, frameId: number): void {
    this.rate.feedback(frameId, bytesUp + bytesDown, samples);
    this.blockRate.feedback(frameId, bytesUp + bytesDown);
  }

  /** Takes in what a frame's digest says. Frames come in order. */
  take({ frameId, requestId, scrollX, scrollY, changes }: FrameDigest): void {
    this.view.follow(frameId, scrollX, scrollY);
    const missed = this.book[frameId % REMEMBERED];
    if (missed?.frameId === frameId) for (let i = 0; i < missed.count; i++) this.cells.unask(missed.cells[i], frameId);
    const answered = requestId === null ? undefined : this.book[requestId % REMEMBERED];
    if (answered === undefined || answered.frameId !== requestId) return;
    const { set } = answered;
    const least = leastError(set.quantiser);
    const { cells, blocks, rating } = this;
    let calm = 0;
    let broken = 0;
    let energy = 0;
    for (let i = 0, b = 0; i < set.count && b < changes.length; i++) {
      const kind = set.kind[i];
      if (kind < BLOCK_KIND) continue;
      const change = changes[b++];
      // A coarse block leaves much to be seen, and its cells are several.
      if (kind !== SampleKind.block0) continue;
      const cell = cells.at((set.u[i] + scrollX + BLOCK / 2) >> 3, (set.v[i] + scrollY + BLOCK / 2) >> 3);
      const since = frameId - cells.looked[cell];
      // What was not wholly in view before is new, not changed.
      const aligned = ((set.u[i] + scrollX) & (BLOCK - 1)) === 0 && ((set.v[i] + scrollY) & (BLOCK - 1)) === 0;
      const known = cells.looked[cell] >= 0 && cells.seen[cell] === AREA && aligned;
      if (known && expected(cells.chance[cell], cells.energy[cell], since) < CALM) {
        calm++;
        if (change >= 4) {
          broken++;
          energy += energyOf(change);
        }
      }
      cells.look(cell, frameId, change, least, known);
      const place =
        Math.min(blocks.rows - 1, (set.v[i] + BLOCK / 2) >> 3) * blocks.columns +
        Math.min(blocks.columns - 1, (set.u[i] + BLOCK / 2) >> 3);
      if (known && rating.looked[place] >= 0) learn(rating.chance, rating.energy, place, change, frameId - rating.looked[place]);
      rating.looked[place] = frameId;
    }
    if (broken >= CUT_LEAST && broken >= CUT_SHARE * calm) {
      rating.cutFrame = frameId;
      rating.cutEnergy = energy / broken;
    }
  }

  /** The request for `targetFrameId`, a frame after the last one taken in. */
  plan(targetFrameId: number): SampleRequest {
    const { blocks, blockRate, rate, chooser } = this;
    const { errors, turns } = this.rating;
    blocks.lock(this.view.xAt(targetFrameId), this.view.yAt(targetFrameId));
    this.rating.expect(targetFrameId, this.view.moving);
    const turn = targetFrameId % WATCH_PERIOD;
    const most = Math.max(1, Math.floor(rate.share * this.mostBlocks));
    const bytes = rate.bytes(targetFrameId);
    const coarse = this.coverOpen(most, targetFrameId);
    let taken = chooser.choose(errors, turns, turn, most - coarse);
    this.addTo(blockRate, coarse);
    const part = blockRate.affordable(8 * bytes);
    if (part < 1) {
      taken = chooser.choose(errors, turns, turn, Math.max(1, Math.floor(part * taken)));
      this.addTo(blockRate, coarse);
    }
    const set = createSampleSet(coarse + taken);
    set.quantiser = blockRate.quantiserFor(8 * bytes);
    blockRate.note(targetFrameId, set.quantiser);
    rate.expect(targetFrameId, Math.min(bytes, blockRate.bitsAt(set.quantiser) / 8));
    if (coarse > 0) this.cover.appendTo(set);
    this.fill(set, targetFrameId);
    return { frameId: targetFrameId, explicit: set, seeded: [] };
  }

  /** Covers what nothing is known of by coarse blocks, if there is much of it; returns how many. */
  private coverOpen(most: number, frameId: number): number {
    const { blocks, cells, cover } = this;
    const { cellOf, errors, open, opens } = this.rating;
    if (opens <= most) return 0;
    const coarse = cover.choose(open, most);
    for (let block = 0; coarse > 0 && block < blocks.count; block++) {
      if (cover.covered[block] === 0) continue;
      const cell = cellOf[block];
      cells.asked[cell] = frameId;
      cells.leftThen[cell] = COARSE_LEFT;
      cells.seen[cell] = blocks.area(block);
      // Not in this frame too.
      errors[block] = 0;
    }
    return coarse;
  }

  /** Writes the chosen blocks down, in raster order, and remembers that they are under way. */
  private fill(set: SampleSet, frameId: number): void {
    const { blocks, cells, chooser } = this;
    const { cellOf } = this.rating;
    const asked = new Int32Array(set.u.length);
    const least = leastError(set.quantiser);
    for (let block = 0; block < blocks.count; block++) {
      if (chooser.taken[block] === 0 || blocks.area(block) === 0) continue;
      const x = block % blocks.columns;
      const cell = cellOf[block];
      asked[set.count] = cell;
      appendSample(set, blocks.left(x), blocks.top((block - x) / blocks.columns), SampleKind.block0, Tier.important);
      cells.asked[cell] = frameId;
      cells.seen[cell] = blocks.area(block);
      cells.leftThen[cell] = least;
    }
    this.book[frameId % REMEMBERED] = { frameId, set, cells: asked, count: set.count };
  }

  private addTo(rate: BlockRate, coarse: number): void {
    const { taken } = this.chooser;
    rate.begin();
    for (let n = 0; n < coarse; n++) rate.add(UNKNOWN);
    for (let block = 0; block < taken.length; block++) if (taken[block] !== 0) rate.add(this.rating.errors[block]);
  }
}

const NO_CELLS = new Int32Array(0);

/** Squared error that a look at this quantiser leaves: that of a uniform quantiser. */
function leastError(quantiser: number): number {
  return 2 ** (quantiser / 2) / 12;
}
