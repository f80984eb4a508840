import { type CaptureGrid, SampleKind, type SampleSet, Tier } from '@sgaps/protocol';
import { CALM, type ChangeMap } from '../session/ChangeMap.js';
import { appendBlocks } from './appendBlocks.js';
import type { BlockGrid } from './BlockGrid.js';

/** Frames for which memory draws before whole pictures are tried again. */
export const MEMORY_FRAMES = 90;
/** Ages beyond this count as this, frames. */
const OLDEST = 1023;
/** Cells around a change that may change next, in each direction. */
const REACH = 3;

/**
 * Chooses the blocks that keep a whole picture up to date (conditional replenishment; S11): all that changed lately and what lies
 * around, and of the rest every fourth in turn.
 *
 * @example
 * ```ts
 * if (!chooser.choose(set, decoder.changes, tags.tags, frameId, 984)) askTheMemory();
 * ```
 */
export class ReplenishChooser {
  private readonly hot: Uint8Array;
  private readonly rowHot: Uint8Array;
  private readonly line: Uint8Array;
  /** Of the changes that were spread last. */
  private version = -1;
  /** 1 for the blocks chosen last. */
  private readonly chosen: Uint8Array;
  /** Where those lie, one after the other. */
  private readonly chosenU: Uint16Array;
  private readonly chosenV: Uint16Array;
  /** Frame for which each was asked last by `chooseSome`, and how many there are of an age. */
  private readonly asked: Int32Array;
  private readonly ages = new Int32Array(OLDEST + 1);

  constructor(
    private readonly grid: CaptureGrid,
    private readonly blocks: BlockGrid,
    cells: number,
  ) {
    this.hot = new Uint8Array(cells);
    this.rowHot = new Uint8Array(cells);
    this.line = new Uint8Array(cells);
    this.chosen = new Uint8Array(blocks.count);
    this.chosenU = new Uint16Array(blocks.count);
    this.chosenV = new Uint16Array(blocks.count);
    this.asked = new Int32Array(blocks.count).fill(-OLDEST);
  }

  /** Adds what frame `turn` should look at; false, and nothing, where that is more than `most` blocks. No `tags`: no block is tagged. */
  choose(set: SampleSet, changes: ChangeMap, tags: Uint8Array | null, turn: number, most: number): boolean {
    this.spread(changes);
    const { blocks, chosen, chosenU, chosenV, grid, line } = this;
    const { columns, rows, worldX, worldY } = blocks;
    const { width, height } = grid;
    let count = 0;
    for (let y = 0, b = 0; y < rows; y++) {
      const top = blocks.top(y);
      const bottom = blocks.top(y + 1);
      if (top >= bottom || top >= height) {
        chosen.fill(0, b, b + columns);
        b += columns;
        continue;
      }
      this.rowUnder(top, bottom - 1, changes.columns);
      const dueY = (((worldY + y) & 1) << 1) ^ (turn & 3);
      for (let x = 0, left = blocks.left(0), right = left; x < columns; x++, b++, left = right) {
        right = blocks.left(x + 1);
        chosen[b] = 0;
        if (left >= right || left >= width) continue;
        const due = ((worldX + x) & 1) === dueY;
        if (!due && (line[left >> 3] | line[(right - 1) >> 3]) === 0) continue;
        chosen[b] = 1;
        chosenU[count] = left;
        chosenV[count++] = top;
      }
    }
    if (count > most) return false;
    if (tags) appendBlocks(set, this.blocks, chosen, 1, tags);
    else this.append(set, count);
    return true;
  }

  /** After `choose` found too many: adds `most` of them, those that were asked for longest ago. */
  chooseSome(set: SampleSet, tags: Uint8Array, turn: number, most: number): void {
    const { chosen, asked, ages } = this;
    ages.fill(0);
    for (let b = 0; b < chosen.length; b++) if (chosen[b] === 1) ages[ageOf(asked[b], turn)]++;
    let age = OLDEST;
    let left = most;
    while (age > 0 && ages[age] <= left) left -= ages[age--];
    for (let b = 0; b < chosen.length; b++) {
      if (chosen[b] === 0) continue;
      const own = ageOf(asked[b], turn);
      if (own > age || (own === age && left-- > 0)) asked[b] = turn;
      else chosen[b] = 0;
    }
    appendBlocks(set, this.blocks, chosen, 1, tags);
  }

  /** Draws how much is expected of each block, for people who look: 1 where a change is likely. */
  paint(expectedError: Float32Array): void {
    for (let b = 0; b < expectedError.length; b++) expectedError[b] = this.chosen[b] * 100;
  }

  /** Adds the first `count` of the blocks chosen, or as many as a set has room for; none of them is tagged. */
  private append(set: SampleSet, count: number): void {
    const first = set.count;
    const end = Math.min(set.u.length, first + count);
    set.u.set(this.chosenU.subarray(0, end - first), first);
    set.v.set(this.chosenV.subarray(0, end - first), first);
    set.kind.fill(SampleKind.block0, first, end);
    set.tier.fill(Tier.important, first, end);
    set.count = end;
  }

  /** Puts into `line` which columns of cells are hot in the rows that a row of blocks lies in: no more than two, as blocks are no larger than cells. */
  private rowUnder(top: number, bottom: number, columns: number): void {
    const { hot, line } = this;
    const first = (top >> 3) * columns;
    const last = (bottom >> 3) * columns;
    for (let x = 0; x < columns; x++) line[x] = hot[first + x] | hot[last + x];
  }

  /** Marks the cells within reach of one that changed lately, rows first. */
  private spread({ calm, columns, rows, version }: ChangeMap): void {
    if (version === this.version) return;
    this.version = version;
    const { hot, rowHot } = this;
    for (let y = 0; y < rows; y++) {
      let reach = -1;
      const row = y * columns;
      for (let x = 0; x < columns; x++) {
        if (calm[row + x] < CALM) {
          for (let back = Math.max(0, x - REACH); back < x; back++) rowHot[row + back] = 1;
          reach = x + REACH;
        }
        rowHot[row + x] = x <= reach ? 1 : 0;
      }
    }
    for (let x = 0; x < columns; x++) {
      let reach = -1;
      for (let y = 0; y < rows; y++) {
        const at = y * columns + x;
        if (rowHot[at] === 1) {
          for (let back = Math.max(0, y - REACH); back < y; back++) hot[back * columns + x] = 1;
          reach = y + REACH;
        }
        hot[at] = y <= reach ? 1 : 0;
      }
    }
  }
}

function ageOf(asked: number, turn: number): number {
  const age = turn - asked;
  return age < 0 ? 0 : age > OLDEST ? OLDEST : age;
}
