import { codeUnsigned, createModel, type RangeCoder, resetModel, UNSIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { OccupancyCoder } from './OccupancyCoder.js';
import { PixelMarks } from './PixelMarks.js';

/** Side of the squares that are found whole. */
const WHOLE = 4;
/** A group with fewer whole squares than this is not worth the form. */
const LEAST = 4;
const SQUARES = 0;
const SIZE = SQUARES + UNSIGNED_MODEL;

/**
 * A set in raster order as whole 4×4 squares of a lattice that starts anywhere (squares lock to the world, not to the
 * screen), and the single pixels left over; or, `corners`, as one sample at the corner of each of some squares (means, blocks).
 * Squares cut by the border count as whole. A square costs about as much as a single scattered pixel.
 *
 * @example
 * ```ts
 * if (squares.find(keys, count)) squares.code(encoder, keys, count, marks);
 * ```
 */
export class SquareCoder {
  private readonly model = createModel(SIZE);
  private readonly squareOccupancy = new OccupancyCoder();
  private readonly restOccupancy = new OccupancyCoder();
  private readonly columns: number;
  private readonly rows: number;
  private readonly squareMarks: PixelMarks;
  private readonly squares: Uint32Array;
  private readonly rest: Uint32Array;
  private readonly asked: Uint8Array;
  private squareCount = 0;
  private restCount = 0;
  private phaseU = 0;
  private phaseV = 0;
  private corners = 0;
  private readonly shift: number;

  /** `side` grid pixels a square, a power of two. Only squares of 4 are also found whole. */
  constructor(
    private readonly grid: CaptureGrid,
    private readonly side: number,
  ) {
    this.shift = 31 - Math.clz32(side);
    this.columns = Math.ceil(grid.width / side) + 1;
    this.rows = Math.ceil(grid.height / side) + 1;
    this.squareMarks = new PixelMarks(this.columns * this.rows);
    this.squares = new Uint32Array(this.columns * this.rows);
    this.rest = new Uint32Array(grid.width * grid.height);
    this.asked = new Uint8Array(grid.width * grid.height);
  }

  /** Forgets what was learnt. */
  reset(): void {
    resetModel(this.model);
    this.squareOccupancy.reset();
    this.restOccupancy.reset();
  }

  /** Copies what another learnt and found. */
  learnFrom(other: SquareCoder): void {
    this.model.set(other.model);
    this.squareOccupancy.learnFrom(other.squareOccupancy);
    this.restOccupancy.learnFrom(other.restOccupancy);
    this.squareCount = other.squareCount;
    this.restCount = other.restCount;
    this.phaseU = other.phaseU;
    this.phaseV = other.phaseV;
    this.corners = other.corners;
    this.squares.set(other.squares.subarray(0, other.squareCount));
    this.rest.set(other.rest.subarray(0, other.restCount));
  }

  /** Pixels that the last `find` could not put into whole squares. */
  get left(): number {
    return this.restCount;
  }

  /** Cuts rising keys into squares for `code`; false when too few are whole to be worth it. */
  find(keys: Uint32Array, count: number): boolean {
    return this.findCorners(keys, count) || (this.side === WHOLE && this.findWhole(keys, count));
  }

  /** Codes what `find` found; when decoding, fills `keys`. @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED` */
  code(coder: RangeCoder, keys: Uint32Array, count: number, marks: PixelMarks): void {
    this.corners = coder.uniform(this.corners, 2);
    this.phaseU = coder.uniform(this.phaseU, this.side);
    this.phaseV = coder.uniform(this.phaseV, this.side);
    const { columns, rows, squares, rest } = this;
    const { width, height } = this.grid;
    this.squareCount = codeUnsigned(coder, this.model, SQUARES, this.squareCount);
    if (this.squareCount > columns * rows) throw SgapsError.limit('sample squares', this.squareCount, columns * rows);
    this.squareOccupancy.code(coder, squares, this.squareCount, columns, rows, this.squareMarks);
    if (coder.encoding) {
      if (this.restCount > 0) this.restOccupancy.code(coder, rest, this.restCount, width, height, marks);
      return;
    }
    const left = count - this.markSquares(count, null);
    if (left > 0) this.restOccupancy.code(coder, rest, left, width, height, marks);
    marks.clear();
    this.markSquares(count, marks);
    for (let i = 0; i < left; i++) if (!marks.set(rest[i])) throw SgapsError.malformed('sample squares');
    marks.take(keys);
  }

  /** Marks the pixels of the coded squares (or only counts them). @returns how many */
  private markSquares(limit: number, marks: PixelMarks | null): number {
    const { columns, squares, phaseU, phaseV, side } = this;
    const { width, height } = this.grid;
    let total = 0;
    for (let i = 0; i < this.squareCount; i++) {
      const x = squares[i] % columns;
      const y = (squares[i] - x) / columns;
      const left = Math.max(0, x * side - phaseU);
      const top = Math.max(0, y * side - phaseV);
      const right = this.corners ? Math.min(width, left + 1) : Math.min(width, (x + 1) * side - phaseU);
      const bottom = this.corners ? Math.min(height, top + 1) : Math.min(height, (y + 1) * side - phaseV);
      if (right <= left || bottom <= top) throw SgapsError.malformed('sample square');
      total += (right - left) * (bottom - top);
      if (total > limit) throw SgapsError.malformed('sample squares');
      if (marks === null) continue;
      for (let v = top; v < bottom; v++)
        for (let u = left; u < right; u++) if (!marks.set(v * width + u)) throw SgapsError.malformed('sample square');
    }
    return total;
  }

  /** Every key, of rising ones, at the corner of a square of one lattice. */
  private findCorners(keys: Uint32Array, count: number): boolean {
    if (count < LEAST) return false;
    const { width } = this.grid;
    const { side, shift } = this;
    const mask = side - 1;
    let phaseU = 0;
    const phaseV = -((keys[count - 1] / width) | 0) & mask;
    for (let i = count - 1; i >= 0; i--) {
      const u = keys[i] % width;
      if (u === 0) continue;
      phaseU = -u & mask;
      break;
    }
    // Keys rise: their rows are counted instead of divided for.
    for (let i = 0, v = 0, row = 0; i < count; i++) {
      const key = keys[i];
      while (key - row >= width) {
        row += width;
        v++;
      }
      const u = key - row;
      if ((u > 0 && ((u + phaseU) & mask) !== 0) || (v > 0 && ((v + phaseV) & mask) !== 0)) return false;
      this.squares[i] = ((v + phaseV) >> shift) * this.columns + ((u + phaseU) >> shift);
    }
    this.phaseU = phaseU;
    this.phaseV = phaseV;
    this.corners = 1;
    this.squareCount = count;
    this.restCount = 0;
    return true;
  }

  private findWhole(keys: Uint32Array, count: number): boolean {
    const { width, height } = this.grid;
    const { asked } = this;
    asked.fill(0);
    for (let i = 0; i < count; i++) asked[keys[i]] = 1;
    // The phase most runs and columns of pixels start at.
    const votesU = [0, 0, 0, 0];
    const votesV = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const v = (keys[i] / width) | 0;
      const u = keys[i] - v * width;
      if (u > 0 && !asked[keys[i] - 1] && u + 3 < width && asked[keys[i] + 1] && asked[keys[i] + 3])
        votesU[(WHOLE - (u % WHOLE)) % WHOLE]++;
      if (v > 0 && !asked[keys[i] - width] && v + 3 < height && asked[keys[i] + width] && asked[keys[i] + 3 * width])
        votesV[(WHOLE - (v % WHOLE)) % WHOLE]++;
    }
    this.phaseU = votesU.indexOf(Math.max(...votesU));
    this.phaseV = votesV.indexOf(Math.max(...votesV));
    this.corners = 0;
    this.squareCount = 0;
    for (let y = 0; y < this.rows; y++) for (let x = 0; x < this.columns; x++) this.takeSquare(x, y);
    if (this.squareCount < LEAST) return false;
    this.restCount = 0;
    for (let i = 0; i < count; i++) if (asked[keys[i]] === 1) this.rest[this.restCount++] = keys[i];
    return true;
  }

  private takeSquare(x: number, y: number): void {
    const { asked } = this;
    const { width, height } = this.grid;
    const left = Math.max(0, x * WHOLE - this.phaseU);
    const top = Math.max(0, y * WHOLE - this.phaseV);
    const right = Math.min(width, (x + 1) * WHOLE - this.phaseU);
    const bottom = Math.min(height, (y + 1) * WHOLE - this.phaseV);
    if (right <= left || bottom <= top) return;
    for (let v = top; v < bottom; v++) for (let u = left; u < right; u++) if (asked[v * width + u] !== 1) return;
    for (let v = top; v < bottom; v++) asked.fill(2, v * width + left, v * width + right);
    this.squares[this.squareCount++] = y * this.columns + x;
  }
}
