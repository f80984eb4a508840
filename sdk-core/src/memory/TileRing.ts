import { type ByteReader, type ByteWriter, SgapsError } from '@sgaps/protocol';
import { type CellArea, type Cells, readCells, writeCells } from '../snapshot/cellBytes.js';
import { readArray, writeArray } from '../snapshot/snapshotBytes.js';
import { TemporalMemoryBank } from './TemporalMemoryBank.js';

const TILE_SHIFT = 5;
const TILE = 1 << TILE_SHIFT;
/** Tag of a ring slot that holds nothing. */
const EMPTY_SLOT = 0x7fffffff;

/**
 * Memory of a surface in its own coordinates, on a ring of power-of-two sides that holds a window of the surface tile by
 * tile: a place that comes into the window takes the slot of the place a ring's side away, which is then forgotten.
 *
 * @example
 * ```ts
 * const ring = new TileRing(1024, 512);
 * ring.bank.write(ring.ownCell(-20, 1300), 200, 180, 160, CONFIDENCE_START, frame);
 * ```
 */
export class TileRing {
  /** The ring's cells, row by row. */
  readonly bank: TemporalMemoryBank;
  /** Evidence of ownership per 8×8 block of the ring, −127 … 127. */
  readonly blockEvidence: Int8Array;
  /** Blocks in which evidence was ever weighed, or beside one: only there a layer can have earned anything. */
  readonly touched: Uint8Array;
  /** Surface coordinates & mask = place on the ring. */
  readonly maskX: number;
  readonly maskY: number;
  /** Blocks a row. */
  readonly blockColumns: number;
  private readonly cells: Cells;
  /** Surface tile that a ring slot holds, per slot: x and y. */
  private readonly tags: Int32Array;
  private readonly tileColumns: number;
  private readonly ringShift: number;

  /** `width` and `height` are powers of two, at least one tile of 32 cells. */
  constructor(width: number, height: number) {
    this.bank = new TemporalMemoryBank(width, height);
    this.cells = { ...this.bank, standing: this.bank.evidence };
    this.maskX = width - 1;
    this.maskY = height - 1;
    this.tileColumns = width >> TILE_SHIFT;
    this.blockColumns = width >> 3;
    this.ringShift = 31 - Math.clz32(width);
    this.touched = new Uint8Array((width >> 3) * (height >> 3));
    this.blockEvidence = new Int8Array((width >> 3) * (height >> 3));
    this.tags = new Int32Array(2 * this.tileColumns * (height >> TILE_SHIFT)).fill(EMPTY_SLOT);
  }

  /** Forgets everything. */
  clear(): void {
    this.bank.confidence.fill(0);
    this.bank.evidence.fill(0);
    this.blockEvidence.fill(0);
    this.touched.fill(0);
    this.tags.fill(EMPTY_SLOT);
  }

  /** Writes all that is known at `frame`, tile by tile. */
  save(writer: ByteWriter, frame: number): void {
    writeArray(writer, this.blockEvidence);
    writeArray(writer, this.touched);
    const { tags } = this;
    const held = this.heldSlots();
    writer.varint(held.length);
    for (const slot of held) {
      writer.varint(slot);
      writer.i32(tags[2 * slot]);
      writer.i32(tags[2 * slot + 1]);
      writeCells(writer, this.cells, this.areaOf(slot), frame);
    }
  }

  /** Takes up what `save` wrote. Throws a typed error when the bytes are not a layer of this size. */
  restore(reader: ByteReader, frame: number): void {
    this.clear();
    readArray(reader, this.blockEvidence, 'block evidence');
    readArray(reader, this.touched, 'touched blocks');
    const slots = this.tags.length / 2;
    const count = reader.varint('tile count', slots);
    const { tags } = this;
    for (let i = 0; i < count; i++) {
      const slot = reader.varint('tile slot');
      if (slot >= slots) throw SgapsError.limit('tile slot', slot, slots - 1);
      tags[2 * slot] = reader.i32('tile tag');
      tags[2 * slot + 1] = reader.i32('tile tag');
      readCells(reader, this.cells, this.areaOf(slot), frame);
    }
  }

  /** True when the ring holds the place (x, y) of the surface. */
  holds(x: number, y: number): boolean {
    const slot = 2 * this.slotOf(x, y);
    return this.tags[slot] === x >> TILE_SHIFT && this.tags[slot + 1] === y >> TILE_SHIFT;
  }

  /** The cell of the place (x, y), −1 when the ring holds another. */
  knownCell(x: number, y: number): number {
    return this.holds(x, y) ? (y & this.maskY) * (this.maskX + 1) + (x & this.maskX) : -1;
  }

  /** The cell of the place (x, y); a slot that holds another part of the surface is emptied first. */
  ownCell(x: number, y: number): number {
    if (!this.holds(x, y)) this.claim(x, y);
    return (y & this.maskY) * (this.maskX + 1) + (x & this.maskX);
  }

  /** The 8×8 block a cell lies in. */
  blockOf(cell: number): number {
    const x = cell & this.maskX;
    const y = cell >> this.ringShift;
    return (y >> 3) * this.blockColumns + (x >> 3);
  }

  /** Marks a block as weighed. A view between pixels reads one cell beyond its block, hence the neighbours before it. */
  touch(block: number): void {
    const { touched, blockColumns } = this;
    touched[block] = 1;
    touched[block % blockColumns === 0 ? block + blockColumns - 1 : block - 1] = 1;
    const above = block < blockColumns ? block + touched.length - blockColumns : block - blockColumns;
    touched[above] = 1;
    touched[above % blockColumns === 0 ? above + blockColumns - 1 : above - 1] = 1;
  }

  private heldSlots(): number[] {
    const held: number[] = [];
    for (let slot = 0; 2 * slot < this.tags.length; slot++) if (this.tags[2 * slot] !== EMPTY_SLOT) held.push(slot);
    return held;
  }

  private areaOf(slot: number): CellArea {
    const left = (slot % this.tileColumns) * TILE;
    const top = Math.floor(slot / this.tileColumns) * TILE;
    return { first: top * (this.maskX + 1) + left, stride: this.maskX + 1, columns: TILE, rows: TILE };
  }

  private slotOf(x: number, y: number): number {
    return ((y & this.maskY) >> TILE_SHIFT) * this.tileColumns + ((x & this.maskX) >> TILE_SHIFT);
  }
  private claim(x: number, y: number): void {
    const slot = 2 * this.slotOf(x, y);
    this.tags[slot] = x >> TILE_SHIFT;
    this.tags[slot + 1] = y >> TILE_SHIFT;
    const left = x & this.maskX & ~(TILE - 1);
    const top = y & this.maskY & ~(TILE - 1);
    for (let row = top; row < top + TILE; row++) {
      const from = row * (this.maskX + 1) + left;
      this.bank.confidence.fill(0, from, from + TILE);
      this.bank.evidence.fill(0, from, from + TILE);
    }
    for (let row = top >> 3; row < (top + TILE) >> 3; row++) {
      const from = row * this.blockColumns + (left >> 3);
      this.blockEvidence.fill(0, from, from + (TILE >> 3));
    }
  }
}
