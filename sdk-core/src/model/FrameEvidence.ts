import {
  BLOCK_KIND,
  BLOCK_SAMPLES,
  BLOCK_SIDE,
  BlockCoding,
  type CaptureGrid,
  type FrameState,
  levelOf,
  type PixelFrame,
} from '@sgaps/protocol';
import { KNOWN, MOTION_PARTS } from '../memory/depth/BackwardMotion.js';
import type { LayeredMemory } from '../memory/LayeredMemory.js';

/** How a pixel was looked at in a frame: not at all; a block that is the same, or coded; exactly. */
export const LOOKED = { none: 0, same: 128, coded: 192, exact: 255 } as const;
/** A pixel, and the quarters in which blocks tell motion. */
const UNIT = MOTION_PARTS;
const QUARTER = UNIT / 4;
/** Step plane: 0 exact, 255 a guess, between them 30 a doubling of the step, from 1 level on. */
const DOUBLING = 30;
const GUESS = 255;
const MOST_STEP = 1 << 11;
const STEP_CODE = Uint8Array.from({ length: MOST_STEP + 1 }, (_, step) =>
  Math.min(GUESS - 1, Math.max(1, Math.round(DOUBLING * Math.log2(Math.max(1, step / 8)) + 1))),
);
/** Step of a point by its bits: its quantisation cell. */
const POINT_CODE = Uint8Array.from({ length: 9 }, (_, bits) => (bits >= 8 ? 0 : STEP_CODE[8 << (8 - bits)]));

/**
 * What the frames so far say of each pixel beside its colour: how precise it is, how long ago it was looked at, how it was in this frame, where in its block it
 * lies, and where it was in the frame before. All maps are W·H, row by row; a scrolling 2D camera carries what lasts.
 *
 * @example
 * ```ts
 * evidence.take(frame);
 * const left = evidence.motionX[at] / MOTION_PARTS; // pixels
 * ```
 */
export class FrameEvidence {
  /** 0 exact, 1 + 30 · log2(step of the coefficients in levels), 255 a guess. */
  readonly step: Uint8Array;
  /** Frames since the pixel was last sent, at most 255. */
  readonly age: Uint8Array;
  /** `LOOKED`. */
  readonly looked: Uint8Array;
  /** Place in the block, 1 … 8 each in sixteenths, column in the low half; 0 outside of blocks. */
  readonly phase: Uint8Array;
  /** Where the pixel's picture was in the frame before, relative to where it is, 1/16 pixels. */
  readonly motionX: Int16Array;
  readonly motionY: Int16Array;
  /** `KNOWN`. */
  readonly motionKnown: Uint8Array;
  private viewX = 0;
  private viewY = 0;
  private begun = false;
  /** True where nothing of the frame before shows in this one, or there is none. */
  private parted = true;
  /** How far the world scrolled since the frame before, 1/16 pixels. */
  private scrollX = 0;
  private scrollY = 0;

  constructor(private readonly grid: CaptureGrid) {
    const pixels = grid.width * grid.height;
    this.step = new Uint8Array(pixels).fill(GUESS);
    this.age = new Uint8Array(pixels).fill(GUESS);
    this.looked = new Uint8Array(pixels);
    this.phase = new Uint8Array(pixels);
    this.motionX = new Int16Array(pixels);
    this.motionY = new Int16Array(pixels);
    this.motionKnown = new Uint8Array(pixels);
  }

  /** Forgets all frames. */
  clear(): void {
    if (!this.begun) return;
    this.step.fill(GUESS);
    this.age.fill(GUESS);
    this.begun = false;
  }

  /** Takes the next frame; `memory` tells how a 3D camera moved, where it has learnt that. */
  take({ state, samples, values }: PixelFrame, memory: LayeredMemory | null = null): void {
    const { grid, step, age } = this;
    this.scroll(state);
    if (!this.parted) memory?.traceBack(state, this);
    for (let at = 0; at < age.length; at++) if (age[at] < 255) age[at]++;
    this.looked.fill(LOOKED.none);
    this.phase.fill(0);
    const { width, height } = grid;
    const { u, v, kind, count } = samples;
    const { blocks } = values;
    const { scrollX, scrollY } = this;
    for (let i = 0, b = 0; i < count; i++) {
      if (kind[i] < BLOCK_KIND) {
        if (levelOf(kind[i]) > 0) continue;
        const at = v[i] * width + u[i];
        step[at] = POINT_CODE[values.bits[i]];
        age[at] = 0;
        this.looked[at] = LOOKED.exact;
        continue;
      }
      const level = levelOf(kind[i]);
      if (level === 0 && blocks !== undefined && b < blocks.count) {
        const columns = Math.min(BLOCK_SIDE, width - u[i]);
        const rows = Math.min(BLOCK_SIDE, height - v[i]);
        const how = blocks.how[b];
        this.takeBlock(u[i], v[i], columns, rows, how, STEP_CODE[Math.min(MOST_STEP, blocks.step[b])]);
        if (how === BlockCoding.motion)
          this.move(u[i], v[i], columns, rows, scrollX + QUARTER * blocks.motionX[b], scrollY + QUARTER * blocks.motionY[b]);
        else if (how === BlockCoding.mean) this.guess(u[i], v[i], columns, rows);
      }
      b++;
      i += BLOCK_SAMPLES - 1;
    }
  }

