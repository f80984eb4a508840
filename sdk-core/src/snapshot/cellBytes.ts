import type { ByteReader, ByteWriter } from '@sgaps/protocol';

/** Cells of a memory, as parallel arrays. */
export interface Cells {
  /** 3 per cell. */
  readonly value: Uint16Array;
  readonly confidence: Uint8Array;
  readonly seen: Int32Array;
  /** Evidence or opacity. */
  readonly standing: Int8Array;
}

/** A rectangle of cells: the first, cells from one row to the next, and its size. */
export interface CellArea {
  readonly first: number;
  readonly stride: number;
  readonly columns: number;
  readonly rows: number;
}

/** An age beyond this is old, however old (memory never looks further back). */
const OLD = 255;

/**
 * Writes an area of cells so that it packs well: planes instead of cells, only known cells' contents, ages instead of
 * frame numbers, and colours as differences to the cell before.
 *
 * @example
 * ```ts
 * writeCells(writer, patch, { first: 0, stride: patch.width, columns: patch.width, rows: patch.height }, frame);
 * ```
 */
export function writeCells(writer: ByteWriter, cells: Cells, area: CellArea, frame: number): void {
  const { confidence, standing, seen, value } = cells;
  const total = area.columns * area.rows;
  const plane = new Uint8Array(9 * total);
  let known = 0;
  for (let n = 0; n < total; n++) if (confidence[cellAt(area, n)] !== 0) known++;
  // Confidence and standing of all, then age, three high and three low bytes of the known.
  const ages = 2 * total;
  const high = ages + known;
  const low = high + 3 * known;
  let k = 0;
  let r = 0;
  let g = 0;
  let b = 0;
  for (let n = 0; n < total; n++) {
    const cell = cellAt(area, n);
    plane[n] = confidence[cell];
    plane[total + n] = standing[cell];
    if (confidence[cell] === 0) continue;
    const age = frame - seen[cell];
    plane[ages + k] = age > OLD ? OLD : age;
    const at = 3 * cell;
    plane[high + k] = (value[at] >> 8) - r;
    plane[high + known + k] = (value[at + 1] >> 8) - g;
    plane[high + 2 * known + k] = (value[at + 2] >> 8) - b;
    plane[low + k] = value[at];
    plane[low + known + k] = value[at + 1];
    plane[low + 2 * known + k] = value[at + 2];
    r = value[at] >> 8;
    g = value[at + 1] >> 8;
    b = value[at + 2] >> 8;
    k++;
  }
  writer.bytes(plane.subarray(0, low + 3 * known));
}

/**
 * Reads what `writeCells` wrote into the same area. Throws `BYTES_TRUNCATED`.
 *
 * @example
 * ```ts
 * readCells(reader, patch, { first: 0, stride: patch.width, columns: patch.width, rows: patch.height }, frame);
 * ```
 */
export function readCells(reader: ByteReader, cells: Cells, area: CellArea, frame: number): void {
  const { confidence, standing, seen, value } = cells;
  const total = area.columns * area.rows;
  const state = reader.bytes(2 * total, 'cell states');
  let known = 0;
  for (let n = 0; n < total; n++) if (state[n] !== 0) known++;
  const content = reader.bytes(7 * known, 'cell contents');
  let k = 0;
  let r = 0;
  let g = 0;
  let b = 0;
  for (let n = 0; n < total; n++) {
    const cell = cellAt(area, n);
    confidence[cell] = state[n];
    standing[cell] = state[total + n];
    if (state[n] === 0) continue;
    seen[cell] = frame - content[k];
    r = (r + content[known + k]) & 255;
    g = (g + content[2 * known + k]) & 255;
    b = (b + content[3 * known + k]) & 255;
    const at = 3 * cell;
    value[at] = (r << 8) | content[4 * known + k];
    value[at + 1] = (g << 8) | content[5 * known + k];
    value[at + 2] = (b << 8) | content[6 * known + k];
    k++;
  }
}

function cellAt({ first, stride, columns }: CellArea, n: number): number {
  const row = (n / columns) | 0;
  return first + row * stride + n - row * columns;
}
