import { blend, DOWN, isGivenUp } from './Patch.js';
import { cellOf, type PlacedObject } from './PlacedObject.js';
import { SIDE } from './WindowColours.js';
import type { WindowPrediction } from './WindowPrediction.js';

const colour = new Float64Array(3);

/**
 * What a placed object shows of the window at (u, v), into `out` where that says nothing yet. `covered` becomes 1 where the object
 * may lie, known or not. `step` 2 is for the pixels of even u and v only.
 *
 * @example
 * ```ts
 * for (const placed of nearestFirst) predictPatch(placed, 16, 24, 8, 8, backdrop, covered, 1);
 * ```
 */
export function predictPatch(
  placed: PlacedObject,
  u: number,
  v: number,
  columns: number,
  rows: number,
  out: WindowPrediction,
  covered: Uint8Array,
  step: 1 | 2,
): void {
  const { patch, x0, xu, xv, y0, yu, yv, scenery } = placed;
  const { confidence: known, opacity, value } = patch;
  // Most objects are shown as large as they are, and upright.
  const isWhole = xu === 1 && yv === 1 && xv === 0 && yu === 0 && isHalf(x0) && isHalf(y0);
  const first = Math.max(u, placed.left);
  const left = step === 2 ? first + (first & 1) : first;
  const top = Math.max(v, placed.top);
  const right = Math.min(u + columns, placed.right);
  for (let y = step === 2 ? top + (top & 1) : top, bottom = Math.min(v + rows, placed.bottom); y < bottom; y += step) {
    for (let x = left, n = SIDE * (y - v) + left - u; x < right; x += step, n += step) {
      covered[n] = 1;
      if (out.confidence[n] !== 0) continue;
      const px = x0 + xu * x + xv * y;
      const py = y0 + yu * x + yv * y;
      const cell = cellOf(placed, px, py);
      if (cell < 0 || known[cell] === 0 || opacity[cell] <= 0 || (scenery && isGivenUp(patch, cell))) continue;
      if (isWhole) {
        colour[0] = value[3 * cell] * DOWN;
        colour[1] = value[3 * cell + 1] * DOWN;
        colour[2] = value[3 * cell + 2] * DOWN;
      } else if (!blend(patch, px, py, cell, colour)) continue;
      out.r[n] = colour[0];
      out.g[n] = colour[1];
      out.b[n] = colour[2];
      out.confidence[n] = known[cell];
    }
  }
}

/** True for a coordinate that lies in the middle of a cell. */
function isHalf(coordinate: number): boolean {
  return coordinate - Math.floor(coordinate) === 0.5;
}