  private takeBlock(left: number, top: number, columns: number, rows: number, how: number, code: number): void {
    const { width } = this.grid;
    const { step, age, looked, phase } = this;
    const mark = how === BlockCoding.same ? LOOKED.same : how === BlockCoding.exact ? LOOKED.exact : LOOKED.coded;
    const precision = how === BlockCoding.exact ? 0 : code;
    for (let y = 0; y < rows; y++) {
      const from = (top + y) * width + left;
      looked.fill(mark, from, from + columns);
      for (let x = 0; x < columns; x++) phase[from + x] = ((y + 1) << 4) | (x + 1);
      if (how === BlockCoding.same) continue;
      step.fill(precision, from, from + columns);
      age.fill(0, from, from + columns);
    }
  }

  private move(left: number, top: number, columns: number, rows: number, motionX: number, motionY: number): void {
    const { width, height } = this.grid;
    for (let y = top; y < top + rows; y++) {
      const within = !this.parted && UNIT * y + motionY >= 0 && UNIT * y + motionY <= UNIT * (height - 1);
      for (let x = left, at = y * width + left; x < left + columns; x++, at++) {
        this.motionX[at] = motionX;
        this.motionY[at] = motionY;
        const there = UNIT * x + motionX;
        this.motionKnown[at] = within && there >= 0 && there <= UNIT * (width - 1) ? KNOWN.coded : KNOWN.nowhere;
      }
    }
  }

  private guess(left: number, top: number, columns: number, rows: number): void {
    const { width } = this.grid;
    for (let at = top * width + left, end = at + rows * width; at < end; at += width)
      for (let x = 0; x < columns; x++) if (this.motionKnown[at + x] !== KNOWN.nowhere) this.motionKnown[at + x] = KNOWN.guessed;
  }

  /** Carries what lasts with the first 2D camera, and says of all pixels that they moved with it. */
  private scroll({ cameras }: FrameState): void {
    const { width, height } = this.grid;
    const viewX = Math.round(cameras[0]?.viewX ?? 0);
    const viewY = Math.round(cameras[0]?.viewY ?? 0);
    const dx = this.begun ? viewX - this.viewX : 0;
    const dy = this.begun ? viewY - this.viewY : 0;
    this.viewX = viewX;
    this.viewY = viewY;
    const parted = !this.begun || Math.abs(dx) >= width || Math.abs(dy) >= height;
    this.begun = true;
    this.parted = parted;
    this.scrollX = parted ? 0 : UNIT * dx;
    this.scrollY = parted ? 0 : UNIT * dy;
    this.motionX.fill(this.scrollX);
    this.motionY.fill(this.scrollY);
    this.motionKnown.fill(parted ? KNOWN.nowhere : KNOWN.coded);
    if (parted) {
      this.step.fill(GUESS);
      this.age.fill(GUESS);
    } else if (dx !== 0 || dy !== 0) {
      shift(this.step, width, height, dx, dy, GUESS);
      shift(this.age, width, height, dx, dy, GUESS);
      shift(this.motionKnown, width, height, dx, dy, KNOWN.nowhere);
    }
  }
}

/** Moves a map so that what was at (x + dx, y + dy) is at (x, y); what comes in is `fill`. */
function shift(map: Uint8Array, width: number, height: number, dx: number, dy: number, fill: number): void {
  const columns = width - Math.abs(dx);
  const fromX = Math.max(0, dx);
  const toX = Math.max(0, -dx);
  for (let n = 0; n < height; n++) {
    // Rows are read before they are written over.
    const to = dy > 0 ? n : height - 1 - n;
    const row = to * width;
    const source = to + dy;
    if (source < 0 || source >= height) {
      map.fill(fill, row, row + width);
      continue;
    }
    const from = source * width + fromX;
    map.copyWithin(row + toX, from, from + columns);
    if (toX > 0) map.fill(fill, row, row + toX);
    if (fromX > 0) map.fill(fill, row + columns, row + width);
  }
}
