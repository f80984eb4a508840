import { type CaptureGrid, SgapsError } from '@sgaps/protocol';

/** Side of the largest mean, grid pixels (`SampleKind.mean4`). */
const LARGEST_SIDE = 16;

/** Largest weight sum for which 255 × weights + weights / 2 fits an unsigned 32-bit accumulator. */
const LARGEST_WEIGHT = Math.floor(0xffffffff / 255.5);

/**
 * Sub-pixel bits of a sample's edges: 4 (1/16 canvas pixel) while the largest mean of this canvas and grid sums up in 32 bits,
 * else 2, else 0. With 4 bits a mean may cover 65,665 canvas pixels (about 256 × 256): a 4K canvas on a 320×180 grid stays at 4.
 *
 * Throws `UNSUPPORTED` where even whole-pixel edges would overflow (a mean over more than 16.8 million canvas pixels).
 *
 * @example
 * ```ts
 * areaEdgeBits(1280, 720, { width: 320, height: 180 }); // 4
 * ```
 */
export function areaEdgeBits(canvasWidth: number, canvasHeight: number, grid: CaptureGrid): number {
  for (const bits of [4, 2, 0]) {
    const side = (canvas: number, cells: number) => Math.ceil((Math.min(LARGEST_SIDE, cells) * canvas * (1 << bits)) / cells) + 1;
    if (side(canvasWidth, grid.width) * side(canvasHeight, grid.height) <= LARGEST_WEIGHT) return bits;
  }
  throw new SgapsError(
    'UNSUPPORTED',
    `A canvas of ${canvasWidth}×${canvasHeight} is too large for a ${grid.width}×${grid.height} grid.`,
  );
}

/**
 * The value of one sample, bit for bit what the samplers return: the mean of the canvas rectangle that grid square (u, v) …
 * (u + 2^kind, v + 2^kind), clipped to the grid, covers. Edges are exact to `areaEdgeBits`, weights and sum are integers, the
 * division rounds half up. Writes R, G, B to `out[at …]`.
 *
 * `rgba` is `canvasWidth × canvasHeight × 4`, as `readPixels` gives it: bottom row first.
 *
 * @example
 * ```ts
 * const rgb = new Uint8Array(3);
 * areaSample(pixels, 1280, 720, { width: 320, height: 180 }, 10, 20, 0, rgb, 0);
 * ```
 */
export function areaSample(
  rgba: Uint8Array,
  canvasWidth: number,
  canvasHeight: number,
  grid: CaptureGrid,
  u: number,
  v: number,
  kind: number,
  out: Uint8Array | Uint8ClampedArray = new Uint8Array(3),
  at = 0,
): Uint8Array | Uint8ClampedArray {
  const bits = areaEdgeBits(canvasWidth, canvasHeight, grid);
  const one = 1 << bits;
  const side = 1 << kind;
  const x0 = Math.floor((u * canvasWidth * one) / grid.width);
  const y0 = Math.floor((v * canvasHeight * one) / grid.height);
  const x1 = Math.max(x0 + 1, Math.floor((Math.min(u + side, grid.width) * canvasWidth * one) / grid.width));
  const y1 = Math.max(y0 + 1, Math.floor((Math.min(v + side, grid.height) * canvasHeight * one) / grid.height));
  let r = 0;
  let g = 0;
  let b = 0;
  for (let y = y0 >> bits; y <= (y1 - 1) >> bits; y++) {
    const wy = Math.min(y1, (y + 1) << bits) - Math.max(y0, y << bits);
    const row = (canvasHeight - 1 - y) * canvasWidth;
    for (let x = x0 >> bits; x <= (x1 - 1) >> bits; x++) {
      const weight = wy * (Math.min(x1, (x + 1) << bits) - Math.max(x0, x << bits));
      const p = 4 * (row + x);
      r += weight * rgba[p];
      g += weight * rgba[p + 1];
      b += weight * rgba[p + 2];
    }
  }
  const area = (x1 - x0) * (y1 - y0);
  const half = Math.floor(area / 2);
  out[at] = Math.floor((r + half) / area);
  out[at + 1] = Math.floor((g + half) / area);
  out[at + 2] = Math.floor((b + half) / area);
  return out;
}

/**
 * The whole grid picture of a canvas: every grid pixel as a point sample would give it. `out` is width × height × 3, top row
 * first. Ground truth for benches and the demo; milliseconds of work, never for live play.
 *
 * @example
 * ```ts
 * const truth = areaPicture(pixels, 640, 360, grid); // 320×180×3 bytes
 * ```
 */
export function areaPicture(
  rgba: Uint8Array,
  canvasWidth: number,
  canvasHeight: number,
  grid: CaptureGrid,
  out: Uint8Array<ArrayBuffer> = new Uint8Array(3 * grid.width * grid.height),
): Uint8Array<ArrayBuffer> {
  let at = 0;
  for (let v = 0; v < grid.height; v++) {
    for (let u = 0; u < grid.width; u++, at += 3) areaSample(rgba, canvasWidth, canvasHeight, grid, u, v, 0, out, at);
  }
  return out;
}
