import type { SplatCloud } from '../cloud/SplatCloud.js';
import { setRotation } from '../cloud/setRotation.js';
import { KdTree } from './KdTree.js';

/** Neighbours that tell how far apart splats are, the splat itself among them. */
const NEIGHBOURS = 9;
/** Standard deviation of a splat, of that of its neighbours' places along the surface. */
const WIDTH = 0.75;
/** Bounds of it, and its thickness, in sides of its cell. */
const LEAST = 0.3;
const MOST = 2.5;
const THICKNESS = 0.12;
/** Neighbours off the surface by more than this share of their distance are of another. */
const OFF = 0.5;

/** Turns and sizes flat splats so that they close their surface: as wide, in each direction along it, as their neighbours are apart. */
export function shapeSplats(cloud: SplatCloud, normals: Float32Array, sizes: Float32Array): void {
  const { positions, scales, rotations } = cloud;
  const tree = new KdTree(positions, NEIGHBOURS, sizes.length);
  for (let i = 0; i < sizes.length; i++) {
    const p = 3 * i;
    const nx = normals[p];
    const ny = normals[p + 1];
    const nz = normals[p + 2];
    // Two directions along the surface.
    const flat = Math.abs(nz) < 0.9;
    const length = flat ? Math.hypot(nx, ny) : Math.hypot(ny, nz);
    const ax = flat ? -ny / length : 0;
    const ay = flat ? nx / length : -nz / length;
    const az = flat ? 0 : ny / length;
    const bx = ny * az - nz * ay;
    const by = nz * ax - nx * az;
    const bz = nx * ay - ny * ax;
    const found = tree.nearest(positions[p], positions[p + 1], positions[p + 2], 4 * sizes[i]);
    let [aa, ab, bb, sum] = [0, 0, 0, 1];
    for (let k = 0; k < found; k++) {
      const q = 3 * tree.found[k];
      const dx = positions[q] - positions[p];
      const dy = positions[q + 1] - positions[p + 1];
      const dz = positions[q + 2] - positions[p + 2];
      const off = dx * nx + dy * ny + dz * nz;
      if (q === p || off * off > OFF * OFF * tree.squared[k]) continue;
      const a = dx * ax + dy * ay + dz * az;
      const b = dx * bx + dy * by + dz * bz;
      aa += a * a;
      ab += a * b;
      bb += b * b;
      sum++;
    }
    aa /= sum;
    ab /= sum;
    bb /= sum;
    const bound = (variance: number) =>
      Math.min(MOST * sizes[i], Math.max(LEAST * sizes[i], WIDTH * Math.sqrt(Math.max(0, variance))));
    const middle = (aa + bb) / 2;
    const spread = Math.hypot((aa - bb) / 2, ab);
    const turn = 0.5 * Math.atan2(2 * ab, aa - bb);
    scales[p] = sum > 2 ? bound(middle + spread) : 0.6 * sizes[i];
    scales[p + 1] = sum > 2 ? bound(middle - spread) : 0.6 * sizes[i];
    scales[p + 2] = THICKNESS * sizes[i];
    const [c, s] = [Math.cos(turn), Math.sin(turn)];
    turnTo(
      rotations,
      4 * i,
      [c * ax + s * bx, c * ay + s * by, c * az + s * bz],
      [c * bx - s * ax, c * by - s * ay, c * bz - s * az],
      [nx, ny, nz],
    );
  }
}

type Axis = readonly [number, number, number];

/** The rotation whose columns are three axes at right angles; mirrored ones have their third turned round, which a flat splat does not show. */
export function turnTo(rotations: Float32Array, at: number, x: Axis, y: Axis, z: Axis): void {
  const [cx, cy, cz] = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
  const side = cx * z[0] + cy * z[1] + cz * z[2] < 0 ? -1 : 1;
  const [a, b, c] = [side * z[0], side * z[1], side * z[2]];
  const trace = x[0] + y[1] + c;
  if (trace > 0) setRotation(rotations, at, 1 + trace, y[2] - b, a - x[2], x[1] - y[0]);
  else if (x[0] > y[1] && x[0] > c) setRotation(rotations, at, y[2] - b, 1 + x[0] - y[1] - c, y[0] + x[1], a + x[2]);
  else if (y[1] > c) setRotation(rotations, at, a - x[2], y[0] + x[1], 1 + y[1] - x[0] - c, b + y[2]);
  else setRotation(rotations, at, x[1] - y[0], a + x[2], b + y[2], 1 + c - x[0] - y[1]);
}
