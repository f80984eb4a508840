import type { Composition, DrawDetail } from './Composition.js';
import { EARNED, UNPROVEN } from './evidence.js';
import type { ScrollLayer } from './ScrollLayer.js';
import { VALUE_SHIFT } from './TemporalMemoryBank.js';

const HALF = 1 << (VALUE_SHIFT - 1);
/** Bilinear weights are whole numbers of 1/256, so that the inner loop needs no floats. */
const WEIGHT_SHIFT = 8;
const DOWN_SHIFT = VALUE_SHIFT + WEIGHT_SHIFT;
const DOWN_HALF = 1 << (DOWN_SHIFT - 1);
/** Runs end where the ring's tiles do; those of a layer that shows in few places, where its blocks do. */
const TILE = 32;
const BLOCK = 8;

/**
 * How a layer is drawn.
 *
 * @example
 * ```ts
 * const mode: LayerMode = { dominant: true, contested: false, detail: FULL_DETAIL };
 * ```
 */
export interface LayerMode {
  /** Shows wherever nothing was drawn before it; others only where they have earned it. */
  readonly dominant: boolean;
  /** Other layers or scenery compete for the place. */
  readonly contested: boolean;
  readonly detail: DrawDetail;
}

/**
 * Draws a placed layer over the `width` × `height` picture, at frame `now`. The dominant layer shows wherever it is known
 * and nothing was drawn before it (scenery); elsewhere a layer shows where it has earned the place and its score beats the
 * one there.
 *
 * @example
 * ```ts
 * world.place(camera.viewX, camera.viewY);
 * drawScrollLayer(world, 320, 180, frame, composition, { dominant: true, contested: false, detail: FULL_DETAIL });
 * ```
 */
export function drawScrollLayer(
  layer: ScrollLayer,
  width: number,
  height: number,
  now: number,
  out: Composition,
  mode: LayerMode,
): void {
  const { ring, wholeX, wholeY } = layer;
  const { maskX, maskY, blockColumns, touched } = ring;
  const { dominant } = mode;
  const span = dominant ? TILE : BLOCK;
  const { rowStep, firstRow } = mode.detail;
  for (let v = firstRow; v < height; v += rowStep) {
    const y = v + wholeY;
    for (let u = 0; u < width; ) {
      const x = u + wholeX;
      // The pixels of a run share everything but the cells.
      const end = Math.min(width, u + span - (x & (span - 1)));
      const block = ((y & maskY) >> 3) * blockColumns + ((x & maskX) >> 3);
      if ((dominant || touched[block] !== 0) && ring.holds(x, y))
        drawRun(layer, v * width + u, v * width + end, x, y, now, out, mode);
      u = end;
    }
  }
}

/** One row of pixels `from` … `to` of the picture that lies in one block of the ring, from the layer's place (x, y) on. */
function drawRun(
  layer: ScrollLayer,
  from: number,
  to: number,
  x: number,
  y: number,
  now: number,
  out: Composition,
  mode: LayerMode,
): void {
  const { ring, fractionX: fx, fractionY: fy } = layer;
  const { maskX, maskY, bank, blockEvidence } = ring;
  const { value, confidence: known, evidence, seen } = bank;
  const { rgb, confidence, age, score } = out;
  const { dominant, contested } = mode;
  const ringWidth = maskX + 1;
  const row0 = (y & maskY) * ringWidth;
  const row1 = fy > 0 ? ((y + 1) & maskY) * ringWidth : row0;
  const nearRow = fy >= 0.5 ? row1 : row0;
  const nearX = fx >= 0.5 ? 1 : 0;
  const stepX = fx > 0 ? 1 : 0;
  const resampled = mode.detail.resampled && (stepX !== 0 || fy > 0);
  const unit = 1 << WEIGHT_SHIFT;
  const w11 = Math.round(fx * fy * unit);
  const w01 = Math.round(fx * unit) - w11;
  const w10 = Math.round(fy * unit) - w11;
  const w00 = unit - w01 - w10 - w11;
  const prior = Math.round(layer.prior);
  let weighed = false;
  for (let at = from; at < to; at++, x++) {
    const x0 = x & maskX;
    if (contested && (at === from || (x & (BLOCK - 1)) === 0)) weighed = ring.touched[ring.blockOf(row0 + x0)] !== 0;
    const nearest = nearRow + ((x + nearX) & maskX);
    const sure = known[nearest];
    if (sure === 0) continue;
    if (contested) {
      const earned = weighed ? evidence[nearest] + blockEvidence[ring.blockOf(nearest)] : 0;
      const mine = prior + earned + (sure >> 3);
      const empty = confidence[at] === 0;
      if (!(dominant && empty) && (earned < EARNED || (!empty && mine <= score[at]))) continue;
      confidence[at] = empty && !dominant && sure > UNPROVEN ? UNPROVEN : sure;
      score[at] = mine;
    } else {
      confidence[at] = sure;
    }
    const since = now - seen[nearest];
    age[at] = since > 255 ? 255 : since;
    const p = 3 * at;
    if (resampled) {
      const c00 = row0 + x0;
      const c01 = row0 + ((x + stepX) & maskX);
      const c10 = row1 + x0;
      const c11 = c10 + c01 - c00;
      if (known[c00] !== 0 && known[c01] !== 0 && known[c10] !== 0 && known[c11] !== 0) {
        const a = 3 * c00;
        const b = 3 * c01;
        const c = 3 * c10;
        const d = 3 * c11;
        rgb[p] = (w00 * value[a] + w01 * value[b] + w10 * value[c] + w11 * value[d] + DOWN_HALF) >> DOWN_SHIFT;
        rgb[p + 1] =
          (w00 * value[a + 1] + w01 * value[b + 1] + w10 * value[c + 1] + w11 * value[d + 1] + DOWN_HALF) >> DOWN_SHIFT;
        rgb[p + 2] =
          (w00 * value[a + 2] + w01 * value[b + 2] + w10 * value[c + 2] + w11 * value[d + 2] + DOWN_HALF) >> DOWN_SHIFT;
        continue;
      }
    }
    const n = 3 * nearest;
    rgb[p] = (value[n] + HALF) >> VALUE_SHIFT;
    rgb[p + 1] = (value[n + 1] + HALF) >> VALUE_SHIFT;
    rgb[p + 2] = (value[n + 2] + HALF) >> VALUE_SHIFT;
  }
}
