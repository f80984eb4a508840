import type { SplatCamera } from '@sgaps/splats';
import type { Look } from './readLooks.js';

/** Depth of what is infinitely far away, for the sums. */
const FAR = 1e5;

/**
 * A frame's picture as another camera would see it, by its depth: pixels are carried over, the nearest wins, and what none comes to is filled from beside.
 *
 * @example
 * ```ts
 * const rgb = reproject(look, camera);
 * ```
 */
export function reproject(look: Look, to: SplatCamera): Uint8Array {
  const { width, height } = to;
  const from = look.camera;
  const out = new Uint8Array(3 * width * height);
  const nearest = new Float32Array(width * height).fill(Number.POSITIVE_INFINITY);
  let edge: number[] = [];
  for (let at = 0; at < width * height; at++) {
    const z = Math.min(FAR, look.depth[at]);
    if (!(z > 0)) continue;
    const place = moved(from, to, at % width, Math.floor(at / width), z);
    if (!place || place.z >= nearest[place.at]) continue;
    if (nearest[place.at] === Number.POSITIVE_INFINITY) edge.push(place.at);
    nearest[place.at] = place.z;
    out.set(look.rgb.subarray(3 * at, 3 * at + 3), 3 * place.at);
  }
  while (edge.length > 0) {
    const next: number[] = [];
    for (const at of edge) {
      const u = at % width;
      for (const other of [u > 0 ? at - 1 : -1, u < width - 1 ? at + 1 : -1, at - width, at + width]) {
        if (other < 0 || other >= nearest.length || nearest[other] < Number.POSITIVE_INFINITY) continue;
        nearest[other] = nearest[at];
        out.set(out.subarray(3 * at, 3 * at + 3), 3 * other);
        next.push(other);
      }
    }
    edge = next;
  }
  return out;
}

/** Where a pixel of one camera falls on the picture of another, and how far away; null beside it. */
function moved(from: SplatCamera, to: SplatCamera, u: number, v: number, depth: number): { at: number; z: number } | null {
  const a = from.view;
  const b = to.view;
  const x = ((u + 0.5 - from.cx) / from.fx) * depth - a[12];
  const y = ((v + 0.5 - from.cy) / from.fy) * depth - a[13];
  const z = depth - a[14];
  const world = [0, 1, 2].map((axis) => a[4 * axis] * x + a[4 * axis + 1] * y + a[4 * axis + 2] * z);
  const seen = [0, 1, 2].map((row) => b[row] * world[0] + b[4 + row] * world[1] + b[8 + row] * world[2] + b[12 + row]);
  if (!(seen[2] > 0.1)) return null;
  const column = Math.floor((to.fx * seen[0]) / seen[2] + to.cx);
  const row = Math.floor((to.fy * seen[1]) / seen[2] + to.cy);
  if (!(column >= 0 && column < to.width && row >= 0 && row < to.height)) return null;
  return { at: row * to.width + column, z: seen[2] };
}
