import type { SplatCamera } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { depthOrder } from './depthOrder.js';
import { makeProjectedSplat, type ProjectedSplat, projectSplat } from './projectSplat.js';

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

/** Splats that there is room for at first. */
const FIRST_ROOM = 4096;

/** The splats that some pixel of a picture shows, from the nearest to the farthest. Its memory is that of the picture that showed most, and used again. */
export class SplatRows {
  count = 0;
  /** `ROW` numbers for each splat, in no order. */
  values = new Float64Array(ROW * FIRST_ROOM);
  /** Which row is the nearest, the next, … */
  order: Uint32Array = new Uint32Array(0);
  /** The first and the last row of pixels of each, in that order. */
  tops = new Int32Array(0);
  bottoms = new Int32Array(0);
  #firsts = new Int32Array(FIRST_ROOM);
  #lasts = new Int32Array(FIRST_ROOM);

  /** Projects and sorts what of a cloud is seen in the picture's rows from `top` up to `bottom`, itself excluded. */
  project(cloud: SplatCloud, camera: SplatCamera, near: number, top: number, bottom: number): void {
    const { width } = camera;
    const splat = makeProjectedSplat();
    this.count = 0;
    for (let index = 0; index < cloud.count; index++) {
      if (!(255 * cloud.opacities[index] >= 1) || !projectSplat(cloud, index, camera, splat, near)) continue;
      const { u, v, halfWidth, halfHeight } = splat;
      if (u + halfWidth < 0 || u - halfWidth > width) continue;
      const first = Math.max(top, firstPixel(v - halfHeight));
      const last = Math.min(bottom - 1, lastPixel(v + halfHeight));
      if (first <= last) this.#put(splat, first, last);
    }
    this.#sort();
  }

  #put(splat: ProjectedSplat, first: number, last: number): void {
    if (this.count === this.#firsts.length) this.#grow();
    const { values } = this;
    this.#firsts[this.count] = first;
    this.#lasts[this.count] = last;
    const at = ROW * this.count++;
    values[at + U] = splat.u;
    values[at + V] = splat.v;
    values[at + DEPTH] = splat.depth;
    values[at + OPACITY] = splat.opacity;
    values[at + HALF_WIDTH] = splat.halfWidth;
    values[at + A] = splat.a;
    values[at + B] = splat.b;
    values[at + C] = splat.c;
    values[at + RED] = splat.red;
    values[at + GREEN] = splat.green;
    values[at + BLUE] = splat.blue;
    values[at + REACH] = 2 * Math.log(255 * splat.opacity);
    values[at + CURVE] = 1 / splat.determinant;
  }

  #grow(): void {
    const room = 2 * this.#firsts.length;
    const copy = <T extends Float64Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.values = copy(new Float64Array(ROW * room), this.values);
    this.#firsts = copy(new Int32Array(room), this.#firsts);
    this.#lasts = copy(new Int32Array(room), this.#lasts);
  }

  #sort(): void {
    const { count, values } = this;
    const depths = new Float64Array(count);
    for (let row = 0; row < count; row++) depths[row] = values[ROW * row + DEPTH];
    this.order = depthOrder(depths);
    if (this.tops.length < count) {
      this.tops = new Int32Array(this.#firsts.length);
      this.bottoms = new Int32Array(this.#firsts.length);
    }
    for (let rank = 0; rank < count; rank++) {
      this.tops[rank] = this.#firsts[this.order[rank]];
      this.bottoms[rank] = this.#lasts[this.order[rank]];
    }
  }
}

/** The pixel with the first centre at or after a place; a little before it, for each pixel's alpha decides in the end. */
export function firstPixel(place: number): number {
  return Math.ceil(place - 0.5 - 1e-6);
}

/** The pixel with the last centre at or before a place, or a little after it. */
export function lastPixel(place: number): number {
  return Math.floor(place - 0.5 + 1e-6);
}
