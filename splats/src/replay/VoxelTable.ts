/** Coordinates of cells are −LIMIT … LIMIT − 1 in each direction, and levels 0 … 31: 53 bits in all, which a double holds. */
const LIMIT = 2 ** 15;
const SPAN = 2 * LIMIT;
/** Level of cells of side 1. */
const UNIT_LEVEL = 12;
const MOST_LEVEL = 31;
const EMPTY = -1;

/** Side of a level's cells, the scene's unit. */
export function cellSide(level: number): number {
  return 2 ** (level - UNIT_LEVEL);
}

/** The level whose cells are the nearest to a size, in ratio. */
export function levelOfSize(size: number): number {
  return Math.min(MOST_LEVEL, Math.max(0, Math.round(Math.log2(size)) + UNIT_LEVEL));
}

/** A cell of a level as one whole number; −1 where it lies too far out for that level. */
export function cellKey(level: number, x: number, y: number, z: number): number {
  const side = cellSide(level);
  const i = Math.floor(x / side) + LIMIT;
  const j = Math.floor(y / side) + LIMIT;
  const k = Math.floor(z / side) + LIMIT;
  if (!(i >= 0 && i < SPAN && j >= 0 && j < SPAN && k >= 0 && k < SPAN)) return -1;
  return ((level * SPAN + i) * SPAN + j) * SPAN + k;
}

/** The cell of the next coarser level that holds a cell. */
export function parentKey(key: number): number {
  const k = key % SPAN;
  const rest = (key - k) / SPAN;
  const j = rest % SPAN;
  const upper = (rest - j) / SPAN;
  const i = upper % SPAN;
  const level = (upper - i) / SPAN;
  const half = (value: number) => Math.floor((value - LIMIT) / 2) + LIMIT;
  return (((level + 1) * SPAN + half(i)) * SPAN + half(j)) * SPAN + half(k);
}

/** The level of a cell. */
export function levelOfKey(key: number): number {
  return Math.floor(key / (SPAN * SPAN * SPAN));
}

/** Numbers cells 0, 1, 2, … in the order in which they come. */
export class VoxelTable {
  count = 0;
  /** Key of each; longer than `count`. */
  keys = new Float64Array(1024);
  private slots = new Int32Array(4096).fill(EMPTY);

  /** Side of a cell by its number. */
  sizeOf(index: number): number {
    return cellSide(levelOfKey(this.keys[index]));
  }

  /** The number of a cell; −1 where it is not there. */
  find(key: number): number {
    return this.slots[this.slotOf(key)];
  }

  /** The number of a cell, which is made where it is not there. */
  put(key: number): number {
    const slot = this.slotOf(key);
    if (this.slots[slot] !== EMPTY) return this.slots[slot];
    if (this.count === this.keys.length) {
      const keys = new Float64Array(2 * this.count);
      keys.set(this.keys);
      this.keys = keys;
    }
    const index = this.count++;
    this.keys[index] = key;
    this.slots[slot] = index;
    if (2 * this.count > this.slots.length) this.grow();
    return index;
  }

  private slotOf(key: number): number {
    const mask = this.slots.length - 1;
    const high = Math.floor(key / 4294967296);
    let hash = Math.imul(key >>> 0, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    while (this.slots[slot] !== EMPTY && this.keys[this.slots[slot]] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    this.slots = new Int32Array(2 * this.slots.length).fill(EMPTY);
    for (let index = 0; index < this.count; index++) this.slots[this.slotOf(this.keys[index])] = index;
  }
}

/** Cells of the next finer level on a surface through a cell: about four; with so many of them a cell tells nothing that they do not. */
const COVERED = 3;

/** Of cells of several levels, 1 for those that finer ones cover. */
export function coveredByFiner(table: VoxelTable, length = table.count): Uint8Array {
  const covered = new Uint8Array(length);
  const levels = new Map<number, number[]>();
  for (let index = 0; index < length; index++) {
    const level = levelOfKey(table.keys[index]);
    const there = levels.get(level);
    if (there) there.push(table.keys[index]);
    else levels.set(level, [table.keys[index]]);
  }
  if (levels.size === 0) return covered;
  let present = new Set<number>();
  for (let level = Math.min(...levels.keys()); level <= Math.max(...levels.keys()); level++) {
    const children = new Map<number, number>();
    for (const key of present) {
      const parent = parentKey(key);
      children.set(parent, (children.get(parent) ?? 0) + 1);
    }
    const now = new Set<number>(levels.get(level) ?? []);
    for (const [key, count] of children) {
      if (count < COVERED) continue;
      const index = table.find(key);
      if (index >= 0 && index < length) covered[index] = 1;
      now.add(key);
    }
    present = now;
  }
  return covered;
}
