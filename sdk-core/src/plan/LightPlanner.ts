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
import { LightView } from './LightView.js';
import { RateController } from './RateController.js';

const MOST_SAMPLES = 16_128;
const AREA = BLOCK * BLOCK;
/** Requests remembered: no client answers older ones. */
const REMEMBERED = 128;
/** Squared error of what was never looked at, 8-bit steps². */
const UNKNOWN = 1500;
/** Squared error that a coarse look leaves. */
const COARSE_LEFT = 300;
/** Frames within which every cell is looked at (S11), unless it was so few frames ago. */
const WATCH_PERIOD = 20;
const RECENT = 10;
/** Turns by which a cell is after the one left of it and above it. */
const TURN_X = 7;
const TURN_Y = 11;
/** It was looked at lately. */
const NO_TURN = 255;
/** Part of what a screen place is known to change by that is expected of whatever scrolls there. */
const SCREEN_SHARE = 0.6;
/** Part of a neighbour's expected change that may come over. */
const SPREAD = 0.25;
/** Chance that memory misplaces what it knows, in a frame in which the camera stands still, and in one in which it moves. */
const SLIP_STILL = 0.002;
const SLIP_MOVING = 3;
const SLIP_PART = 0.05;
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
  /** By block of the screen, wherever the camera is: chance, size and last look. */
  private readonly chance: Float32Array;
  private readonly energy: Float32Array;
  private readonly looked: Int32Array;
  /** By block of the screen, of the plan at hand: its cell, change and error expected, the turn at which it is looked at anyway. */
  private readonly cellOf: Int32Array;
  private readonly changes: Float32Array;
  private readonly errors: Float32Array;
  private readonly turns: Uint8Array;
  /** 1 where nothing was looked at or is about to be. */
  private readonly open: Uint8Array;
  private opens = 0;
  private readonly view: LightView;
  /** A cut was seen in that frame; what was last looked at before it is expected to be off by so much. */
  private cutFrame = -1;
  private cutEnergy = 0;

  constructor(options: LightPlannerOptions) {
    const { grid, bytesUp = 2048, bytesDown = 512, samples = MOST_SAMPLES } = options;
    this.blocks = new BlockGrid(grid);
    const { count } = this.blocks;
    this.chooser = new LightChooser(count);
    this.cover = new LightCover(this.blocks);
    this.view = new LightView(grid);
    this.open = new Uint8Array(count);
    this.mostBlocks = Math.max(1, Math.floor(Math.min(LIMITS.samplesPerFrame, samples) / AREA));
    this.rate = new RateController({ bytes: bytesUp + bytesDown, most: samples });
    this.chance = new Float32Array(count);
    this.energy = new Float32Array(count);
    this.looked = new Int32Array(count).fill(-1);
    this.cellOf = new Int32Array(count);
    this.changes = new Float32Array(count);
    this.errors = new Float32Array(count);
    this.turns = new Uint8Array(count);
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
    const { cells, blocks } = this;
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
      if (known && this.looked[place] >= 0) learn(this.chance, this.energy, place, change, frameId - this.looked[place]);
      this.looked[place] = frameId;
    }
    if (broken >= CUT_LEAST && broken >= CUT_SHARE * calm) {
      this.cutFrame = frameId;
      this.cutEnergy = energy / broken;
    }
  }

  /** The request for `targetFrameId`, a frame after the last one taken in. */
  plan(targetFrameId: number): SampleRequest {
    const { blocks, blockRate, rate, chooser, errors } = this;
    blocks.lock(this.view.xAt(targetFrameId), this.view.yAt(targetFrameId));
    this.expect(targetFrameId);
    const turn = targetFrameId % WATCH_PERIOD;
    const most = Math.max(1, Math.floor(rate.share * this.mostBlocks));
    const bytes = rate.bytes(targetFrameId);
    const coarse = this.coverOpen(most, targetFrameId);
    let taken = chooser.choose(errors, this.turns, turn, most - coarse);
    this.addTo(blockRate, coarse);
    const part = blockRate.affordable(8 * bytes);
    if (part < 1) {
      taken = chooser.choose(errors, this.turns, turn, Math.max(1, Math.floor(part * taken)));
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
    const { blocks, cells, cellOf, cover, errors, open } = this;
    if (this.opens <= most) return 0;
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
    const { blocks, cells, cellOf, chooser } = this;
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
    for (let block = 0; block < taken.length; block++) if (taken[block] !== 0) rate.add(this.errors[block]);
  }

  /** Rates every block of the frame to come. */
  private expect(frameId: number): void {
    const {
      blocks,
      cells,
      cellOf,
      changes,
      errors,
      turns,
      open,
      cutFrame,
      cutEnergy,
      chance: chanceHere,
      energy: energyHere,
    } = this;
    const { asked, looked, seen, left, leftThen, chance, energy, detail } = cells;
    const { columns, rows, worldX, worldY } = blocks;
    const { moving } = this.view;
    const slips = moving ? SLIPS_MOVING : SLIPS_STILL;
    turns.fill(NO_TURN);
    open.fill(0);
    this.opens = 0;
    for (let y = 0, block = 0; y < rows; y++) {
      const height = blocks.top(y + 1) - blocks.top(y);
      // Neighbours take turns far apart.
      let own = modulo(worldX * TURN_X + (worldY + y) * TURN_Y, WATCH_PERIOD);
      for (let x = 0; x < columns; x++, block++) {
        const cell = cells.at(worldX + x, worldY + y);
        cellOf[block] = cell;
        const turn = own;
        own += TURN_X;
        if (own >= WATCH_PERIOD) own -= WATCH_PERIOD;
        const area = (blocks.left(x + 1) - blocks.left(x)) * height;
        changes[block] = 0;
        if (area === 0) {
          errors[block] = BEYOND;
          continue;
        }
        const last = asked[cell];
        if (last < 0) {
          errors[block] = UNKNOWN;
          open[block] = 1;
          this.opens++;
          continue;
        }
        const age = frameId - last;
        const times = age * chance[cell];
        let change = (energy[cell] * times) / (1 + times);
        // Where the camera stands still, screen and world are one.
        if (moving) {
          const timesHere = age * chanceHere[block];
          const screen = (SCREEN_SHARE * energyHere[block] * timesHere) / (1 + timesHere);
          if (screen > change) change = screen;
        }
        change += detail[cell] * slips[age < MOST_AGE ? age : MOST_AGE];
        if (last < cutFrame && change < cutEnergy) change = cutEnergy;
        changes[block] = change;
        let error = last > looked[cell] ? leftThen[cell] : left[cell];
        if (area > seen[cell]) error += (UNKNOWN * (area - seen[cell])) / AREA;
        errors[block] = error;
        if (age > RECENT) turns[block] = turn;
      }
    }
    this.spread();
  }

  /** Adds to each block's error what is expected to change, and what may come over from beside. */
  private spread(): void {
    const { blocks, changes, errors } = this;
    const { columns, rows } = blocks;
    for (let y = 0, block = 0; y < rows; y++) {
      const above = y > 0 ? -columns : 0;
      const below = y + 1 < rows ? columns : 0;
      let left = 0;
      let own = changes[block];
      for (let x = 0; x < columns; x++, block++) {
        const right = x + 1 < columns ? changes[block + 1] : 0;
        let most = left > right ? left : right;
        if (changes[block + above] > most) most = changes[block + above];
        if (changes[block + below] > most) most = changes[block + below];
        most *= SPREAD;
        if (errors[block] === BEYOND) errors[block] = 0;
        else errors[block] += own > most ? own : most;
        left = own;
        own = right;
      }
    }
  }
}

/** Cells not looked at for longer are no worse. */
const MOST_AGE = 255;
const SLIPS_STILL = slipsOf(SLIP_STILL);
const SLIPS_MOVING = slipsOf(SLIP_MOVING);
/** Stands for the error of a block beyond the grid's edge. */
const BEYOND = -1;
const NO_CELLS = new Int32Array(0);

/** Part of a cell's detail that slips cost, by its age. */
function slipsOf(chance: number): Float32Array {
  return Float32Array.from({ length: MOST_AGE + 1 }, (_, age) => SLIP_PART * expected(chance, 1, age));
}

/** Squared error to expect after `age` frames of something that changes by `energy` with this chance a frame. */
function expected(chance: number, energy: number, age: number): number {
  const times = chance * age;
  return (energy * times) / (1 + times);
}

/** Squared error that a look at this quantiser leaves: that of a uniform quantiser. */
function leastError(quantiser: number): number {
  return 2 ** (quantiser / 2) / 12;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
