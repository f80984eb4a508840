import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { codeSigned, createModel, type RangeCoder, resetModel, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';

/** Motion is at most so far, quarter pixels. */
export const MOTION_LIMIT = 512;

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
  /** Motion coded last, quarter pixels. */
  x = 0;
  y = 0;
  /** Candidates of the block at hand, likeliest first. */
  readonly candidateX = new Int32Array(2);
  readonly candidateY = new Int32Array(2);
  candidates = 0;
  /** How many of the two neighbours moved in this frame. */
  near = 0;
  private readonly model = createModel(SIZE);
  private readonly motions: Int16Array;
  private readonly stamps: Int32Array;
  private frame = 1;
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
    this.frame++;
  }

  /** Collects what the block in `cell` may have moved by. */
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

  /** Codes a motion; a decoder finds it in `x` and `y`. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
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
    if (Math.abs(this.x) > MOTION_LIMIT || Math.abs(this.y) > MOTION_LIMIT) throw SgapsError.malformed('block motion');
  }

  /** Notes that the block in `cell` moved by what was coded last. */
  keep(cell: number): void {
    this.motions[2 * cell] = this.x;
    this.motions[2 * cell + 1] = this.y;
    this.stamps[cell] = this.frame;
  }

  /** Appends all that is remembered. */
  save(writer: ByteWriter): void {
    writeModel(writer, this.model);
    writer.i32(this.frame);
    writer.u8(this.lastMerged);
    writer.i32(this.x);
    writer.i32(this.y);
    for (let cell = 0; cell < this.stamps.length; cell++) {
      writer.i32(this.stamps[cell]);
      writer.i32(this.motions[2 * cell]);
      writer.i32(this.motions[2 * cell + 1]);
    }
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    readModel(reader, this.model);
    this.frame = reader.i32('block motion');
    this.lastMerged = Math.min(2, reader.u8('block motion'));
    this.x = reader.i32('block motion');
    this.y = reader.i32('block motion');
    for (let cell = 0; cell < this.stamps.length; cell++) {
      this.stamps[cell] = reader.i32('block motion');
      this.motions[2 * cell] = reader.i32('block motion');
      this.motions[2 * cell + 1] = reader.i32('block motion');
    }
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
