import { BLOCK_SAMPLES, BLOCK_SIDE } from '../samples/SampleSet.js';
import { wrap } from './wrap.js';

/** Motions are in quarters of a pixel. */
export const MOTION_UNIT = 4;
/** Taps of the interpolation by quarters, in 1/64, four for each (those of HEVC for chroma). */
export const MOTION_TAPS = Int32Array.of(0, 64, 0, 0, -4, 54, 16, -2, -4, 36, 36, -4, -2, 16, 54, -4);

/** Rows and columns read: the block, one before it and two after. */
const PATCH = BLOCK_SIDE + 3;

/** What motions of a block can point to, and where the block lies; rings of width × height, bits << 24 | colour, 0 unknown. */
export interface MotionPlace {
  /** What had been sent when the frame began. */
  readonly reference: Uint32Array;
  /** What was sent up to now; read where the reference knows nothing. */
  readonly map: Uint32Array;
  readonly width: number;
  readonly height: number;
  /** Place of the block's first sample. */
  readonly x: number;
  readonly y: number;
}

/**
 * Predicts a block by what was sent before of another place, moved by quarters of a pixel: reads it from the ring that both sides
 * hold, interpolates and turns it into YCoCg. Whole numbers throughout.
 *
 * @example
 * ```ts
 * prediction.read(place, motionX, motionY, planes);
 * ```
 */
export class MotionPrediction {
  private readonly red = new Int32Array(PATCH * PATCH);
  private readonly green = new Int32Array(PATCH * PATCH);
  private readonly blue = new Int32Array(PATCH * PATCH);
  private readonly rows = new Int32Array(PATCH * BLOCK_SIDE);
  private readonly r = new Int32Array(BLOCK_SAMPLES);
  private readonly g = new Int32Array(BLOCK_SAMPLES);
  private readonly b = new Int32Array(BLOCK_SAMPLES);

  /**
   * Predicts a block.
   *
   * @param motionX Where its picture was, relative to where it is, quarter pixels; any whole number, as `motionY`.
   * @param planes Get Y, Co and Cg, 64 each.
   */
  read(
    { reference, map, width, height, x, y }: MotionPlace,
    motionX: number,
    motionY: number,
    planes: readonly Int32Array[],
  ): void {
    const { red, green, blue } = this;
    const left = wrap(x + (motionX >> 2) - 1, width);
    let row = wrap(y + (motionY >> 2) - 1, height);
    const fits = left + PATCH <= width;
    for (let v = 0, w = 0; v < PATCH; v++) {
      const base = row * width;
      let at = base + left;
      for (let u = 0; u < PATCH; u++, w++) {
        const entry = reference[at] || map[at];
        red[w] = (entry >>> 16) & 255;
        green[w] = (entry >>> 8) & 255;
        blue[w] = entry & 255;
        if (++at === base + width && !fits) at = base;
      }
      if (++row === height) row = 0;
    }
    const tapX = motionX & 3;
    const tapY = motionY & 3;
    this.interpolate(red, tapX, tapY, this.r);
    this.interpolate(green, tapX, tapY, this.g);
    this.interpolate(blue, tapX, tapY, this.b);
    const { r, g, b } = this;
    const luma = planes[0];
    const orange = planes[1];
    const violet = planes[2];
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const o = r[j] - b[j];
      const t = b[j] + (o >> 1);
      const c = g[j] - t;
      luma[j] = t + (c >> 1);
      orange[j] = o;
      violet[j] = c;
    }
  }

  private interpolate(patch: Int32Array, fx: number, fy: number, out: Int32Array): void {
    if (fx === 0 && fy === 0) {
      for (let v = 0, to = 0; v < BLOCK_SIDE; v++)
        for (let u = 0, w = (v + 1) * PATCH + 1; u < BLOCK_SIDE; u++) out[to++] = patch[w++];
      return;
    }
    const { rows } = this;
    if (fx === 0) {
      for (let v = 0, to = 0; v < PATCH; v++)
        for (let u = 0, w = v * PATCH + 1; u < BLOCK_SIDE; u++) rows[to++] = patch[w++] << 6;
    } else {
      const a = MOTION_TAPS[4 * fx];
      const b = MOTION_TAPS[4 * fx + 1];
      const c = MOTION_TAPS[4 * fx + 2];
      const d = MOTION_TAPS[4 * fx + 3];
      for (let v = 0, to = 0; v < PATCH; v++) {
        let w = v * PATCH;
        let w0 = patch[w++];
        let w1 = patch[w++];
        let w2 = patch[w++];
        for (let u = 0; u < BLOCK_SIDE; u++) {
          const w3 = patch[w++];
          rows[to++] = a * w0 + b * w1 + c * w2 + d * w3;
          w0 = w1;
          w1 = w2;
          w2 = w3;
        }
      }
    }
    if (fy === 0) {
      for (let j = 0; j < BLOCK_SAMPLES; j++) out[j] = clamp8((rows[j + BLOCK_SIDE] + 32) >> 6);
      return;
    }
    const p = MOTION_TAPS[4 * fy];
    const q = MOTION_TAPS[4 * fy + 1];
    const r = MOTION_TAPS[4 * fy + 2];
    const s = MOTION_TAPS[4 * fy + 3];
    for (let j = 0; j < BLOCK_SAMPLES; j++)
      out[j] = clamp8((p * rows[j] + q * rows[j + 8] + r * rows[j + 16] + s * rows[j + 24] + 2048) >> 12);
  }
}

function clamp8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
