import type { Composition, DrawDetail } from './Composition.js';
import type { ContestMap } from './ContestMap.js';
import { drawPlainRun } from './drawPlainRun.js';
import { EARNED, HOPELESS } from './evidence.js';
import type { ScrollLayer } from './ScrollLayer.js';
import { VALUE_SHIFT } from './TemporalMemoryBank.js';

const HALF = 1 << (VALUE_SHIFT - 1);
/** Bilinear weights are whole numbers of 1/256, so that the inner loop needs no floats. */
const WEIGHT_SHIFT = 8;
/** Two weights deep: the largest sum, 255.5 · 2^23, just fits 31 bits. */
const MIX_SHIFT = VALUE_SHIFT + 2 * WEIGHT_SHIFT;
const MIX_HALF = 1 << (MIX_SHIFT - 1);
/** Runs end where the ring's tiles do; those of a layer that shows in few places, where its blocks do. */
const TILE = 32;
const BLOCK = 8;

/**
 * How a layer is drawn.
 *
 * @example
 * ```ts
 * const mode: LayerMode = { fills: true, first: true, contested: false, contests: null, limit: 255, detail: FULL_DETAIL };
 * ```
 */
export interface LayerMode {
  /** Shows wherever it is known and nothing was drawn before it; otherwise only where it has earned it. */
  readonly fills: boolean;
  /** Nothing was drawn before it. */
  readonly first: boolean;
  /** Other layers or scenery compete for the places. */
  readonly contested: boolean;
  /** Where other layers compete with the one that fills, or this one does with it; null: anywhere. */
  readonly contests: ContestMap | null;
  /** Confidence at most where nothing was drawn before. */
  readonly limit: number;
  readonly detail: DrawDetail;
}

/**
 * Draws a placed layer over the `width` × `height` picture, at frame `now`. A layer that fills shows wherever it is known
 * and nothing was drawn before it (scenery); elsewhere a layer shows where it has earned the place and its score beats the
 * one there.
 *
 * @example
 * ```ts
 * world.place(camera.viewX, camera.viewY);
 * drawScrollLayer(world, 320, 180, frame, composition, {
 *   fills: true,
 *   first: true,
 *   contested: false,
 *   contests: null,
 *   limit: 255,
 *   detail: FULL_DETAIL,
 * });
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
  const { contests, contested, fills } = mode;
  const { rowStep, firstRow, resampled } = mode.detail;
  const plain = fills && mode.first;
  const span = plain ? TILE : BLOCK;
  for (let v = firstRow; v < height; v += rowStep) {
    const y = v + wholeY;
    for (let u = 0; u < width; ) {
      const x = u + wholeX;
      // The pixels of a run share everything but the cells.
      const end = Math.min(width, u + span - (x & (span - 1)));
      const from = v * width + u;
      const to = v * width + end;
      const isRival = contests === null || contests.within(u, end, v);
      if (plain) {
        if (ring.holds(x, y) && !drawPlainRun(layer, from, to, x, y, now, out, resampled, contested && isRival))
          drawRun(layer, from, to, x, y, now, out, mode);
      } else if (isRival && (!isHopeless(layer, x, y, end - u) || (fills && !isFull(out, from, to))) && ring.holds(x, y))
        drawRun(layer, from, to, x, y, now, out, mode);
      u = end;
    }
  }
}

/** True when the layer has earned nothing in the blocks of `count` pixels from its place (x, y) on, as most have in most. */
function isHopeless({ ring, fractionX, fractionY }: ScrollLayer, x: number, y: number, count: number): boolean {
  const { maskX, maskY, blockColumns, blockEvidence } = ring;
  const left = x + (fractionX >= 0.5 ? 1 : 0);
  const row = (((y + (fractionY >= 0.5 ? 1 : 0)) & maskY) >> 3) * blockColumns;
  return (
    blockEvidence[row + ((left & maskX) >> 3)] <= HOPELESS && blockEvidence[row + (((left + count - 1) & maskX) >> 3)] <= HOPELESS
  );
}

/** True when something was drawn at each of the pixels. */
function isFull({ confidence }: Composition, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (confidence[at] === 0) return false;
  return true;
}

