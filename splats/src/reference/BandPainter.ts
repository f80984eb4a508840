import { A, B, BLUE, C, CURVE, DEPTH, firstPixel, GREEN, HALF_WIDTH, lastPixel, OPACITY, REACH, RED, U, V } from './SplatRows.js';

/** Pixels of a tile's side. */
export const TILE = 16;
/** No splat hides more. */
const MOST_ALPHA = 0.99;
/** What hides less is passed over. */
const LEAST_ALPHA = 1 / 255;
/** A pixel through which less light comes is done. */
const LEAST_LIGHT = 1e-4;
/** Numbers of a pixel: light that still comes through, red, green, blue, depth. */
const PIXEL = 5;

/** Blends splats, nearest first, into one row of tiles: a band of the picture 16 pixels high. */
export class BandPainter {
  /** `PIXEL` numbers for each pixel, row-major. */
  readonly pixels: Float64Array;
  /** Pixels of each tile that are not done. */
  private readonly open: Int32Array;
  private openTiles = 0;
  private top = 0;
  private bottom = 0;

  constructor(private readonly width: number) {
    this.pixels = new Float64Array(PIXEL * TILE * width);
    this.open = new Int32Array(Math.ceil(width / TILE));
  }

  /** True once no splat could change a pixel. */
  get done(): boolean {
    return this.openTiles === 0;
  }

  /** Starts anew with the rows of pixels from `top` up to `bottom`, itself excluded. */
  begin(top: number, bottom: number): void {
    const { pixels, open, width } = this;
    this.top = top;
    this.bottom = bottom;
    pixels.fill(0);
    for (let at = 0; at < pixels.length; at += PIXEL) pixels[at] = 1;
    for (let tile = 0; tile < open.length; tile++) open[tile] = (bottom - top) * Math.min(TILE, width - TILE * tile);
    this.openTiles = open.length;
  }

  /** Blends the splat whose row of `values` begins at `at` into its rows of pixels `first` to `last`, as far as they are in the band. */
  blend(values: Float64Array, at: number, first: number, last: number): void {
    const u = values[at + U];
    const v = values[at + V];
    const a = values[at + A];
    const b = values[at + B];
    const c = values[at + C];
    const reach = values[at + REACH];
    const curve = values[at + CURVE];
    const opacity = values[at + OPACITY];
    const red = values[at + RED];
    const green = values[at + GREEN];
    const blue = values[at + BLUE];
    const depth = values[at + DEPTH];
    const left = Math.max(0, firstPixel(u - values[at + HALF_WIDTH]));
    const right = Math.min(this.width - 1, lastPixel(u + values[at + HALF_WIDTH]));
    const end = Math.min(last, this.bottom - 1);
    const { pixels, open } = this;
    // Along a row each alpha is the one before times a ratio, and each ratio the one before times this: two products for an exponential.
    const bend = Math.exp(-a);
    for (let y = Math.max(first, this.top); y <= end; y++) {
      // Where the ellipse crosses this row: a dx² + 2 b dx dy + c dy² = reach.
      const dy = y + 0.5 - v;
      const half = Math.sqrt(Math.max(0, a * reach - dy * dy * curve)) / a;
      const middle = u - (b * dy) / a;
      const to = Math.min(right, lastPixel(middle + half));
      let x = Math.max(left, firstPixel(middle - half));
      let pixel = this.place(x, y);
      let falloff = 0;
      let ratio = 0;
      let known = false;
      for (; x <= to; x++, pixel += PIXEL) {
        if (open[x >> 4] === 0) {
          // The last pixel of a tile that is done.
          pixel += PIXEL * ((x | (TILE - 1)) - x);
          x |= TILE - 1;
          known = false;
          continue;
        }
        if (!known) {
          const dx = x + 0.5 - u;
          falloff = opacity * Math.exp(-0.5 * (a * dx * dx + 2 * b * dx * dy + c * dy * dy));
          ratio = Math.exp(-a * (dx + 0.5) - b * dy);
          known = true;
        }
        const alpha = Math.min(MOST_ALPHA, falloff);
        falloff *= ratio;
        ratio *= bend;
        const light = pixels[pixel];
        if (light < LEAST_LIGHT || !(alpha >= LEAST_ALPHA)) continue;
        const weight = light * alpha;
        pixels[pixel + 1] += weight * red;
        pixels[pixel + 2] += weight * green;
        pixels[pixel + 3] += weight * blue;
        pixels[pixel + 4] += weight * depth;
        pixels[pixel] = light - weight;
        if (light - weight < LEAST_LIGHT && --open[x >> 4] === 0) this.openTiles--;
      }
    }
  }

  /** Light, red, green, blue and depth of a pixel begin here in `pixels`. */
  place(x: number, y: number): number {
    return PIXEL * ((y - this.top) * this.width + x);
  }
}
