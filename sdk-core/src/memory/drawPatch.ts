import type { Composition, DrawDetail } from './Composition.js';
import { drawAlignedPatch } from './drawAlignedPatch.js';
import { firstDrawn, UNKNOWN_COVER, VEILED } from './drawDetail.js';
import { UNPROVEN } from './evidence.js';
import { blend, CLEAR, DOWN, isGivenUp, SOLID, TENTATIVE } from './Patch.js';
import { cellOf, type PlacedObject } from './PlacedObject.js';

const colour = new Float64Array(3);

/**
 * Draws a placed object into the picture, `width` pixels a row, at frame `frame`. Objects are drawn back to front, over
 * what is there; scenery (`behind`) front to back, only where nothing nearer was drawn. What the object is not known to
 * look like leaves what lies behind at low confidence. `resampled`: at sub-pixel phase, else the nearest cell.
 *
 * @example
 * ```ts
 * for (const placed of objects) drawPatch(placed, 320, frame, composition, false, FULL_DETAIL);
 * ```
 */
export function drawPatch(
  placed: PlacedObject,
  width: number,
  frame: number,
  out: Composition,
  behind: boolean,
  detail: DrawDetail,
): void {
  const { patch, left, top, right, bottom, xu, xv, yu, yv, alpha } = placed;
  const { rgb, confidence, age, score } = out;
  const { value, opacity, confidence: known, seen } = patch;
  if (xv === 0 && yu === 0) {
    drawAlignedPatch(placed, width, frame, out, behind, detail);
    return;
  }
  for (let v = firstDrawn(top, detail); v < bottom; v += detail.rowStep) {
    const rowY = placed.y0 + yv * v;
    const rowX = placed.x0 + xv * v;
    for (let u = left; u < right; u++) {
      const at = v * width + u;
      if (behind && confidence[at] !== 0) continue;
      const x = rowX + xu * u;
      const y = rowY + yu * u;
      const cell = cellOf(placed, x, y);
      if (cell < 0) continue;
      const sure = known[cell];
      if (sure === 0) {
        if (behind) {
          if (patch.blockOpacity[patch.blockOf(cell)] > CLEAR) score[at] = VEILED;
        } else if (confidence[at] > UNKNOWN_COVER) confidence[at] = UNKNOWN_COVER;
        continue;
      }
      if (opacity[cell] <= 0 || (behind && isGivenUp(patch, cell))) continue;
      if (!detail.resampled) {
        colour[0] = value[3 * cell] * DOWN;
        colour[1] = value[3 * cell + 1] * DOWN;
        colour[2] = value[3 * cell + 2] * DOWN;
      } else if (!blend(patch, x, y, cell, colour)) continue;
      const to = 3 * at;
      if (behind) {
        rgb[to] = colour[0];
        rgb[to + 1] = colour[1];
        rgb[to + 2] = colour[2];
        const proven = opacity[cell] > TENTATIVE || patch.blockOpacity[patch.blockOf(cell)] >= SOLID;
        const most = score[at] === VEILED ? UNKNOWN_COVER : proven ? 255 : UNPROVEN;
        confidence[at] = sure < most ? sure : most;
      } else {
        const through = 1 - alpha;
        rgb[to] = colour[0] * alpha + through * rgb[to];
        rgb[to + 1] = colour[1] * alpha + through * rgb[to + 1];
        rgb[to + 2] = colour[2] * alpha + through * rgb[to + 2];
        confidence[at] = alpha > 0.9 ? sure : Math.min(sure, Math.max(confidence[at], 1));
      }
      const since = frame - seen[cell];
      age[at] = since > 255 ? 255 : since;
    }
  }
}