/** One row of pixels `from` … `to` of the picture that lies in one tile of the ring, from the layer's place (x, y) on. */
function drawRun(
  layer: ScrollLayer,
  from: number,
  to: number,
  x: number,
  y: number,
  now: number,
  out: Composition,
  { fills, contested, limit, detail }: LayerMode,
): void {
  const { ring, fractionX: fx, fractionY: fy } = layer;
  const { maskX, maskY, bank, blockEvidence, touched, blockColumns } = ring;
  const { value, confidence: known, evidence, seen } = bank;
  const { rgb, confidence, age, score } = out;
  const ringWidth = maskX + 1;
  const y0 = y & maskY;
  const y1 = fy > 0 ? (y + 1) & maskY : y0;
  const row0 = y0 * ringWidth;
  const row1 = y1 * ringWidth;
  const nearRow = fy >= 0.5 ? row1 : row0;
  const blockRow = (y0 >> 3) * blockColumns;
  const nearBlockRow = ((fy >= 0.5 ? y1 : y0) >> 3) * blockColumns;
  const nearX = fx >= 0.5 ? 1 : 0;
  const stepX = fx > 0 ? 1 : 0;
  const resampled = detail.resampled && (stepX !== 0 || fy > 0);
  const bottom = Math.round(fy * (1 << WEIGHT_SHIFT));
  const top = (1 << WEIGHT_SHIFT) - bottom;
  const right = Math.round(fx * (1 << WEIGHT_SHIFT));
  const left = (1 << WEIGHT_SHIFT) - right;
  const prior = Math.round(layer.prior);
  // Two cells above each other, mixed for the row: a pixel's right column is the next pixel's left one.
  let column = x - 1;
  let whole = false;
  let r0 = 0;
  let g0 = 0;
  let b0 = 0;
  let weighed = false;
  for (let at = from; at < to; at++, x++) {
    if (contested && (at === from || (x & (BLOCK - 1)) === 0)) weighed = touched[blockRow + ((x & maskX) >> 3)] !== 0;
    const nearest = nearRow + ((x + nearX) & maskX);
    const sure = known[nearest];
    if (sure === 0) continue;
    if (contested) {
      const earned = weighed ? evidence[nearest] + blockEvidence[nearBlockRow + (((x + nearX) & maskX) >> 3)] : 0;
      const mine = prior + earned + (sure >> 3);
      const empty = confidence[at] === 0;
      if (!(fills && empty) && (earned < EARNED || (!empty && mine <= score[at]))) continue;
      confidence[at] = empty && sure > limit ? limit : sure;
      score[at] = mine;
    } else {
      confidence[at] = sure;
    }
    const since = now - seen[nearest];
    age[at] = since > 255 ? 255 : since;
    const p = 3 * at;
    if (resampled) {
      if (column !== x) {
        const a = row0 + (x & maskX);
        const c = row1 + (x & maskX);
        whole = known[a] !== 0 && known[c] !== 0;
        r0 = top * value[3 * a] + bottom * value[3 * c];
        g0 = top * value[3 * a + 1] + bottom * value[3 * c + 1];
        b0 = top * value[3 * a + 2] + bottom * value[3 * c + 2];
      }
      const b = row0 + ((x + stepX) & maskX);
      const d = row1 + ((x + stepX) & maskX);
      const r1 = top * value[3 * b] + bottom * value[3 * d];
      const g1 = top * value[3 * b + 1] + bottom * value[3 * d + 1];
      const b1 = top * value[3 * b + 2] + bottom * value[3 * d + 2];
      const nextWhole = known[b] !== 0 && known[d] !== 0;
      const drawn = whole && nextWhole;
      if (drawn) {
        rgb[p] = (Math.imul(left, r0) + Math.imul(right, r1) + MIX_HALF) >> MIX_SHIFT;
        rgb[p + 1] = (Math.imul(left, g0) + Math.imul(right, g1) + MIX_HALF) >> MIX_SHIFT;
        rgb[p + 2] = (Math.imul(left, b0) + Math.imul(right, b1) + MIX_HALF) >> MIX_SHIFT;
      }
      column = x + stepX;
      whole = nextWhole;
      r0 = r1;
      g0 = g1;
      b0 = b1;
      if (drawn) continue;
    }
    const n = 3 * nearest;
    rgb[p] = (value[n] + HALF) >> VALUE_SHIFT;
    rgb[p + 1] = (value[n + 1] + HALF) >> VALUE_SHIFT;
    rgb[p + 2] = (value[n + 2] + HALF) >> VALUE_SHIFT;
  }
}
