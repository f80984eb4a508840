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
  private readonly patch = [0, 1, 2].map(() => new Int32Array(PATCH * PATCH));
  private readonly rows = new Int32Array(PATCH * BLOCK_SIDE);
  private readonly colours = [0, 1, 2].map(() => new Int32Array(BLOCK_SAMPLES));

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
    const [red, green, blue] = this.patch;
    const left = wrap(x + (motionX >> 2) - 1, width);
    let row = wrap(y + (motionY >> 2) - 1, height);
    for (let v = 0, w = 0; v < PATCH; v++) {
      let column = left;
      const base = row * width;
      for (let u = 0; u < PATCH; u++, w++) {
        const entry = reference[base + column] || map[base + column];
        red[w] = (entry >>> 16) & 255;
        green[w] = (entry >>> 8) & 255;
        blue[w] = entry & 255;
        if (++column === width) column = 0;
      }
      if (++row === height) row = 0;
    }
    for (let p = 0; p < 3; p++) this.interpolate(this.patch[p], 4 * (motionX & 3), 4 * (motionY & 3), this.colours[p]);
    const [r, g, b] = this.colours;
    const [luma, orange, violet] = planes;
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const o = r[j] - b[j];
      const t = b[j] + (o >> 1);
      const c = g[j] - t;
      luma[j] = t + (c >> 1);
      orange[j] = o;
      violet[j] = c;
    }
  }

  private interpolate(patch: Int32Array, tapX: number, tapY: number, out: Int32Array): void {
    const { rows } = this;
    const a = MOTION_TAPS[tapX];
    const b = MOTION_TAPS[tapX + 1];
    const c = MOTION_TAPS[tapX + 2];
    const d = MOTION_TAPS[tapX + 3];
    for (let v = 0, to = 0; v < PATCH; v++) {
      for (let u = 0, w = v * PATCH + 1; u < BLOCK_SIDE; u++, w++, to++)
        rows[to] = a * patch[w - 1] + b * patch[w] + c * patch[w + 1] + d * patch[w + 2];
    }
    const p = MOTION_TAPS[tapY];
    const q = MOTION_TAPS[tapY + 1];
    const r = MOTION_TAPS[tapY + 2];
    const s = MOTION_TAPS[tapY + 3];
    for (let j = 0; j < BLOCK_SAMPLES; j++) {
      const value =
        (p * rows[j] + q * rows[j + BLOCK_SIDE] + r * rows[j + 2 * BLOCK_SIDE] + s * rows[j + 3 * BLOCK_SIDE] + 2048) >> 12;
      out[j] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}
