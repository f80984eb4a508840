import { type CaptureGrid, depthToCode } from '@sgaps/protocol';

/**
 * Depth codes of the grid's pixels from camera-space z as `readPixels` gives it (RGBA floats, z in red, bottom row first): the texel in the
 * middle of each pixel, as the samplers take it.
 *
 * @example
 * ```ts
 * const codes = depthCodes(z, 1280, 720, { width: 320, height: 180 }, new Uint16Array(57_600));
 * ```
 */
export function depthCodes(z: Float32Array, width: number, height: number, grid: CaptureGrid, out: Uint16Array): Uint16Array {
  for (let v = 0, i = 0; v < grid.height; v++) {
    const row = height - 1 - Math.floor(((2 * v + 1) * height) / (2 * grid.height));
    for (let u = 0; u < grid.width; u++, i++) {
      out[i] = depthToCode(z[4 * (row * width + Math.floor(((2 * u + 1) * width) / (2 * grid.width)))]);
    }
  }
  return out;
}
