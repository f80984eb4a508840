import type { Composition, DrawDetail } from './Composition.js';
import { UNPROVEN } from './evidence.js';
import { blend, CLEAR, DOWN, isGivenUp, SOLID, TENTATIVE, TILE_RING_HEIGHT, TILE_RING_WIDTH, WHOLE } from './Patch.js';
import { cellOf, type PlacedObject } from './PlacedObject.js';

/** Score of a pixel that a nearer, unknown part of the scenery may cover. */
const VEILED = 1;
/** A scale this close to 1 moves no pixel by a quarter over the screen. */
const UNSCALED = 1 / 2048;
/** Confidence left to what lies behind an object nobody has looked at yet. */
const UNKNOWN_COVER = 40;

const colour = new Float64Array(3);

/**
 * Draws a placed object into the picture, `width` pixels a row, at frame `frame`. Objects are drawn back to front, over
 * what is there; scenery (`behind`) front to back, only where nothing nearer was drawn. What the object is not known to
 * look like leaves what lies behind at low confidence. `resampled`: at sub-pixel phase, else the nearest cell.
 *
 * @example
 * ```ts
 * for (const placed of objects) drawPatch(placed, 320, frame, composition, false, true);
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
  const aligned = xv === 0 && yu === 0;
  if (behind && aligned && Math.abs(xu - 1) < UNSCALED && Math.abs(yv - 1) < UNSCALED) {
    drawUnscaled(placed, width, frame, out, detail);
    return;
  }
  for (let v = firstDrawn(top, detail); v < bottom; v += detail.rowStep) {
    // Without rotation a row of pixels lies in one row of the patch.
    const rowY = placed.y0 + yv * v;
    if (aligned && (rowY < placed.minY || rowY >= placed.minY + placed.spanY)) continue;
    const rowX = placed.x0 + xv * v;
    for (let u = left; u < right; u++) {
      const at = v * width + u;
      if (behind && confidence[at] !== 0) continue;
      const x = rowX + xu * u;
      const y = aligned ? rowY : rowY + yu * u;
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

/** Scenery at its own size, the common case: one offset and one phase for the whole screen. */
function drawUnscaled(placed: PlacedObject, width: number, frame: number, out: Composition, detail: DrawDetail): void {
  const { patch, left, top, right, bottom } = placed;
  const { value, opacity, confidence: known, seen, width: pw, blockOpacity } = patch;
  const { rgb, confidence, age, score } = out;
  const maskX = patch.wraps ? TILE_RING_WIDTH - 1 : 0x7fffffff;
  const maskY = patch.wraps ? TILE_RING_HEIGHT - 1 : 0x7fffffff;
  // Cells have their middle at a half: the lower bilinear neighbour and the nearest cell.
  const ix = Math.floor(placed.x0 - 0.5 + WHOLE);
  const iy = Math.floor(placed.y0 - 0.5 + WHOLE);
  const dx = Math.max(0, placed.x0 - 0.5 - ix);
  const dy = Math.max(0, placed.y0 - 0.5 - iy);
  const nearX = Math.floor(placed.x0);
  const nearY = Math.floor(placed.y0);
  const phased = detail.resampled && (dx >= WHOLE || dy >= WHOLE);
  const w00 = (1 - dx) * (1 - dy) * DOWN;
  const w01 = dx * (1 - dy) * DOWN;
  const w10 = (1 - dx) * dy * DOWN;
  const w11 = dx * dy * DOWN;
  const firstX = Math.max(left, Math.ceil(placed.minX - placed.x0));
  const lastX = Math.min(right, Math.ceil(placed.minX + placed.spanX - placed.x0));
  for (let v = firstDrawn(top, detail); v < bottom; v += detail.rowStep) {
    if (placed.y0 + v < placed.minY || placed.y0 + v >= placed.minY + placed.spanY) continue;
    const nearRow = ((nearY + v) & maskY) * pw;
    const blockRow = (((nearY + v) & maskY) >> 3) * patch.blockColumns;
    const row0 = ((iy + v) & maskY) * pw;
    const row1 = ((iy + v + 1) & maskY) * pw;
    const inside = patch.wraps || (iy + v >= 0 && iy + v + 1 < patch.height);
    for (let u = firstX; u < lastX; u++) {
      const at = v * width + u;
      if (confidence[at] !== 0) continue;
      const cell = nearRow + ((nearX + u) & maskX);
      const sure = known[cell];
      const block = blockRow + (((nearX + u) & maskX) >> 3);
      if (sure === 0) {
        if (blockOpacity[block] > CLEAR) score[at] = VEILED;
        continue;
      }
      const cover = opacity[cell];
      if (cover <= 0 || (cover <= TENTATIVE && blockOpacity[block] <= CLEAR)) continue;
      const most = score[at] === VEILED ? UNKNOWN_COVER : cover <= TENTATIVE && blockOpacity[block] < SOLID ? UNPROVEN : 255;
      confidence[at] = sure < most ? sure : most;
      const since = frame - seen[cell];
      age[at] = since > 255 ? 255 : since;
      const p = 3 * at;
      const x0 = (ix + u) & maskX;
      const x1 = (ix + u + 1) & maskX;
      if (phased && inside && (patch.wraps || (ix + u >= 0 && x1 < pw))) {
        const a = row0 + x0;
        const b = row0 + x1;
        const c = row1 + x0;
        const d = row1 + x1;
        if (
          known[a] &&
          known[b] &&
          known[c] &&
          known[d] &&
          opacity[a] > 0 &&
          opacity[b] > 0 &&
          opacity[c] > 0 &&
          opacity[d] > 0
        ) {
          rgb[p] = w00 * value[3 * a] + w01 * value[3 * b] + w10 * value[3 * c] + w11 * value[3 * d];
          rgb[p + 1] = w00 * value[3 * a + 1] + w01 * value[3 * b + 1] + w10 * value[3 * c + 1] + w11 * value[3 * d + 1];
          rgb[p + 2] = w00 * value[3 * a + 2] + w01 * value[3 * b + 2] + w10 * value[3 * c + 2] + w11 * value[3 * d + 2];
          continue;
        }
      }
      rgb[p] = value[3 * cell] * DOWN;
      rgb[p + 1] = value[3 * cell + 1] * DOWN;
      rgb[p + 2] = value[3 * cell + 2] * DOWN;
    }
  }
}

/** The first row from `top` on that is drawn. */
function firstDrawn(top: number, { rowStep, firstRow }: DrawDetail): number {
  return rowStep === 1 || (top & 1) === firstRow ? top : top + 1;
}
