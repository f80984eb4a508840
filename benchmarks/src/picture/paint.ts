import { type CaptureGrid, levelOf, type SampleSet } from '@sgaps/protocol';

/**
 * A map of 0 … 1 as a picture: black, violet, orange, white.
 *
 * @example
 * ```ts
 * const rgb = paintMap(decoded.uncertainty);
 * ```
 */
export function paintMap(map: Float32Array, out: Uint8Array = new Uint8Array(3 * map.length)): Uint8Array {
  for (let i = 0; i < map.length; i++) {
    const x = Math.min(1, Math.max(0, map[i]));
    out[3 * i] = 255 * Math.min(1, 1.6 * x);
    out[3 * i + 1] = 255 * Math.max(0, Math.min(1, 2 * x - 0.7));
    out[3 * i + 2] = 255 * (x < 0.5 ? 0.9 * x : Math.max(0.25, 2.5 * x - 1.5));
  }
  return out;
}

/** Colours of the four tiers, critical first. */
const TIER_COLOURS = [
  [255, 70, 70],
  [255, 200, 60],
  [90, 220, 120],
  [110, 170, 255],
] as const;

/**
 * The samples of a frame over the darkened picture: points as dots, means as outlines, in the colour of their tier.
 *
 * @example
 * ```ts
 * const rgb = paintSamples(grid, truth, decoded.samples);
 * ```
 */
export function paintSamples(grid: CaptureGrid, picture: Uint8Array | Uint8ClampedArray, set: SampleSet): Uint8Array {
  const { width, height } = grid;
  const out = new Uint8Array(picture.length);
  for (let i = 0; i < out.length; i++) out[i] = picture[i] / 4;
  const dot = (x: number, y: number, colour: readonly number[]) => {
    if (x < width && y < height) out.set(colour, 3 * (y * width + x));
  };
  for (let i = 0; i < set.count; i++) {
    const colour = TIER_COLOURS[set.tier[i] & 3];
    const [u, v] = [set.u[i], set.v[i]];
    const kind = set.kind[i];
    const side = 1 << levelOf(kind);
    for (let k = 0; k < side; k++) {
      dot(u + k, v, colour);
      dot(u + k, v + side - 1, colour);
      dot(u, v + k, colour);
      dot(u + side - 1, v + k, colour);
    }
  }
  return out;
}

/**
 * The difference of two pictures, ×4 about grey.
 *
 * @example
 * ```ts
 * const rgb = paintDifference(truth, decoded.rgb);
 * ```
 */
export function paintDifference(truth: Uint8Array | Uint8ClampedArray, picture: Uint8Array | Uint8ClampedArray): Uint8Array {
  const out = new Uint8ClampedArray(truth.length);
  for (let i = 0; i < out.length; i++) out[i] = 128 + 4 * (picture[i] - truth[i]);
  return new Uint8Array(out.buffer);
}
