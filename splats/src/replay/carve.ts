import type { SplatCamera } from '../camera/SplatCamera.js';
import type { FrameDepths } from './FrameStore.js';
import { KdTree } from './KdTree.js';

/** Frames that are asked, at most. */
const MOST_FRAMES = 600;
/** A measured depth beyond a point by this ratio has gone through it; within that one it is of the point itself. */
const THROUGH = 1.1;
const SAME = 1.06;
/** A measured depth counts, as `STRONG`, for so many pixels around its own. */
const CLOSE = 1;
const STRONG = 16;
/** And where all depths so near go through, that counts as well: 7 pixels make it the four around a pixel where blocks carry depth. */
const AROUND = 7;
const WEAK = 1;
/** A point is gone where, of all looks at it or at it and its neighbours, more than this share went through. What is thin is looked past on either side, hence not less. */
const NEIGHBOURS = 10;
const REACH = 8;
const GONE = 0.4;

/**
 * Finds points that looks of other frames went through: what has moved since, or before.
 *
 * @returns 1 for each that stays.
 */
export function carve(positions: Float32Array, sizes: Float32Array, frames: readonly FrameDepths[]): Uint8Array {
  const count = positions.length / 3;
  const met = new Uint16Array(count);
  const through = new Uint16Array(count);
  const step = Math.max(1, Math.ceil(frames.length / MOST_FRAMES));
  let map = new LookMap(0, 0);
  for (let f = 0; f < frames.length; f += step) {
    const { width, height } = frames[f].camera;
    if (map.width !== width || map.height !== height) map = new LookMap(width, height);
    map.read(frames[f]);
    look(positions, frames[f].camera, map, met, through);
  }
  return judge(positions, sizes, met, through);
}

function judge(positions: Float32Array, sizes: Float32Array, met: Uint16Array, through: Uint16Array): Uint8Array {
  const stays = new Uint8Array(met.length);
  const tree = new KdTree(positions, NEIGHBOURS);
  for (let i = 0; i < stays.length; i++) {
    if (isGone(met[i], through[i])) continue;
    const found = tree.nearest(positions[3 * i], positions[3 * i + 1], positions[3 * i + 2], REACH * sizes[i]);
    let [allMet, allThrough] = [met[i], through[i]];
    for (let k = 0; k < found; k++) {
      allMet += met[tree.found[k]];
      allThrough += through[tree.found[k]];
    }
    stays[i] = isGone(allMet, allThrough) ? 0 : 1;
  }
  return stays;
}

function isGone(met: number, through: number): boolean {
  return through > GONE * (met + through);
}

/** Which depth was measured at each pixel, or beside it, and the least around it; +∞ for nothing drawn, −1 where none was measured. */
class LookMap {
  readonly close: Float32Array;
  readonly least: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.close = new Float32Array(width * height);
    this.least = new Float32Array(width * height);
  }

  read({ places, depths }: FrameDepths): void {
    const { width, height, close, least } = this;
    close.fill(-1);
    least.fill(-1);
    for (let i = 0; i < places.length; i++) {
      const u = places[i] % width;
      const v = Math.floor(places[i] / width);
      const depth = depths[i] === 0 ? Number.POSITIVE_INFINITY : depths[i];
      for (let y = Math.max(0, v - AROUND); y <= Math.min(height - 1, v + AROUND); y++)
        for (let x = Math.max(0, u - AROUND); x <= Math.min(width - 1, u + AROUND); x++) {
          const at = y * width + x;
          if (least[at] < 0 || depth < least[at]) least[at] = depth;
          if (Math.abs(x - u) <= CLOSE && Math.abs(y - v) <= CLOSE) close[at] = depth;
        }
    }
  }
}

function look(positions: Float32Array, camera: SplatCamera, map: LookMap, met: Uint16Array, through: Uint16Array): void {
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
    const at = v * width + u;
    if (map.least[at] > THROUGH * depth) through[i] += WEAK;
    const seen = map.close[at];
    if (seen > THROUGH * depth) through[i] += STRONG;
    else if (seen > 0 && seen < SAME * depth && depth < SAME * seen) met[i] += STRONG;
  }
}
