/** Cells a side of what is remembered of the world; more than any grid has. */
const COLUMNS = 128;
const ROWS = 64;
/** Chance of a change in a frame, before anything is known. */
const CHANCE_START = 0.03;
/** Squared error of a change, before one was seen, 8-bit steps². */
const ENERGY_START = 60;
/** Chance below which nothing is expected at all. */
const CHANCE_LEAST = 0.002;

/** Squared error that each change class of a digest stands for, 8-bit steps². */
const CLASS_ENERGY = [0, 0.4, 2, 8, 32, 128, 512, 2500] as const;

/**
 * What a planner that sees no pixels remembers of each 8×8 cell of the world: when it was looked at, how often and by how much it
 * changes, and what error its last look left. Cells far apart share a place; the newer takes it.
 *
 * @example
 * ```ts
 * const cell = cells.at(worldX, worldY);
 * cells.look(cell, frameId, change, left);
 * ```
 */
export class LightCells {
  /** Frame of the last look, −1 before the first. */
  readonly looked = new Int32Array(COLUMNS * ROWS);
  /** Frame that a look was last asked for. */
  readonly asked = new Int32Array(COLUMNS * ROWS);
  /** Squared error that the last look left, and the one under way will, 8-bit steps². */
  readonly left = new Float32Array(COLUMNS * ROWS);
  readonly leftThen = new Float32Array(COLUMNS * ROWS);
  /** Pixels of it that were on the screen at the last look, or will be at the one under way. */
  readonly seen = new Uint8Array(COLUMNS * ROWS);
  /** Squared error that a wrong place of its content costs: as much as it has detail. */
  readonly detail = new Float32Array(COLUMNS * ROWS);
  /** Chance that it changes from a frame to the next, and the squared error when it does. */
  readonly chance = new Float32Array(COLUMNS * ROWS);
  readonly energy = new Float32Array(COLUMNS * ROWS);
  /** World place of the cell remembered there. */
  private readonly tags = new Int32Array(COLUMNS * ROWS).fill(-1);

  /** The place of world cell (x, y), which is new if it was not the one remembered there. */
  at(x: number, y: number): number {
    const cell = (y & (ROWS - 1)) * COLUMNS + (x & (COLUMNS - 1));
    const tag = ((y & 0x7fff) << 16) | (x & 0xffff);
    if (this.tags[cell] !== tag) {
      this.tags[cell] = tag;
      this.looked[cell] = this.asked[cell] = -1;
      this.seen[cell] = 0;
      this.chance[cell] = CHANCE_START;
      this.energy[cell] = ENERGY_START;
      this.detail[cell] = ENERGY_START;
    }
    return cell;
  }

  /** A look found a change of this class, 0 … 7, and leaves at most `least` squared error; `known` where all of it was seen before. */
  look(cell: number, frame: number, change: number, least: number, known: boolean): void {
    const since = frame - this.looked[cell];
    if (known && since > 0) {
      learn(this.chance, this.energy, cell, change, since);
      this.left[cell] = Math.min(this.left[cell] + CLASS_ENERGY[change], least);
    } else {
      this.left[cell] = least;
      // The class of what is new says how much detail it has.
      if (change > 0) this.detail[cell] = CLASS_ENERGY[change];
    }
    this.looked[cell] = frame;
    if (this.asked[cell] < frame) this.asked[cell] = frame;
  }

  /** A look that was asked for frame `frame` will not come. */
  unask(cell: number, frame: number): void {
    if (this.asked[cell] === frame) this.asked[cell] = this.looked[cell];
  }
}

/**
 * Squared error that a change class of a digest stands for.
 *
 * @example
 * ```ts
 * const energy = energyOf(3); // 8
 * ```
 */
export function energyOf(change: number): number {
  return CLASS_ENERGY[change];
}

/**
 * Moves chance and size of changes towards what a look after `since` frames found.
 *
 * @example
 * ```ts
 * learn(chance, energy, cell, change, frame - looked[cell]);
 * ```
 */
export function learn(chance: Float32Array, energy: Float32Array, cell: number, change: number, since: number): void {
  if (change === 0) {
    chance[cell] = Math.max(CHANCE_LEAST, chance[cell] * (1 - Math.min(0.75, 0.4 * since)));
    return;
  }
  const said = Math.min(1, 1.2 / since);
  if (said > chance[cell]) chance[cell] += 0.5 * (said - chance[cell]);
  energy[cell] += 0.5 * (CLASS_ENERGY[change] - energy[cell]);
}
