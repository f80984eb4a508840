import { type CaptureGrid, levelOf, type SampleSet } from '@sgaps/protocol';

/**
 * Takes the samples of a set from a picture, as the client's samplers do: points as they are, means over the 2^level square
 * clipped to the grid, an integer mean rounded half up. Writes 3 · count bytes to `out`.
 *
 * @example
 * ```ts
 * const rgb = samplePicture({ width: 320, height: 180 }, picture, set, new Uint8Array(3 * set.count));
 * ```
 */
export function samplePicture(
  grid: CaptureGrid,
  picture: Uint8Array | Uint8ClampedArray,
  set: SampleSet,
  out: Uint8Array,
): Uint8Array {
  const { width, height } = grid;
  for (let i = 0; i < set.count; i++) {
    const u = set.u[i];
    const v = set.v[i];
    const level = levelOf(set.kind[i]);
    if (level === 0) {
      const p = 3 * (v * width + u);
      out[3 * i] = picture[p];
      out[3 * i + 1] = picture[p + 1];
      out[3 * i + 2] = picture[p + 2];
      continue;
    }
    const right = Math.min(width, u + (1 << level));
    const bottom = Math.min(height, v + (1 << level));
    const count = (right - u) * (bottom - v);
    let r = 0;
    let g = 0;
    let b = 0;
    for (let y = v; y < bottom; y++) {
      for (let x = u, p = 3 * (y * width + u); x < right; x++, p += 3) {
        r += picture[p];
        g += picture[p + 1];
        b += picture[p + 2];
      }
    }
    out[3 * i] = Math.floor((2 * r + count) / (2 * count));
    out[3 * i + 1] = Math.floor((2 * g + count) / (2 * count));
    out[3 * i + 2] = Math.floor((2 * b + count) / (2 * count));
  }
  return out;
}

/**
 * Takes the depth of a set's points from a picture of depth codes, nearest at the sample's pixel; means get 0. Writes `count` codes to
 * `out`.
 *
 * @example
 * ```ts
 * const depth = sampleDepth({ width: 320, height: 180 }, codes, set, new Uint16Array(set.count));
 * ```
 */
export function sampleDepth(grid: CaptureGrid, codes: Uint16Array, set: SampleSet, out: Uint16Array): Uint16Array {
  for (let i = 0; i < set.count; i++) {
    out[i] = levelOf(set.kind[i]) === 0 ? codes[set.v[i] * grid.width + set.u[i]] : 0;
  }
  return out;
}
