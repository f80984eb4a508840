import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { appendBlock, expandedCount } from '../samples/blockPlaces.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { BLOCK_KIND, createSampleSet, type SampleRequest, type SampleSet, type SeededSamples } from '../samples/SampleSet.js';

/** Cells of a density map. */
export const DENSITY_COLUMNS = 16;
const DENSITY_ROWS = 9;
export const DENSITY_CELLS = DENSITY_COLUMNS * DENSITY_ROWS;

/**
 * Cells in the order in which they are dealt to: back and forth through blocks of 4×3 cells, so that a share dealt every
 * so many cells is spread in both directions.
 */
const ORDER = dealingOrder();

/** The plastic number's R2 sequence: 2^32 / ρ and 2^32 / ρ². */
const R2_X = 3242174889;
const R2_Y = 2447445414;

/**
 * Turns a request into the set of samples it names: the explicit ones, blocks as their 64 samples each, then the seeded ones, drawn cell by cell with
 * integers only, so that every engine draws the same.
 *
 * A seeded set of points draws from pixels, one of means of level ℓ from the 2^ℓ lattice. Its count is dealt to the
 * density map's cells in proportion (a running sum with a seeded start, so that thin cells get their turn under other
 * seeds); within a cell the places follow an R2 sequence, next free place on collision. No place of a kind is drawn
 * twice nor where the set names it already; what finds no room is left out.
 *
 * @example
 * ```ts
 * const set = new SampleExpander({ width: 320, height: 180 }).expand(request);
 * ```
 */
export class SampleExpander {
  /** A bit for each kind named at a pixel. */
  private readonly taken: Uint8Array;
  private readonly shares = new Uint16Array(DENSITY_CELLS);

  constructor(private readonly grid: CaptureGrid) {
    this.taken = new Uint8Array(grid.width * grid.height);
  }

  /**
   * @param out Scratch to fill; a larger set is made when it is too small. The result never depends on it.
   * @throws SgapsError `LIMIT_EXCEEDED`, `ARGUMENT_INVALID` for a request that cannot be coded
   */
  expand(request: SampleRequest, out?: SampleSet): SampleSet {
    const { explicit, seeded } = request;
    let most = expandedCount(explicit);
    for (const part of seeded) most += part.count;
    if (most > LIMITS.samplesPerFrame) throw SgapsError.limit('samples', most, LIMITS.samplesPerFrame);
    const set = out !== undefined && out.u.length >= most ? out : createSampleSet(most);
    const { width, height } = this.grid;
    set.count = 0;
    set.quantiser = explicit.quantiser;
    set.budget = explicit.budget;
    set.keeps = explicit.keeps;
    for (let i = 0; i < explicit.count; i++) {
      const u = explicit.u[i];
      const v = explicit.v[i];
      if (u >= width || v >= height)
        throw new SgapsError('ARGUMENT_INVALID', `Sample (${u}, ${v}) is outside the ${width}×${height} grid.`);
      if (explicit.kind[i] >= BLOCK_KIND) {
        appendBlock(this.grid, set, u, v, explicit.kind[i], explicit.tier[i]);
        continue;
      }
      const at = set.count++;
      set.u[at] = u;
      set.v[at] = v;
      set.kind[at] = explicit.kind[i];
      set.tier[at] = explicit.tier[i];
    }
    if (seeded.length === 0) return set;
    for (let i = 0; i < set.count; i++) this.taken[set.v[i] * width + set.u[i]] |= kindBit(set.kind[i]);
    for (const part of seeded) this.draw(part, set);
    for (let i = 0; i < set.count; i++) this.taken[set.v[i] * width + set.u[i]] = 0;
    return set;
  }

