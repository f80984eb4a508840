import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { codeSigned, createModel, type RangeCoder, resetModel, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';

/** Motions go at most so far in each direction, quarter pixels: 128 pixels. What a search reaches is less. */
export const MOTION_LIMIT = 512;

/** Frames are counted up to here. */
const LAST_FRAME = 0x7fffffff;
/** What malformed bytes were to be. */
const WHAT = 'block motion';

// Model layout.
const MERGED = 0;
const WHICH = MERGED + 3;
const X = WHICH + 2;
const Y = X + SIGNED_MODEL;
const SIZE = Y + SIGNED_MODEL;

/**
 * How the blocks of a frame moved, by 8×8 cell, and the coder of a block's motion: as a neighbour's or the block's own last one, else
 * by its difference to the likeliest.
 *
 * @example
 * ```ts
 * motion.predict(cell, columns);
 * motion.code(encoder, x, y);
 * motion.keep(cell);
 * ```
 */
export class MotionModel {
  /** Motion coded last, quarter pixels, −512 … 512. */
  x = 0;
  y = 0;
  /** Candidates of the block at hand, likeliest first. */
  readonly candidateX = new Int32Array(2);
  readonly candidateY = new Int32Array(2);
  /** How many there are, 1 or 2 once `predict` was called. */
  candidates = 0;
  /** How many different motions the neighbours left and above have in this frame, 0 … 2. */
  near = 0;
  private readonly model = createModel(SIZE);
  /** By cell: x and y of its last motion. */
  private readonly motions: Int16Array;
  /** By cell: the frame of its last motion, 0 where there was none. */
  private readonly stamps: Int32Array;
  private frame = 1;
  /** 1 where the motion coded last was a candidate, 0 where not, 2 before the first. */
  private lastMerged = 2;

  constructor(cells: number) {
    this.motions = new Int16Array(2 * cells);
    this.stamps = new Int32Array(cells);
  }

  /** Forgets everything. */
  reset(): void {
    resetModel(this.model);
    this.motions.fill(0);
    this.stamps.fill(0);
    this.frame = 1;
    this.lastMerged = 2;
    this.x = 0;
    this.y = 0;
  }

  /** A frame begins. */
  advance(): void {
    if (this.frame < LAST_FRAME) this.frame++;
    else this.forgetFrames();
  }

  /** Collects what the block in `cell` (of rows of `columns`) may have moved by. */
  predict(cell: number, columns: number): void {
    this.candidates = 0;
    this.near = 0;
    if (cell % columns > 0 && this.stamps[cell - 1] === this.frame) this.add(cell - 1);
    if (cell >= columns && this.stamps[cell - columns] === this.frame) this.add(cell - columns);
    this.near = this.candidates;
    if (this.candidates < 2) this.propose(this.x, this.y);
    if (this.candidates < 2 && this.stamps[cell] !== 0) this.add(cell);
    if (this.candidates < 2) this.propose(0, 0);
  }

  /** Codes a motion, quarter pixels; a decoder finds it in `x` and `y`. @throws SgapsError `BYTES_MALFORMED` where it is beyond 512 */
  code(coder: RangeCoder, x: number, y: number): void {
    const { model, candidateX, candidateY, candidates } = this;
    let which = -1;
    for (let k = candidates - 1; k >= 0; k--) if (candidateX[k] === x && candidateY[k] === y) which = k;
    const merged = coder.bit(model, MERGED + this.lastMerged, which >= 0 ? 1 : 0);
    this.lastMerged = merged;
    if (merged === 1) {
      which = candidates > 1 ? coder.bit(model, WHICH + (this.near > 1 ? 1 : 0), which) : 0;
      this.x = candidateX[which];
      this.y = candidateY[which];
      return;
    }
    this.x = (candidateX[0] + codeSigned(coder, model, X, x - candidateX[0])) | 0;
    this.y = (candidateY[0] + codeSigned(coder, model, Y, y - candidateY[0])) | 0;
    if (Math.abs(this.x) > MOTION_LIMIT || Math.abs(this.y) > MOTION_LIMIT) throw SgapsError.malformed(WHAT);
  }

  /** Notes that the block in `cell` moved by what was coded last. */
  keep(cell: number): void {
    this.motions[2 * cell] = this.x;
    this.motions[2 * cell + 1] = this.y;
    this.stamps[cell] = this.frame;
  }

  /** Last motion of a cell across, quarter pixels; 0 where it never moved. */
  acrossOf(cell: number): number {
    return this.motions[2 * cell];
  }

  /** Last motion of a cell down, quarter pixels; 0 where it never moved. */
  downOf(cell: number): number {
    return this.motions[2 * cell + 1];
  }

  /** Appends all that is remembered. */
  save(writer: ByteWriter): void {
    const { motions, stamps } = this;
    writeModel(writer, this.model);
    writer.i32(this.frame);
    writer.u8(this.lastMerged);
    writer.i32(this.x);
    writer.i32(this.y);
    // Runs of cells that never moved, and of those that did.
    for (let cell = 0; cell < stamps.length; ) {
      const start = cell;
      while (cell < stamps.length && stamps[cell] === 0) cell++;
      writer.varint(cell - start);
      const first = cell;
      while (cell < stamps.length && stamps[cell] !== 0) cell++;
      writer.varint(cell - first);
      for (let i = first; i < cell; i++) {
        writer.i32(stamps[i]);
        writer.i32(motions[2 * i]);
        writer.i32(motions[2 * i + 1]);
      }
    }
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    const { motions, stamps } = this;
    this.reset();
    readModel(reader, this.model);
    this.frame = within(reader.i32(WHAT), 1, LAST_FRAME);
    this.lastMerged = within(reader.u8(WHAT), 0, 2);
    this.x = within(reader.i32(WHAT), -MOTION_LIMIT, MOTION_LIMIT);
    this.y = within(reader.i32(WHAT), -MOTION_LIMIT, MOTION_LIMIT);
    for (let cell = 0; cell < stamps.length; ) {
      const still = reader.varint(WHAT, stamps.length - cell);
      cell += still;
      const end = cell + reader.varint(WHAT, stamps.length - cell);
      if (still === 0 && end === cell) throw SgapsError.malformed(WHAT);
      for (; cell < end; cell++) {
        stamps[cell] = within(reader.i32(WHAT), 1, this.frame);
        motions[2 * cell] = within(reader.i32(WHAT), -MOTION_LIMIT, MOTION_LIMIT);
        motions[2 * cell + 1] = within(reader.i32(WHAT), -MOTION_LIMIT, MOTION_LIMIT);
      }
    }
  }

  /** Counts frames anew: the cells keep their motions, but none counts as of this frame. */
  private forgetFrames(): void {
    this.frame = 2;
    for (let cell = 0; cell < this.stamps.length; cell++) if (this.stamps[cell] !== 0) this.stamps[cell] = 1;
  }

  private add(cell: number): void {
    this.propose(this.motions[2 * cell], this.motions[2 * cell + 1]);
  }

  private propose(x: number, y: number): void {
    const { candidates, candidateX, candidateY } = this;
    if (candidates > 0 && candidateX[0] === x && candidateY[0] === y) return;
    candidateX[candidates] = x;
    candidateY[candidates] = y;
    this.candidates++;
  }
}

/** A number of a snapshot. @throws SgapsError `BYTES_MALFORMED` where it is outside least … most */
function within(value: number, least: number, most: number): number {
  if (value < least || value > most) throw SgapsError.malformed(WHAT);
  return value;
}
