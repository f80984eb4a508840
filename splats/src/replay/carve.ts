import type { FrameDepths } from './FrameStore.js';
import { KdTree } from './KdTree.js';

/** Frames that are asked, at most. */
const MOST_FRAMES = 600;
/** A measured depth beyond a point by this ratio has gone through it; within that one it is of the point itself. */
const THROUGH = 1.1;
const SAME = 1.06;
/** A point is gone where more looks went through it than met it; and where, of it and its neighbours together, more than this share went through. */
const NEIGHBOURS = 10;
const REACH = 8;
const GONE = 0.4;

/**
 * Finds points that looks of other frames went through: what has moved since, or before. Each measured depth counts for its pixel and the eight around it.
 *
 * @returns 1 for each that stays.
 */
export function carve(positions: Float32Array, sizes: Float32Array, frames: readonly FrameDepths[]): Uint8Array {
  const count = positions.length / 3;
  const met = new Uint16Array(count);
  const through = new Uint16Array(count);
  const step = Math.max(1, Math.ceil(frames.length / MOST_FRAMES));
  let map = new Float32Array(0);
  for (let f = 0; f < frames.length; f += step) {
    const { camera, places, depths } = frames[f];
    const { width, height } = camera;
    if (map.length !== width * height) map = new Float32Array(width * height);
    spread(map, width, height, places, depths);
    look(positions, frames[f], map, met, through);
  }
  return judge(positions, sizes, met, through);
}

function judge(positions: Float32Array, sizes: Float32Array, met: Uint16Array, through: Uint16Array): Uint8Array {
  const stays = new Uint8Array(met.length);
  const tree = new KdTree(positions, NEIGHBOURS);
  for (let i = 0; i < stays.length; i++) {
    if (through[i] > met[i]) continue;
    const found = tree.nearest(positions[3 * i], positions[3 * i + 1], positions[3 * i + 2], REACH * sizes[i]);
    let [allMet, allThrough] = [met[i], through[i]];
    for (let k = 0; k < found; k++) {
      allMet += met[tree.found[k]];
      allThrough += through[tree.found[k]];
    }
    stays[i] = allThrough > GONE * (allMet + allThrough) ? 0 : 1;
  }
  return stays;
}

/** Fills a map with depths: −1 where there is none, +∞ for nothing drawn. */
function spread(map: Float32Array, width: number, height: number, places: Uint32Array, depths: Float32Array): void {
  map.fill(-1);
  for (let i = 0; i < places.length; i++) {
    const u = places[i] % width;
    const v = Math.floor(places[i] / width);
    const depth = depths[i] === 0 ? Number.POSITIVE_INFINITY : depths[i];
    for (let y = Math.max(0, v - 1); y <= Math.min(height - 1, v + 1); y++)
      for (let x = Math.max(0, u - 1); x <= Math.min(width - 1, u + 1); x++) map[y * width + x] = depth;
  }
}

function look(positions: Float32Array, { camera }: FrameDepths, map: Float32Array, met: Uint16Array, through: Uint16Array): void {
  const { width, height, fx, fy, cx, cy, view } = camera;
  for (let i = 0, p = 0; i < met.length; i++, p += 3) {
    const x = positions[p];
    const y = positions[p + 1];
    const z = positions[p + 2];
    const depth = view[2] * x + view[6] * y + view[10] * z + view[14];
    if (!(depth > 0)) continue;
    const u = Math.floor((fx * (view[0] * x + view[4] * y + view[8] * z + view[12])) / depth + cx);
    const v = Math.floor((fy * (view[1] * x + view[5] * y + view[9] * z + view[13])) / depth + cy);
    if (!(u >= 0 && u < width && v >= 0 && v < height)) continue;
    const seen = map[v * width + u];
    if (seen > THROUGH * depth) through[i]++;
    else if (seen > 0 && seen < SAME * depth && depth < SAME * seen) met[i]++;
  }
}
