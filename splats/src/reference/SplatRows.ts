import type { SplatCamera } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { depthOrder } from './depthOrder.js';
import { makeProjectedSplat, projectSplat } from './projectSplat.js';

/** Numbers of a splat in `values`. */
export const ROW = 13;
/** And which is where. */
export const U = 0;
export const V = 1;
export const DEPTH = 2;
export const OPACITY = 3;
export const HALF_WIDTH = 4;
/** The conic. */
export const A = 5;
export const B = 6;
export const C = 7;
export const RED = 8;
export const GREEN = 9;
export const BLUE = 10;
/** The value of the conic's form at which alpha is 1/255. */
export const REACH = 11;
/** The conic's determinant, which a·c − b² would tell badly for long thin splats. */
export const CURVE = 12;

/** The splats that some pixel of a picture shows, from the nearest to the farthest. */
export interface SplatRows {
  readonly count: number;
  /** `ROW` numbers for each splat, in no order. */
  readonly values: Float64Array;
  /** Which row is the nearest, the next, … */
  readonly order: Uint32Array;
  /** The first and the last row of pixels of each, in that order. */
  readonly tops: Int32Array;
  readonly bottoms: Int32Array;
}

/** Projects and sorts what of a cloud is seen in the picture's rows from `top` up to `bottom`, itself excluded. */
export function projectCloud(cloud: SplatCloud, camera: SplatCamera, near: number, top: number, bottom: number): SplatRows {
  const { width } = camera;
  const splat = makeProjectedSplat();
  const values = new Float64Array(ROW * cloud.count);
  const firsts = new Int32Array(cloud.count);
  const lasts = new Int32Array(cloud.count);
  let count = 0;
  for (let index = 0; index < cloud.count; index++) {
    if (!(255 * cloud.opacities[index] >= 1) || !projectSplat(cloud, index, camera, splat, near)) continue;
    const { u, v, halfWidth, halfHeight } = splat;
    if (u + halfWidth < 0 || u - halfWidth > width) continue;
    const first = Math.max(top, firstPixel(v - halfHeight));
    const last = Math.min(bottom - 1, lastPixel(v + halfHeight));
    if (first > last) continue;
    firsts[count] = first;
    lasts[count] = last;
    const at = ROW * count++;
    values[at + U] = u;
    values[at + V] = v;
    values[at + DEPTH] = splat.depth;
    values[at + OPACITY] = splat.opacity;
    values[at + HALF_WIDTH] = halfWidth;
    values[at + A] = splat.a;
    values[at + B] = splat.b;
    values[at + C] = splat.c;
    values[at + RED] = splat.red;
    values[at + GREEN] = splat.green;
    values[at + BLUE] = splat.blue;
    values[at + REACH] = 2 * Math.log(255 * splat.opacity);
    values[at + CURVE] = 1 / splat.determinant;
  }
  const depths = new Float64Array(count);
  for (let row = 0; row < count; row++) depths[row] = values[ROW * row + DEPTH];
  const order = depthOrder(depths);
  const tops = new Int32Array(count);
  const bottoms = new Int32Array(count);
  for (let rank = 0; rank < count; rank++) {
    tops[rank] = firsts[order[rank]];
    bottoms[rank] = lasts[order[rank]];
  }
  return { count, values, order, tops, bottoms };
}

/** The pixel with the first centre at or after a place; a little before it, for each pixel's alpha decides in the end. */
export function firstPixel(place: number): number {
  return Math.ceil(place - 0.5 - 1e-6);
}

/** The pixel with the last centre at or before a place, or a little after it. */
export function lastPixel(place: number): number {
  return Math.floor(place - 0.5 + 1e-6);
}
