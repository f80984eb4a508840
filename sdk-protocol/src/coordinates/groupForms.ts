import { inflateSync } from 'fflate';
import {
  codeSigned,
  codeUnsigned,
  createModel,
  type RangeCoder,
  resetModel,
  SIGNED_MODEL,
  UNSIGNED_MODEL,
} from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';

/** A group of samples of one tier and kind, as keys v · width + u in the order of the set. */
export interface Group {
  /** Kind of all its samples. */
  kind: number;
  readonly keys: Uint32Array;
  count: number;
}

/** Models of the forms; all of one packet are shared. */
export class FormModels {
  readonly lattice = createModel(4 * UNSIGNED_MODEL);
  readonly cluster = createModel(UNSIGNED_MODEL + 1 + 2 * SIGNED_MODEL);
  readonly raw = createModel(UNSIGNED_MODEL);

  /** Forgets everything. */
  reset(): void {
    resetModel(this.lattice);
    resetModel(this.cluster);
    resetModel(this.raw);
  }

  /** Copies what others learnt. */
  learnFrom(other: FormModels): void {
    this.lattice.set(other.lattice);
    this.cluster.set(other.cluster);
    this.raw.set(other.raw);
  }
}

/** A rectangular lattice in raster order. */
export interface Lattice {
  u: number;
  v: number;
  stepU: number;
  stepV: number;
  columns: number;
  rows: number;
}

/**
 * The lattice a group is, or null.
 *
 * @example
 * ```ts
 * const lattice = findLattice(group, grid.width);
 * ```
 */
export function findLattice(group: Group, width: number): Lattice | null {
  const { keys, count } = group;
  if (count === 0) return null;
  const u = keys[0] % width;
  const v = (keys[0] / width) | 0;
  let columns = 1;
  while (columns < count && ((keys[columns] / width) | 0) === v) columns++;
  const rows = count / columns;
  if (!Number.isInteger(rows)) return null;
  const stepU = columns > 1 ? keys[1] - keys[0] : 1;
  const stepV = rows > 1 ? ((keys[columns] / width) | 0) - v : 1;
  if (stepU < 1 || stepV < 1) return null;
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      if (keys[i] !== (v + row * stepV) * width + u + column * stepU) return null;
    }
  }
  return { u, v, stepU, stepV, columns, rows };
}

/**
 * A lattice: start, step and size ("grid" of S14).
 *
 * @example
 * ```ts
 * codeLattice(coder, models, lattice, group, grid);
 * ```
 */
export function codeLattice(
  coder: RangeCoder,
  models: FormModels,
  lattice: Lattice | null,
  group: Group,
  grid: CaptureGrid,
): void {
  const model = models.lattice;
  const number = (index: number, value: number): number => codeUnsigned(coder, model, index * UNSIGNED_MODEL, value);
  const u = coder.uniform(lattice?.u ?? 0, grid.width);
  const v = coder.uniform(lattice?.v ?? 0, grid.height);
  const stepU = number(0, (lattice?.stepU ?? 1) - 1) + 1;
  const stepV = number(1, (lattice?.stepV ?? 1) - 1) + 1;
  const columns = number(2, (lattice?.columns ?? 1) - 1) + 1;
  const rows = number(3, (lattice?.rows ?? 1) - 1) + 1;
  if (coder.encoding) return;
  const beyond = u + stepU * (columns - 1) >= grid.width || v + stepV * (rows - 1) >= grid.height;
  if (beyond || columns * rows !== group.count) throw SgapsError.malformed('sample lattice');
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) group.keys[i++] = (v + row * stepV) * grid.width + u + column * stepU;
  }
}

/** Deltas further than this from the centre open a new cluster. */
const REACH = 24;

/**
 * Runs of samples near a centre: the centre (their first sample), then each as a difference to the last ("cluster" of
 * S14). Any order and repeats are kept.
 *
 * @example
 * ```ts
 * codeClusters(coder, models, group, grid);
 * ```
 */
export function codeClusters(coder: RangeCoder, models: FormModels, group: Group, grid: CaptureGrid): void {
  const { keys, count } = group;
  const { width, height } = grid;
  const model = models.cluster;
  let centreU = 0;
  let centreV = 0;
  let u = 0;
  let v = 0;
  for (let i = 0; i < count; i++) {
    const wantV = coder.encoding ? (keys[i] / width) | 0 : 0;
    const wantU = coder.encoding ? keys[i] - wantV * width : 0;
    const far = Math.abs(wantU - centreU) > REACH || Math.abs(wantV - centreV) > REACH;
    const opens = i === 0 || coder.bit(model, UNSIGNED_MODEL, far ? 1 : 0) === 1;
    if (opens) {
      u = coder.uniform(wantU, width);
      v = coder.uniform(wantV, height);
      centreU = u;
      centreV = v;
    } else {
      u += codeSigned(coder, model, UNSIGNED_MODEL + 1, wantU - u);
      v += codeSigned(coder, model, UNSIGNED_MODEL + 1 + SIGNED_MODEL, wantV - v);
      if (!(u >= 0 && u < width && v >= 0 && v < height)) throw SgapsError.malformed('sample cluster');
    }
    keys[i] = v * width + u;
  }
}

/**
 * Codes what `packRaw` returned and, when decoding, unpacks it.
 *
 * @example
 * ```ts
 * codeRaw(coder, models, packRaw(group, grid), group, grid);
 * ```
 */
export function codeRaw(coder: RangeCoder, models: FormModels, bytes: Uint8Array | null, group: Group, grid: CaptureGrid): void {
  const length = codeUnsigned(coder, models.raw, 0, bytes?.length ?? 0);
  if (length > LIMITS.coordinatePacketBytes) throw SgapsError.limit('raw coordinates', length, LIMITS.coordinatePacketBytes);
  const coded = bytes ?? new Uint8Array(length);
  for (let i = 0; i < length; i++) coded[i] = coder.uniform(coded[i], 256);
  if (coder.encoding) return;
  const width = keyBits(grid);
  const packed = inflate(coded, (group.count * width + 7) >> 3);
  let bit = 0;
  for (let i = 0; i < group.count; i++) {
    let key = 0;
    for (let k = 0; k < width; k++, bit++) key = (key << 1) | ((packed[bit >> 3] >> (7 - (bit & 7))) & 1);
    if (key >= grid.width * grid.height) throw SgapsError.malformed('raw coordinates');
    group.keys[i] = key;
  }
}

/** Inflates into exactly `length` bytes; one byte more would show. */
function inflate(bytes: Uint8Array, length: number): Uint8Array {
  let inflated: Uint8Array;
  try {
    inflated = inflateSync(bytes, { out: new Uint8Array(length + 1) });
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', 'Malformed raw coordinates: they do not inflate.', { cause });
  }
  if (inflated.length !== length) throw SgapsError.malformed('raw coordinates: wrong length');
  return inflated;
}

/**
 * Bits that hold any key of a grid.
 *
 * @example
 * ```ts
 * keyBits({ width: 320, height: 180 }); // 16
 * ```
 */
export function keyBits(grid: CaptureGrid): number {
  return 32 - Math.clz32(grid.width * grid.height - 1);
}
