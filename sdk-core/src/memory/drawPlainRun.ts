import type { Composition } from './Composition.js';
import type { ScrollLayer } from './ScrollLayer.js';
import { VALUE_SHIFT } from './TemporalMemoryBank.js';

const HALF = 1 << (VALUE_SHIFT - 1);
/** Bilinear weights are whole numbers of 1/256. */
const WEIGHT_SHIFT = 8;
const ONE = 1 << WEIGHT_SHIFT;
/** One weight deep, and two. */
const BLEND_SHIFT = VALUE_SHIFT + WEIGHT_SHIFT;
const BLEND_HALF = 1 << (BLEND_SHIFT - 1);
const MIX_SHIFT = BLEND_SHIFT + WEIGHT_SHIFT;
const MIX_HALF = 1 << (MIX_SHIFT - 1);

/**
 * Draws one row of pixels `from` … `to` where nothing was drawn before and the layer knows every cell, from the layer's place
 * (x, y) on, all in one tile of its ring. False, and nothing is drawn, where it does not know them all. `scored`: says in
 * `out.score` what the layer has earned there.
 *
 * @example
 * ```ts
 * if (!drawPlainRun(layer, 0, 32, layer.wholeX, layer.wholeY, frame, out, true, false)) drawCellByCell();
 * ```
 */
export function drawPlainRun(
  layer: ScrollLayer,
  from: number,
  to: number,
  x: number,
  y: number,
  now: number,
  out: Composition,
  resampled: boolean,
  scored: boolean,
): boolean {
  const { ring, fractionX: fx, fractionY: fy } = layer;
  const { maskX, maskY, bank } = ring;
  const { value, confidence: known, seen } = bank;
  const { rgb, confidence, age } = out;
  const ringWidth = maskX + 1;
  const column = x & maskX;
  const stepX = fx > 0 ? 1 : 0;
  if (column + to - from + stepX > ringWidth) return false;
  const row0 = (y & maskY) * ringWidth + column;
  const row1 = fy > 0 ? ((y + 1) & maskY) * ringWidth + column : row0;
  for (let i = 0, end = to - from + stepX; i < end; i++) if (known[row0 + i] === 0 || known[row1 + i] === 0) return false;
  const nearest = (fy >= 0.5 ? row1 : row0) + (fx >= 0.5 ? 1 : 0);
  for (let at = from, cell = nearest; at < to; at++, cell++) {
    confidence[at] = known[cell];
    const since = now - seen[cell];
    age[at] = since > 255 ? 255 : since;
  }
  if (scored) score(layer, from, to - from, x + (fx >= 0.5 ? 1 : 0), y + (fy >= 0.5 ? 1 : 0), nearest, out);
  const right = Math.round(fx * ONE);
  const bottom = Math.round(fy * ONE);
  if (!resampled || (right === 0 && bottom === 0)) copy(value, 3 * nearest, rgb, 3 * from, 3 * to);
  else if (bottom === 0) blend(value, 3 * row0, 3 * row0 + 3 * stepX, ONE - right, right, rgb, 3 * from, 3 * to);
  else if (right === 0) blend(value, 3 * row0, 3 * row1, ONE - bottom, bottom, rgb, 3 * from, 3 * to);
  else mix(value, 3 * row0, 3 * row1, right, bottom, rgb, 3 * from, 3 * to);
  return true;
}

/** Pixels that lie on cells. */
function copy(value: Uint16Array, n: number, rgb: Uint8ClampedArray, from: number, to: number): void {
  for (let p = from; p < to; p++, n++) rgb[p] = (value[n] + HALF) >> VALUE_SHIFT;
}

/** Pixels between two cells. */
function blend(
  value: Uint16Array,
  a: number,
  b: number,
  near: number,
  far: number,
  rgb: Uint8ClampedArray,
  from: number,
  to: number,
): void {
  for (let p = from; p < to; p++, a++, b++)
    rgb[p] = (Math.imul(near, value[a]) + Math.imul(far, value[b]) + BLEND_HALF) >> BLEND_SHIFT;
}

/** Pixels between four cells; two above each other are mixed once for the pixels left and right of them. */
function mix(
  value: Uint16Array,
  a: number,
  c: number,
  right: number,
  bottom: number,
  rgb: Uint8ClampedArray,
  from: number,
  to: number,
): void {
  const top = ONE - bottom;
  const left = ONE - right;
  let r0 = Math.imul(top, value[a]) + Math.imul(bottom, value[c]);
  let g0 = Math.imul(top, value[a + 1]) + Math.imul(bottom, value[c + 1]);
  let b0 = Math.imul(top, value[a + 2]) + Math.imul(bottom, value[c + 2]);
  for (let p = from; p < to; p += 3) {
    a += 3;
    c += 3;
    const r1 = Math.imul(top, value[a]) + Math.imul(bottom, value[c]);
    const g1 = Math.imul(top, value[a + 1]) + Math.imul(bottom, value[c + 1]);
    const b1 = Math.imul(top, value[a + 2]) + Math.imul(bottom, value[c + 2]);
    rgb[p] = (Math.imul(left, r0) + Math.imul(right, r1) + MIX_HALF) >> MIX_SHIFT;
    rgb[p + 1] = (Math.imul(left, g0) + Math.imul(right, g1) + MIX_HALF) >> MIX_SHIFT;
    rgb[p + 2] = (Math.imul(left, b0) + Math.imul(right, b1) + MIX_HALF) >> MIX_SHIFT;
    r0 = r1;
    g0 = g1;
    b0 = b1;
  }
}

/** What the layer has earned at each pixel of the run, whose nearest cells begin at the layer's place (x, y). */
function score(
  { ring, prior }: ScrollLayer,
  from: number,
  length: number,
  x: number,
  y: number,
  nearest: number,
  out: Composition,
): void {
  const { maskX, maskY, blockColumns, blockEvidence, bank } = ring;
  const { evidence, confidence: known } = bank;
  const base = Math.round(prior);
  const blockRow = ((y & maskY) >> 3) * blockColumns;
  for (let i = 0; i < length; i++)
    out.score[from + i] =
      base + evidence[nearest + i] + blockEvidence[blockRow + (((x + i) & maskX) >> 3)] + (known[nearest + i] >> 3);
}
