import { codeSigned, createModel, type RangeCoder, resetModel, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { type FrameHead, FrameHeadCoder } from './PixelPacket.js';

/** Bits of a change class. */
const CLASS_BITS = 3;
/** Change classes: 0 nothing at all changed, 7 everything. */
export const CHANGE_CLASSES = 1 << CLASS_BITS;
/** Stands for the class of a cell that was never looked at. */
const NEVER = CHANGE_CLASSES;
/** Furthest view that is told, grid pixels. */
export const SCROLL_LIMIT = 1 << 24;

const SCROLL_X = 0;
const SCROLL_Y = SCROLL_X + SIGNED_MODEL;
const CHANGE = SCROLL_Y + SIGNED_MODEL;
const SIZE = CHANGE + CHANGE_CLASSES * (NEVER + 1) * CHANGE_CLASSES;

/**
 * What both ends remember of the digests of pixel packets: ids and times of frames, the view, and how much each 8×8 cell of the world
 * changed when it was last looked at. Written once for both directions. It knows nothing of pixels: a reader needs microseconds.
 *
 * @example
 * ```ts
 * const { requestId } = model.codeHead(coder, head);
 * model.codeScroll(coder, 12, 0);
 * const change = model.codeChange(coder, block.u, block.v, 3);
 * ```
 */
export class DigestModel {
  /** View of the frame coded last, whole grid pixels. */
  scrollX = 0;
  scrollY = 0;
  private readonly heads = new FrameHeadCoder();
  private readonly model = createModel(SIZE);
  private readonly columns: number;
  private readonly last: Uint8Array;
  private stepX = 0;
  private stepY = 0;
  /** The view, as a place in the world that comes round with the grid. */
  private shiftX = 0;
  private shiftY = 0;
  private beside = 0;

  constructor(private readonly grid: CaptureGrid) {
    this.columns = (grid.width + 7) >> 3;
    this.last = new Uint8Array(this.columns * ((grid.height + 7) >> 3)).fill(NEVER);
  }

  /** Forgets everything. */
  reset(): void {
    this.heads.reset();
    resetModel(this.model);
    this.last.fill(NEVER);
    this.scrollX = this.scrollY = this.stepX = this.stepY = this.shiftX = this.shiftY = 0;
  }

  /** Says which frame a packet begins with. @throws SgapsError `BYTES_MALFORMED` when that is behind */
  begin(firstFrame: number): void {
    this.heads.begin(firstFrame);
  }

  /** Ids and time of a frame. @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED` */
  codeHead(coder: RangeCoder, head: FrameHead): FrameHead {
    return this.heads.code(coder, head);
  }

  /** Where the view is, −2^24 … 2^24 grid pixels; it is left in `scrollX` and `scrollY`. @throws SgapsError `BYTES_MALFORMED` */
  codeScroll(coder: RangeCoder, x: number, y: number): void {
    const expectedX = this.scrollX + this.stepX;
    const expectedY = this.scrollY + this.stepY;
    const nowX = expectedX + codeSigned(coder, this.model, SCROLL_X, x - expectedX);
    const nowY = expectedY + codeSigned(coder, this.model, SCROLL_Y, y - expectedY);
    if (Math.abs(nowX) > SCROLL_LIMIT || Math.abs(nowY) > SCROLL_LIMIT) throw SgapsError.malformed('view of a packet digest');
    this.stepX = nowX - this.scrollX;
    this.stepY = nowY - this.scrollY;
    this.scrollX = nowX;
    this.scrollY = nowY;
    const { width, height } = this.grid;
    this.shiftX = ((nowX % width) + width) % width;
    this.shiftY = ((nowY % height) + height) % height;
    this.beside = 0;
  }

  /** How much the block at (u, v) of the grid changed, 0 … 7; blocks in the order of their samples, after `codeScroll`. */
  codeChange(coder: RangeCoder, u: number, v: number, change: number): number {
    const cell = this.cellOf(u, v);
    const context = this.beside * (NEVER + 1) + this.last[cell];
    const coded = coder.symbol(this.model, CHANGE + context * CHANGE_CLASSES, CLASS_BITS, change);
    this.last[cell] = coded;
    this.beside = coded;
    return coded;
  }

  private cellOf(u: number, v: number): number {
    const { width, height } = this.grid;
    let x = u + this.shiftX;
    if (x >= width) x -= width;
    let y = v + this.shiftY;
    if (y >= height) y -= height;
    return (y >> 3) * this.columns + (x >> 3);
  }
}
