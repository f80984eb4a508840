import type { SplatCamera } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';

/** Share of splats on either side that may lie outside: a few strays must not make a scene look large. */
const STRAYS = 0.02;
/** Splats looked at, evenly chosen. */
const MOST_LOOKED_AT = 20_000;

/**
 * A box around nearly all of a cloud.
 *
 * @example
 * ```ts
 * const { low, high }: SceneBounds = sceneBounds(cloud);
 * ```
 */
export interface SceneBounds {
  /** Its corners, x y z. */
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/**
 * The box in which all but the outermost 2 % of a cloud's splats lie, on each axis. An empty cloud has a box of nothing at the origin.
 *
 * @example
 * ```ts
 * const { low, high } = sceneBounds(cloud);
 * ```
 */
export function sceneBounds({ count, positions }: SplatCloud): SceneBounds {
  const step = Math.max(1, Math.floor(count / MOST_LOOKED_AT));
  const length = Math.ceil(count / step);
  const axis = (at: number) => {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = positions[3 * step * i + at];
    values.sort();
    const out = Math.floor(STRAYS * length);
    return [values[out] ?? 0, values[length - 1 - out] ?? 0];
  };
  const axes = [axis(0), axis(1), axis(2)];
  return { low: axes.map(([low]) => low), high: axes.map(([, high]) => high) };
}

/**
 * A camera that sees a whole box from its −z side, 60° high, with y down as 3DGS scenes have it.
 *
 * @example
 * ```ts
 * const camera = overview(sceneBounds(cloud), 1280, 720);
 * ```
 */
export function overview({ low, high }: SceneBounds, width: number, height: number): SplatCamera {
  const focal = height / (2 * Math.tan(Math.PI / 6));
  const centre = low.map((value, at) => (value + high[at]) / 2);
  const radius = Math.max(1e-3, Math.hypot(...low.map((value, at) => (high[at] - value) / 2)));
  const distance = 2 * radius;
  const view = new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -centre[0], -centre[1], distance - centre[2], 1]);
  return { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2, view };
}
