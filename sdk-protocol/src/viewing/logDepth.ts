import { fromFloat16, toFloat16 } from './float16.js';

/**
 * Distances of this many units and more are sent as +∞: nothing that far is hidden by anything.
 *
 * @example
 * ```ts
 * camera.maxZ = DEPTH_FAR;
 * ```
 */
export const DEPTH_FAR = 10_000;

const SCALE = /* @__PURE__ */ Math.log1p(DEPTH_FAR);
/** Of video's limited range: luma of black, and how many steps white is above it. */
const BLACK = 16;
const STEPS = 219;

/**
 * The log depth of a distance z ≥ 0, as pictures carry it: ln(1 + z) / ln(1 + 10,000), so 0 at the camera and 1 from 10,000 units on. What is no distance (negative, NaN) is 1:
 * nothing there.
 *
 * @example
 * ```ts
 * logDepth(99); // 0.5
 * ```
 */
export function logDepth(z: number): number {
  return z >= 0 && z < DEPTH_FAR ? Math.log1p(z) / SCALE : 1;
}

/**
 * The distance of a log depth, +∞ from 1 on. In a shader: `exp(v * 9.210440366976517) - 1.0`.
 *
 * @example
 * ```ts
 * distanceOf(0.5); // 99
 * ```
 */
export function distanceOf(value: number): number {
  return value < 1 ? Math.expm1(Math.max(0, value) * SCALE) : Number.POSITIVE_INFINITY;
}

/**
 * Log depth as a half float, as it goes beside a JPEG. It comes back within 0.23 % of 1 + z.
 *
 * @example
 * ```ts
 * halves[i] = depthToHalf(mesh.distance);
 * ```
 */
export function depthToHalf(z: number): number {
  return toFloat16(logDepth(z));
}

/**
 * Log depth as luma, as it goes below the colours in H.264: 235 at the camera down to 16, black, for nothing there; so a picture without depth hides nothing. One step is 4.3 % of 1 + z.
 *
 * @example
 * ```ts
 * luma[i] = depthToLuma(mesh.distance);
 * ```
 */
export function depthToLuma(z: number): number {
  return BLACK + Math.round(STEPS * (1 - logDepth(z)));
}

/**
 * The distance of a luma value of `depthToLuma`; +∞ for 16 and below.
 *
 * @example
 * ```ts
 * const z = lumaToDepth(plane[(top + y) * stride + x]);
 * ```
 */
export function lumaToDepth(luma: number): number {
  return distanceOf(1 - (luma - BLACK) / STEPS);
}

let distances: Float32Array | undefined;

/**
 * The distances of half floats, as they came beside a JPEG.
 *
 * @example
 * ```ts
 * const { depth } = decodeJpegPicture(bytes);
 * const z = halvesToDepth(new Uint16Array(depth.slice().buffer));
 * ```
 */
export function halvesToDepth(halves: Uint16Array, into: Float32Array = new Float32Array(halves.length)): Float32Array {
  distances ??= Float32Array.from({ length: 0x10000 }, (_, bits) => distanceOf(fromFloat16(bits)));
  for (let i = 0; i < halves.length; i++) into[i] = distances[halves[i]];
  return into;
}
