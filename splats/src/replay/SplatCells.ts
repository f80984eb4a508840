import { coveredByFiner, VoxelTable } from './VoxelTable.js';

/** Numbers of a cell: weight, place, normal, colour. */
const CELL_NUMBERS = 10;
const WEIGHT = 0;
const PLACE = 1;
const NORMAL = 4;
const COLOUR = 7;

/** Looks at surfaces, gathered by cells of several sizes; each becomes a splat. */
export class SplatCells {
  private readonly table = new VoxelTable();
  private sums = new Float32Array(CELL_NUMBERS * 4096);

  get count(): number {
    return this.table.count;
  }

  /** Adds a look at a place to a cell. The normal must be on the side of who looks. */
  add(key: number, weight: number, place: Float64Array, normal: Float64Array, rgb: Uint8Array, from: number): void {
    const at = CELL_NUMBERS * this.table.put(key);
    if (at >= this.sums.length) {
      const larger = new Float32Array(2 * this.sums.length);
      larger.set(this.sums);
      this.sums = larger;
    }
    const { sums } = this;
    sums[at + WEIGHT] += weight;
    for (let axis = 0; axis < 3; axis++) {
      sums[at + PLACE + axis] += weight * place[axis];
      sums[at + NORMAL + axis] += weight * normal[axis];
      sums[at + COLOUR + axis] += weight * rgb[from + axis];
    }
  }

  /** Places, normals, colours (0 … 255) and sides of the cells that finer ones do not cover. */
  take(): {
    readonly positions: Float32Array;
    readonly normals: Float32Array;
    readonly colours: Float32Array;
    readonly sizes: Float32Array;
  } {
    const { table, sums } = this;
    const covered = coveredByFiner(table);
    let count = 0;
    for (let cell = 0; cell < table.count; cell++) if (covered[cell] === 0) count++;
    const positions = new Float32Array(3 * count);
    const normals = new Float32Array(3 * count);
    const colours = new Float32Array(3 * count);
    const sizes = new Float32Array(count);
    for (let cell = 0, to = 0; cell < table.count; cell++) {
      if (covered[cell] !== 0) continue;
      const at = CELL_NUMBERS * cell;
      const [nx, ny, nz] = sums.subarray(at + NORMAL, at + NORMAL + 3);
      const length = Math.hypot(nx, ny, nz);
      for (let axis = 0; axis < 3; axis++) {
        positions[3 * to + axis] = sums[at + PLACE + axis] / sums[at + WEIGHT];
        // Looks from both sides may cancel out.
        normals[3 * to + axis] = length > 1e-6 * sums[at + WEIGHT] ? sums[at + NORMAL + axis] / length : Number(axis === 1);
        colours[3 * to + axis] = sums[at + COLOUR + axis] / sums[at + WEIGHT];
      }
      sizes[to++] = table.sizeOf(cell);
    }
    return { positions, normals, colours, sizes };
  }
}
