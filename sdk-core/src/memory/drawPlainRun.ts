import type { Composition } from './Composition.js';
import type { ScrollLayer } from './ScrollLayer.js';
import { VALUE_SHIFT } from './TemporalMemoryBank.js';

const HALF = 1 << (VALUE_SHIFT - 1);
const WEIGHT_SHIFT = 8;
const MIX_SHIFT = VALUE_SHIFT + 2 * WEIGHT_SHIFT;
const MIX_HALF = 1 << (MIX_SHIFT - 1);

/**
 * Draws one row of pixels `from` … `to` where nothing was drawn before and the layer knows every cell, from the layer's place
 * (x, y) on, all in one tile of its ring. False, and nothing is drawn, where it does not know them all.
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
  const length = to - from;
  const stepX = fx > 0 ? 1 : 0;
  if (column + length + stepX > ringWidth) return false;
  const row0 = (y & maskY) * ringWidth + column;
  const row1 = fy > 0 ? ((y + 1) & maskY) * ringWidth + column : row0;
  for (let i = 0; i < length + stepX; i++) if (known[row0 + i] === 0) return false;
  if (row1 !== row0) for (let i = 0; i < length + stepX; i++) if (known[row1 + i] === 0) return false;
  const nearest = (fy >= 0.5 ? row1 : row0) + (fx >= 0.5 ? 1 : 0);
  for (let i = 0; i < length; i++) {
    confidence[from + i] = known[nearest + i];
    const since = now - seen[nearest + i];
    age[from + i] = since > 255 ? 255 : since;
  }
  if (scored) score(layer, from, length, x + (fx >= 0.5 ? 1 : 0), y + (fy >= 0.5 ? 1 : 0), nearest, out);
  let p = 3 * from;
  const end = 3 * to;
  if (!resampled || (stepX === 0 && fy === 0)) {
    for (let n = 3 * nearest; p < end; p++, n++) rgb[p] = (value[n] + HALF) >> VALUE_SHIFT;
    return true;
  }
  const bottom = Math.round(fy * (1 << WEIGHT_SHIFT));
  const top = (1 << WEIGHT_SHIFT) - bottom;
  const right = Math.round(fx * (1 << WEIGHT_SHIFT));
  const left = (1 << WEIGHT_SHIFT) - right;
  let a = 3 * row0;
  let c = 3 * row1;
  const step = 3 * stepX;
  let r0 = Math.imul(top, value[a]) + Math.imul(bottom, value[c]);
  let g0 = Math.imul(top, value[a + 1]) + Math.imul(bottom, value[c + 1]);
  let b0 = Math.imul(top, value[a + 2]) + Math.imul(bottom, value[c + 2]);
  for (; p < end; p += 3) {
    const b = a + step;
    const d = c + step;
    const r1 = Math.imul(top, value[b]) + Math.imul(bottom, value[d]);
    const g1 = Math.imul(top, value[b + 1]) + Math.imul(bottom, value[d + 1]);
    const b1 = Math.imul(top, value[b + 2]) + Math.imul(bottom, value[d + 2]);
    rgb[p] = (Math.imul(left, r0) + Math.imul(right, r1) + MIX_HALF) >> MIX_SHIFT;
    rgb[p + 1] = (Math.imul(left, g0) + Math.imul(right, g1) + MIX_HALF) >> MIX_SHIFT;
    rgb[p + 2] = (Math.imul(left, b0) + Math.imul(right, b1) + MIX_HALF) >> MIX_SHIFT;
    a += 3;
    c += 3;
    if (stepX !== 0) {
      r0 = r1;
      g0 = g1;
      b0 = b1;
    } else {
      r0 = Math.imul(top, value[a]) + Math.imul(bottom, value[c]);
      g0 = Math.imul(top, value[a + 1]) + Math.imul(bottom, value[c + 1]);
      b0 = Math.imul(top, value[a + 2]) + Math.imul(bottom, value[c + 2]);
    }
  }
  return true;
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