  private draw(part: SeededSamples, set: SampleSet): void {
    const level = part.kind;
    const columns = ((this.grid.width - 1) >> level) + 1;
    const rows = ((this.grid.height - 1) >> level) + 1;
    this.deal(part, columns, rows);
    for (const cell of ORDER) {
      const count = this.shares[cell];
      if (count === 0) continue;
      const left = edge(cell % DENSITY_COLUMNS, columns, DENSITY_COLUMNS);
      const right = edge((cell % DENSITY_COLUMNS) + 1, columns, DENSITY_COLUMNS);
      const top = edge((cell / DENSITY_COLUMNS) | 0, rows, DENSITY_ROWS);
      const bottom = edge(((cell / DENSITY_COLUMNS) | 0) + 1, rows, DENSITY_ROWS);
      this.drawCell(part, set, cell, count, left, top, right - left, bottom - top);
    }
  }

  /** Deals the count to cells by weight, overflow of full cells to the next with room. */
  private deal(part: SeededSamples, columns: number, rows: number): void {
    const { shares } = this;
    const { density, count } = part;
    let sum = 0;
    for (let cell = 0; cell < DENSITY_CELLS; cell++) sum += density[cell];
    shares.fill(0);
    if (sum === 0) return;
    const start = mix(part.seed) % sum;
    let before = 0;
    let weight = 0;
    let over = 0;
    for (let pass = 0; pass < 2; pass++) {
      for (const cell of ORDER) {
        if (density[cell] === 0) continue;
        if (pass === 0) {
          weight += density[cell];
          const upTo = Math.floor((weight * count + start) / sum);
          over += upTo - before;
          before = upTo;
        }
        const column = cell % DENSITY_COLUMNS;
        const row = (cell / DENSITY_COLUMNS) | 0;
        const room =
          (edge(column + 1, columns, DENSITY_COLUMNS) - edge(column, columns, DENSITY_COLUMNS)) *
          (edge(row + 1, rows, DENSITY_ROWS) - edge(row, rows, DENSITY_ROWS));
        const given = Math.min(over, room - shares[cell]);
        shares[cell] += given;
        over -= given;
      }
      if (over === 0) return;
    }
  }

  private drawCell(
    part: SeededSamples,
    set: SampleSet,
    cell: number,
    count: number,
    left: number,
    top: number,
    columns: number,
    rows: number,
  ): void {
    const { taken, grid } = this;
    const level = part.kind;
    const flag = kindBit(part.kind);
    const start = mix((part.seed ^ Math.imul(cell + 1, 0x9e3779b1)) >>> 0);
    let x = start;
    let y = mix(start ^ 0x85ebca6b);
    const places = columns * rows;
    for (let i = 0; i < count; i++) {
      x = (x + R2_X) >>> 0;
      y = (y + R2_Y) >>> 0;
      const column = ((x >>> 16) * columns) >>> 16;
      const row = ((y >>> 16) * rows) >>> 16;
      let place = row * columns + column;
      let tries = 0;
      for (; tries < places; tries++) {
        const u = (left + (place % columns)) << level;
        const v = (top + ((place / columns) | 0)) << level;
        const at = v * grid.width + u;
        if ((taken[at] & flag) === 0) {
          taken[at] |= flag;
          const end = set.count++;
          set.u[end] = u;
          set.v[end] = v;
          set.kind[end] = part.kind;
          set.tier[end] = part.tier;
          break;
        }
        place = place + 1 === places ? 0 : place + 1;
      }
      if (tries === places) return;
    }
  }
}

/** First column (or row) of a cell when `size` of them are shared by `cells`. */
function edge(cell: number, size: number, cells: number): number {
  return Math.floor((cell * size) / cells);
}

function kindBit(kind: number): number {
  return kind > 6 ? 128 : 1 << kind;
}

/** A well-mixed u32 (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function dealingOrder(): Uint8Array {
  const order = new Uint8Array(DENSITY_CELLS);
  let end = 0;
  for (let block = 0; block < 12; block++) {
    const down = block >> 2;
    const across = down & 1 ? 3 - (block & 3) : block & 3;
    for (let i = 0; i < 12; i++) {
      const row = i >> 2;
      const column = row & 1 ? 3 - (i & 3) : i & 3;
      order[end++] = (3 * down + row) * DENSITY_COLUMNS + 4 * across + column;
    }
  }
  return order;
}
