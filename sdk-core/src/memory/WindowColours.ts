import type { SampleValues } from '@sgaps/protocol';
import type { ColourSample } from './ColourSample.js';
import type { PhotometricModel } from './PhotometricModel.js';
import { MOTION_STEPS, readColour } from './readColour.js';

/** Pixels of a window a side, and in all. */
export const SIDE = 8;
/** Pixel n of a window lies in column n & 7 and row n >> 3. */
export const PIXELS = SIDE * SIDE;

/** Half of a quantisation cell by bits, 8-bit steps. */
const HALF_CELL = Float64Array.from({ length: 9 }, (_, bits) => (1 << (8 - bits)) / 2);

/**
 * The sampled colours of a window of up to 8×8 pixels, as memory would have them: one sample per pixel, read at once.
 *
 * @example
 * ```ts
 * const colours = new WindowColours();
 * colours.read(values, i, 16, 24, 8, 8, brightness);
 * if (colours.tells[9] !== 0) learn(colours.r[9], colours.g[9], colours.b[9]);
 * ```
 */
export class WindowColours {
  readonly r = new Float64Array(PIXELS);
  readonly g = new Float64Array(PIXELS);
  readonly b = new Float64Array(PIXELS);
  /** Half of a sample's quantisation cell, in memory's steps. */
  readonly half = new Float64Array(PIXELS);
  /** How far memory may differ from a sample per channel to be the same. */
  readonly tolerance = new Float64Array(PIXELS);
  /** 1 where a sample is exact to the last bit. */
  readonly exact = new Uint8Array(PIXELS);
  /** 1 where a sample says something of memory. */
  readonly tells = new Uint8Array(PIXELS);
  private readonly sample: ColourSample = { r: 0, g: 0, b: 0, half: 0.5, tolerance: 0, exact: true };

  /** Reads the samples from `first` on, of the window at (u, v), as a screen of such a brightness shows them. */
  read(
    { rgb, bits }: SampleValues,
    first: number,
    u: number,
    v: number,
    columns: number,
    rows: number,
    brightness: PhotometricModel,
  ): void {
    const { r, g, b, half, tolerance, exact, tells } = this;
    if (brightness.engaged) {
      this.readThrough(rgb, bits, first, u, v, columns, rows, brightness);
      return;
    }
    for (let y = 0; y < rows; y++) {
      for (let n = SIDE * y, end = n + columns, q = 3 * (first + n); n < end; n++, q += 3) {
        const depth = bits[first + n];
        const cell = HALF_CELL[depth];
        r[n] = rgb[q];
        g[n] = rgb[q + 1];
        b[n] = rgb[q + 2];
        half[n] = cell;
        tolerance[n] = MOTION_STEPS + cell;
        exact[n] = depth >= 8 ? 1 : 0;
        tells[n] = 1;
      }
    }
  }

  /** Makes `out` the sample of pixel n. */
  get(n: number, out: ColourSample): void {
    out.r = this.r[n];
    out.g = this.g[n];
    out.b = this.b[n];
    out.half = this.half[n];
    out.tolerance = this.tolerance[n];
    out.exact = this.exact[n] !== 0;
  }

  private readThrough(
    rgb: Uint8Array,
    bits: Uint8Array,
    first: number,
    u: number,
    v: number,
    columns: number,
    rows: number,
    brightness: PhotometricModel,
  ): void {
    const { sample } = this;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const n = SIDE * y + x;
        const q = 3 * (first + n);
        const told = readColour(sample, brightness, u + x, v + y, rgb[q], rgb[q + 1], rgb[q + 2], bits[first + n]);
        this.r[n] = sample.r;
        this.g[n] = sample.g;
        this.b[n] = sample.b;
        this.half[n] = sample.half;
        this.tolerance[n] = sample.tolerance;
        this.exact[n] = sample.exact ? 1 : 0;
        this.tells[n] = told ? 1 : 0;
      }
    }
  }
}
