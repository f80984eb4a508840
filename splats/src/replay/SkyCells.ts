import type { SplatCamera } from '../camera/SplatCamera.js';
import { VoxelTable } from './VoxelTable.js';

/** Side of a cell of the dome, in pixels of the pictures. */
const CELL_PIXELS = 2;
/** Cells along a cube's edge at most. */
const MOST_CELLS = 512;
/** Rings of cells that the sky goes on behind what hides it. */
const GOES_ON = 10;
/** Standard deviation of a splat of the dome, of its cell's side. */
const WIDTH = 0.7;

/** The sky as it was seen, by direction: the sides of a cube, parted into cells. */
export class SkyCells {
  private readonly table = new VoxelTable();
  private sums = new Float64Array(7 * 1024);
  private cells = 0;
  /** Cells that were seen: the first ones. */
  seen = 0;
  private readonly direction = new Float64Array(3);

  get count(): number {
    return this.table.count;
  }

  add({ fx, fy, cx, cy, view }: SplatCamera, u: number, v: number, rgb: Uint8Array, from: number): void {
    // All recordings' pictures are of one size; the first tells how fine they are.
    if (this.cells === 0) this.cells = Math.max(8, Math.min(MOST_CELLS, Math.round((2 * fx) / CELL_PIXELS)));
    const { direction } = this;
    const x = (u + 0.5 - cx) / fx;
    const y = (v + 0.5 - cy) / fy;
    for (let axis = 0; axis < 3; axis++) direction[axis] = view[4 * axis] * x + view[4 * axis + 1] * y + view[4 * axis + 2];
    this.put(this.keyOf(direction), rgb, from);
  }

  private keyOf(direction: Float64Array): number {
    const { cells } = this;
    const largest = Math.max(Math.abs(direction[0]), Math.abs(direction[1]), Math.abs(direction[2]));
    let side = 0;
    while (Math.abs(direction[side]) < largest) side++;
    const face = 2 * side + (direction[side] < 0 ? 1 : 0);
    const place = (value: number) => Math.min(cells - 1, Math.floor(((value / largest + 1) / 2) * cells));
    return (face * cells + place(direction[(side + 1) % 3])) * cells + place(direction[(side + 2) % 3]);
  }

  /** The middle of a cell, so many cells to one side and another: maybe on the cube's next face. */
  private middleOf(key: number, across: number, down: number): void {
    const { cells, direction } = this;
    const second = key % cells;
    const first = ((key - second) / cells) % cells;
    const face = Math.floor(key / (cells * cells));
    const side = face >> 1;
    direction[side] = face & 1 ? -1 : 1;
    direction[(side + 1) % 3] = (2 * (first + across) + 1) / cells - 1;
    direction[(side + 2) % 3] = (2 * (second + down) + 1) / cells - 1;
  }

  /** Lets the sky go on a little behind what hides it, in the colours of its edge: seen from elsewhere there is no gap. */
  goOn(): void {
    this.seen = this.count;
    let edge = Array.from({ length: this.count }, (_, cell) => cell);
    for (let ring = 0; ring < GOES_ON && edge.length > 0; ring++) {
      const known = this.count;
      for (const cell of edge)
        for (const [across, down] of [
          [-1, 0],
          [1, 0],
          [0, -1],
          [0, 1],
        ]) {
          this.middleOf(this.table.keys[cell], across, down);
          const key = this.keyOf(this.direction);
          const found = this.table.find(key);
          if (found >= 0 && found < known) continue;
          this.middleOf(key, 0, 0);
          const sums = this.sums.slice(7 * cell, 7 * cell + 7);
          this.put(key, [sums[4] / sums[0], sums[5] / sums[0], sums[6] / sums[0]], 0);
        }
      edge = Array.from({ length: this.count - known }, (_, at) => known + at);
    }
  }

  private put(key: number, rgb: ArrayLike<number>, from: number): void {
    const { direction } = this;
    const at = 7 * this.table.put(key);
    if (at >= this.sums.length) {
      const larger = new Float64Array(2 * this.sums.length);
      larger.set(this.sums);
      this.sums = larger;
    }
    const length = Math.hypot(direction[0], direction[1], direction[2]);
    this.sums[at] += 1;
    for (let axis = 0; axis < 3; axis++) {
      this.sums[at + 1 + axis] += direction[axis] / length;
      this.sums[at + 4 + axis] += rgb[from + axis];
    }
  }

  /** Direction, colour (0 … 255) and standard deviation at distance 1 of each cell. */
  take(): { readonly directions: Float32Array; readonly colours: Float32Array; readonly sizes: Float32Array } {
    const { sums, cells, count } = this;
    const directions = new Float32Array(3 * count);
    const colours = new Float32Array(3 * count);
    const sizes = new Float32Array(count);
    for (let cell = 0; cell < count; cell++) {
      const at = 7 * cell;
      const length = Math.hypot(sums[at + 1], sums[at + 2], sums[at + 3]) || 1;
      let largest = 0;
      for (let axis = 0; axis < 3; axis++) {
        directions[3 * cell + axis] = sums[at + 1 + axis] / length;
        colours[3 * cell + axis] = sums[at + 4 + axis] / sums[at];
        largest = Math.max(largest, Math.abs(directions[3 * cell + axis]));
      }
      // Towards a corner of the cube cells are narrower.
      sizes[cell] = (WIDTH * 2 * largest) / cells;
    }
    return { directions, colours, sizes };
  }
}
