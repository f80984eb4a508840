import type { SplatCamera } from '../camera/SplatCamera.js';
import type { FrameDepths } from './FrameStore.js';
import { KdTree } from './KdTree.js';
import { makePlaneFit, planeFit } from './planeFit.js';
import { cellKey, coveredByFiner, levelOfSize, VoxelTable } from './VoxelTable.js';

/** Cells of measured depths, in pixels of the frame that measured them. */
const CELL_PIXELS = 1.5;
/** Neighbours that tell how a surface lies. */
const NEIGHBOURS = 12;
/** Off its plane by more than this share of its neighbours' spread a point stays where it is. */
const FLAT = 0.35;
/** A disc reaches so many times its neighbours' distance, and so many pixels' width at least. */
const REACH = 1.3;
/** Depths from which on a thing is as far as the sky, times the median. */
const FAR = 100;

/** Discs that lie on what was seen. */
export interface Surfels {
  readonly count: number;
  readonly positions: Float32Array;
  /** Of length 1, on either side. */
  readonly normals: Float32Array;
  readonly radii: Float32Array;
}

/** From where on something is at infinity, the scene's unit. */
export function farDepth(frames: readonly FrameDepths[]): number {
  const some: number[] = [];
  for (const { depths } of frames) for (let i = 0; i < depths.length; i += 37) if (depths[i] > 0) some.push(depths[i]);
  some.sort((a, b) => a - b);
  return FAR * (some[some.length >> 1] ?? 1);
}

/** Puts the point of a pixel at a depth into world space. */
export function toWorld({ fx, fy, cx, cy, view }: SplatCamera, u: number, v: number, depth: number, into: Float64Array): void {
  const x = ((u + 0.5 - cx) / fx) * depth - view[12];
  const y = ((v + 0.5 - cy) / fy) * depth - view[13];
  const z = depth - view[14];
  into[0] = view[0] * x + view[1] * y + view[2] * z;
  into[1] = view[4] * x + view[5] * y + view[6] * z;
  into[2] = view[8] * x + view[9] * y + view[10] * z;
}

/** Measured points, those of one cell as their mean, and the sides of the cells. Depths are of places `shift` pixels right of and below the middle of their pixels. */
export function fusePoints(
  frames: readonly FrameDepths[],
  far: number,
  shift: number,
  coarser = 0,
): { positions: Float32Array; sizes: Float32Array } {
  const table = new VoxelTable();
  let sums = new Float64Array(4 * 4096);
  const point = new Float64Array(3);
  for (const { camera, places, depths } of frames) {
    const { width, fx } = camera;
    for (let i = 0; i < places.length; i++) {
      const depth = depths[i];
      if (!(depth > 0 && depth < far)) continue;
      toWorld(camera, (places[i] % width) + shift, Math.floor(places[i] / width) + shift, depth, point);
      const key = cellKey(levelOfSize((CELL_PIXELS * depth) / fx) + coarser, point[0], point[1], point[2]);
      if (key < 0) continue;
      const cell = table.put(key);
      if (4 * cell >= sums.length) {
        const larger = new Float64Array(2 * sums.length);
        larger.set(sums);
        sums = larger;
      }
      // The nearer it was seen from, the more exactly.
      const weight = 1 / (depth * depth);
      for (let axis = 0; axis < 3; axis++) sums[4 * cell + axis] += weight * point[axis];
      sums[4 * cell + 3] += weight;
    }
  }
  const covered = coveredByFiner(table);
  const kept: number[] = [];
  for (let cell = 0; cell < table.count; cell++) if (covered[cell] === 0) kept.push(cell);
  const positions = new Float32Array(3 * kept.length);
  const sizes = new Float32Array(kept.length);
  for (const [to, cell] of kept.entries()) {
    for (let axis = 0; axis < 3; axis++) positions[3 * to + axis] = sums[4 * cell + axis] / sums[4 * cell + 3];
    sizes[to] = table.sizeOf(cell);
  }
  return { positions, sizes };
}

/** Lays discs on points: each along its neighbours' plane, and moved onto that where they are one. */
export function laySurfels(points: Float32Array, sizes: Float32Array): Surfels {
  const count = sizes.length;
  const tree = new KdTree(points, NEIGHBOURS);
  const positions = new Float32Array(3 * count);
  const normals = new Float32Array(3 * count);
  const radii = new Float32Array(count);
  const fit = makePlaneFit();
  const mean = new Float64Array(3);
  for (let i = 0; i < count; i++) {
    const found = tree.nearest(points[3 * i], points[3 * i + 1], points[3 * i + 2], 8 * sizes[i]);
    fitNeighbours(points, tree, found, mean, fit);
    const { normal, across, narrow } = fit;
    const off =
      normal[0] * (points[3 * i] - mean[0]) +
      normal[1] * (points[3 * i + 1] - mean[1]) +
      normal[2] * (points[3 * i + 2] - mean[2]);
    const isFlat = found >= 5 && across < FLAT * narrow;
    for (let axis = 0; axis < 3; axis++) {
      positions[3 * i + axis] = points[3 * i + axis] - (isFlat ? off * normal[axis] : 0);
      normals[3 * i + axis] = normal[axis];
    }
    const sixth = Math.sqrt(tree.squared[Math.min(found, 7) - 1]);
    radii[i] = Math.min(3 * sizes[i], Math.max(0.6 * sizes[i], REACH * 0.8 * sixth));
  }
  return { count, positions, normals, radii };
}

/** The plane through points that a tree has found, and their mean. */
export function fitNeighbours(
  points: Float32Array,
  { found }: KdTree,
  count: number,
  mean: Float64Array,
  into: ReturnType<typeof makePlaneFit>,
): void {
  mean.fill(0);
  for (let k = 0; k < count; k++) for (let axis = 0; axis < 3; axis++) mean[axis] += points[3 * found[k] + axis] / count;
  let [xx, xy, xz, yy, yz, zz] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < count; k++) {
    const dx = points[3 * found[k]] - mean[0];
    const dy = points[3 * found[k] + 1] - mean[1];
    const dz = points[3 * found[k] + 2] - mean[2];
    xx += dx * dx;
    xy += dx * dy;
    xz += dx * dz;
    yy += dy * dy;
    yz += dy * dz;
    zz += dz * dz;
  }
  planeFit(xx / count, xy / count, xz / count, yy / count, yz / count, zz / count, into);
}
