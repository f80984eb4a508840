import { type SampleSet, SgapsError, Tier } from '@sgaps/protocol';
import { appendSample } from './appendSample.js';
import { BLOCK, type BlockGrid } from './BlockGrid.js';
import { SQUARE } from './SquareGrid.js';

/** Longest period, frames. */
const MOST_PERIOD = 250;
/** Squares of a block. */
const SQUARES = (BLOCK / SQUARE) ** 2;

/**
 * Options of `StaticWatch`.
 *
 * @example
 * ```ts
 * const options: StaticWatchOptions = { period: 30, density: 'block' };
 * ```
 */
export interface StaticWatchOptions {
  /** Frames within which everything is looked at once, default 30: one second at 30 frames per second (S11). 1 … 250. */
  readonly period?: number;
  /**
   * `block` (default): a due block is looked at wholly, so that the change of any single pixel is seen within a period.
   * `square`: by one pixel of each of its 4×4 squares, another each time: 16 times fewer samples, and it takes changes of some
   * size to be seen at once, single pixels up to 16 periods.
   */
  readonly density?: 'block' | 'square';
}

/**
 * Leaves what stands still to a bounded refresh (S11): says which 8×8 blocks are due, so that everything on the screen is looked
 * at once in `period` frames whatever its importance. Blocks take turns by their place in the world, a regular lattice of them each
 * frame, which costs little to name. While the camera moves, the lattice of where it last stood still goes on beside it, so
 * that what does not move with the world (a HUD) keeps its turns; where it stands still both are one.
 *
 * @example
 * ```ts
 * const watch = new StaticWatch(analyzer.blocks);
 * watch.plan(targetFrameId, Math.round(viewX), Math.round(viewY));
 * for (let i = 0; i < watch.count; i++) askBlock(watch.u[i], watch.v[i]);
 * ```
 */
export class StaticWatch {
  /** Looks due. */
  count = 0;
  /** Their top-left pixels; 8×8 from there, less where the screen ends. */
  readonly u: Uint16Array;
  readonly v: Uint16Array;
  /** 1 for the blocks of the grid, as it is locked, that are among them. */
  readonly due: Uint8Array;
  private readonly period: number;
  private readonly density: 'block' | 'square';
  /** The lattice, columns and rows; their product is at most the period. */
  private readonly latticeX: number;
  private readonly latticeY: number;
  private readonly stride: number;
  private turn = -1;
  private lastFrame = -1;
  private lastX = 0;
  private lastY = 0;
  /** Where the camera last stood still for a period, and for how many turns it has now. */
  private anchorX = 0;
  private anchorY = 0;
  private stillFor = 0;

  /** Throws `ARGUMENT_INVALID` unless the period is 1 … 250 frames. */
  constructor(
    private readonly blocks: BlockGrid,
    { period = 30, density = 'block' }: StaticWatchOptions = {},
  ) {
    if (!Number.isInteger(period) || period < 1 || period > MOST_PERIOD)
      throw new SgapsError('ARGUMENT_INVALID', `The refresh takes ${period} frames; 1 … ${MOST_PERIOD} is allowed.`);
    this.period = period;
    this.density = density;
    this.latticeX = Math.floor(Math.sqrt(period));
    this.latticeY = Math.floor(period / this.latticeX);
    const turns = this.latticeX * this.latticeY;
    this.stride = Math.max(1, Math.floor(0.38 * turns));
    while (divisor(this.stride, turns) !== 1) this.stride++;
    this.due = new Uint8Array(blocks.count);
    // Two lattices of at most this many blocks each.
    const most = 2 * Math.ceil((blocks.columns + 1) / this.latticeX) * Math.ceil((blocks.rows + 1) / this.latticeY);
    this.u = new Uint16Array(most);
    this.v = new Uint16Array(most);
  }

  /** Finds what frame `frameId` should look at, seen by a camera at whole pixels (viewX, viewY), to which the blocks are locked. Returns the looks due. */
  plan(frameId: number, viewX: number, viewY: number): number {
    if (this.turn < 0) {
      this.anchorX = viewX;
      this.anchorY = viewY;
    }
    if (frameId !== this.lastFrame || this.turn < 0) this.turn++;
    this.lastFrame = frameId;
    this.stillFor = viewX === this.lastX && viewY === this.lastY ? this.stillFor + 1 : 0;
    this.lastX = viewX;
    this.lastY = viewY;
    this.due.fill(0);
    this.count = 0;
    this.lattice(viewX, viewY, true);
    if (viewX === this.anchorX && viewY === this.anchorY) return this.count;
    if (this.stillFor < this.period) this.lattice(this.anchorX, this.anchorY, false);
    else {
      this.anchorX = viewX;
      this.anchorY = viewY;
    }
    return this.count;
  }

  /** Samples that asking for all looks as points takes, at most. */
  get samples(): number {
    return this.count * (this.density === 'block' ? BLOCK * BLOCK : SQUARES);
  }

  /** Adds the looks as points to a set. */
  appendTo(set: SampleSet, tier: Tier = Tier.critical): void {
    const { width, height } = this.blocks.grid;
    const whole = this.density === 'block';
    const step = whole ? 1 : SQUARE;
    const spot = whole ? 0 : (Math.floor(this.turn / (this.latticeX * this.latticeY)) * 7) % (SQUARE * SQUARE);
    const du = spot % SQUARE;
    const dv = (spot - du) / SQUARE;
    for (let i = 0; i < this.count; i++) {
      for (let v = this.v[i] + dv; v < Math.min(height, this.v[i] + BLOCK); v += step)
        for (let u = this.u[i] + du; u < Math.min(width, this.u[i] + BLOCK); u += step) appendSample(set, u, v, 0, tier);
    }
  }

  /** Adds the blocks whose turn it is, of a grid locked to a camera there. */
  private lattice(viewX: number, viewY: number, own: boolean): void {
    const { blocks, latticeX, latticeY } = this;
    const { width, height } = blocks.grid;
    const turns = latticeX * latticeY;
    // Neighbouring blocks take turns far apart.
    const place = ((this.turn % turns) * this.stride) % turns;
    const worldX = Math.floor(viewX / BLOCK);
    const worldY = Math.floor(viewY / BLOCK);
    const startU = BLOCK * worldX - viewX;
    const startV = BLOCK * worldY - viewY;
    const firstX = modulo((place % latticeX) - worldX, latticeX);
    const firstY = modulo(Math.floor(place / latticeX) - worldY, latticeY);
    for (let y = firstY; startV + BLOCK * y < height; y += latticeY) {
      for (let x = firstX; startU + BLOCK * x < width; x += latticeX) {
        if (startU + BLOCK * (x + 1) <= 0 || startV + BLOCK * (y + 1) <= 0) continue;
        this.u[this.count] = Math.max(0, startU + BLOCK * x);
        this.v[this.count++] = Math.max(0, startV + BLOCK * y);
        if (own) this.due[y * blocks.columns + x] = 1;
      }
    }
  }
}

/**
 * What a calm picture is worth asking (S11): units of a budget of `full` that blocks of expected error above `worth` could use,
 * `unit` each, and no more. Falls by itself when little is left to learn.
 *
 * @example
 * ```ts
 * const samples = Math.max(watch.samples, calmBudget(analyzer.expectedError, 576, 16));
 * ```
 */
export function calmBudget(expectedError: Float32Array, full: number, unit: number, worth = 4): number {
  let wanted = 0;
  for (let b = 0; b < expectedError.length && wanted < full; b++) if (expectedError[b] > worth) wanted += unit;
  return Math.min(full, wanted);
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
