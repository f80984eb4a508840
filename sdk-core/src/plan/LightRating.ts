import { BLOCK, type BlockGrid } from './BlockGrid.js';
import type { LightCells } from './LightCells.js';

const AREA = BLOCK * BLOCK;
/** Squared error of what was never looked at, 8-bit steps². */
export const UNKNOWN = 1500;
/** Frames within which every cell is looked at (S11), unless it was so few frames ago. */
export const WATCH_PERIOD = 20;
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
/** Cells not looked at for longer are no worse. */
const MOST_AGE = 255;
const SLIPS_STILL = slipsOf(SLIP_STILL);
const SLIPS_MOVING = slipsOf(SLIP_MOVING);
/** Stands for the error of a block beyond the grid's edge. */
const BEYOND = -1;

/**
 * Rates the blocks of a frame to come by what is remembered of their cells.
 *
 * @example
 * ```ts
 * rating.expect(frameId, view.moving);
 * const worst = Math.max(...rating.errors);
 * ```
 */
export class LightRating {
  /** By block of the screen, wherever the camera is: chance and size of changes, and the frame of the last look. */
  readonly chance: Float32Array;
  readonly energy: Float32Array;
  readonly looked: Int32Array;
  /** By block, of the frame at hand: its cell, the squared error expected, and the turn at which it is looked at anyway. */
  readonly cellOf: Int32Array;
  readonly errors: Float32Array;
  readonly turns: Uint8Array;
  /** 1 where nothing was looked at or is about to be, and how many those are. */
  readonly open: Uint8Array;
  opens = 0;
  /** A cut was seen in that frame; what was last looked at before it is expected to be off by so much. */
  cutFrame = -1;
  cutEnergy = 0;
  private readonly changes: Float32Array;

  constructor(
    private readonly blocks: BlockGrid,
    private readonly cells: LightCells,
  ) {
    const { count } = blocks;
    this.chance = new Float32Array(count);
    this.energy = new Float32Array(count);
    this.looked = new Int32Array(count).fill(-1);
    this.cellOf = new Int32Array(count);
    this.errors = new Float32Array(count);
    this.turns = new Uint8Array(count);
    this.open = new Uint8Array(count);
    this.changes = new Float32Array(count);
  }

  /** Rates every block of the frame to come. */
  expect(frameId: number, moving: boolean): void {
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

/** Part of a cell's detail that slips cost, by its age. */
function slipsOf(chance: number): Float32Array {
  return Float32Array.from({ length: MOST_AGE + 1 }, (_, age) => SLIP_PART * expected(chance, 1, age));
}

/**
 * Squared error to expect after `age` frames of something that changes by `energy` with this chance a frame.
 *
 * @example
 * ```ts
 * expected(0.1, 60, 5); // 20
 * ```
 */
export function expected(chance: number, energy: number, age: number): number {
  const times = chance * age;
  return (energy * times) / (1 + times);
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
