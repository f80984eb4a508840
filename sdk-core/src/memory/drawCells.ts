import type { ScrollLayer } from './ScrollLayer.js';
import { VALUE_SHIFT } from './TemporalMemoryBank.js';

const HALF = 1 << (VALUE_SHIFT - 1);
/** Bilinear weights are whole numbers of 1/256, so that inner loops need no floats. */
const WEIGHT_SHIFT = 8;
const ONE = 1 << WEIGHT_SHIFT;
/** One weight deep, and two: the largest sum, 255.5 · 2^23, just fits 31 bits. */
const BLEND_SHIFT = VALUE_SHIFT + WEIGHT_SHIFT;
const BLEND_HALF = 1 << (BLEND_SHIFT - 1);
const MIX_SHIFT = BLEND_SHIFT + WEIGHT_SHIFT;
const MIX_HALF = 1 << (MIX_SHIFT - 1);

/**
 * Draws the colours of one row of pixels `from` … `to`, the last one excluded, from the layer's place (x, y) on, all in one tile
 * of its ring. The cells nearest to the pixels are known; where others around are not, those are taken.
 *
 * @example
 * ```ts
 * drawCells(layer, 0, 32, layer.wholeX, layer.wholeY, composition.rgb, true);
 * ```
 */
export function drawCells(
  layer: ScrollLayer,
  from: number,
  to: number,
  x: number,
  y: number,
  rgb: Uint8ClampedArray,
  resampled: boolean,
): void {
  const { ring, fractionX: fx, fractionY: fy } = layer;
  const { maskX, maskY } = ring;
  const { value, confidence: known } = ring.bank;
  const ringWidth = maskX + 1;
  const column = x & maskX;
  const row0 = (y & maskY) * ringWidth;
  const row1 = fy > 0 ? ((y + 1) & maskY) * ringWidth : row0;
  const nearRow = fy >= 0.5 ? row1 : row0;
  const nearX = fx >= 0.5 ? 1 : 0;
  const stepX = fx > 0 ? 1 : 0;
  // 0 only where pixels lie on cells: smaller fractions are taken as none.
  const right = resampled ? Math.round(fx * ONE) : 0;
  const bottom = resampled ? Math.round(fy * ONE) : 0;
  const isPlain = right === 0 && bottom === 0;
  const count = to - from;
  const a = row0 + column;
  const c = row1 + column;
  if (column + count + stepX <= ringWidth && (isPlain || isKnown(known, a, c, count + stepX))) {
    if (isPlain) copy(value, 3 * (nearRow + column + nearX), rgb, 3 * from, 3 * to);
    else if (bottom === 0) blend(value, 3 * a, 3 * a + 3, right, rgb, 3 * from, 3 * to);
    else if (right === 0) blend(value, 3 * a, 3 * c, bottom, rgb, 3 * from, 3 * to);
    else mix(value, 3 * a, 3 * c, right, bottom, rgb, 3 * from, 3 * to);
    return;
  }
  for (let at = from; at < to; at++, x++) {
    const here = x & maskX;
    const beside = (x + stepX) & maskX;
    if (!isPlain && isKnown(known, row0 + here, row1 + here, 1) && isKnown(known, row0 + beside, row1 + beside, 1))
      mixFour(value, 3 * (row0 + here), 3 * (row0 + beside), 3 * (row1 - row0), right, bottom, rgb, 3 * at);
    else copy(value, 3 * (nearRow + ((x + nearX) & maskX)), rgb, 3 * at, 3 * at + 3);
  }
}

/** True when all of `count` cells from `a` and from `c` on are known. */
function isKnown(known: Uint8Array, a: number, c: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (known[a + i] === 0 || known[c + i] === 0) return false;
  return true;
}

/** Pixels that lie on cells. */
function copy(value: Uint16Array, n: number, rgb: Uint8ClampedArray, from: number, to: number): void {
  for (let p = from; p < to; p++, n++) rgb[p] = (value[n] + HALF) >> VALUE_SHIFT;
}

/** Pixels between two cells. */
function blend(value: Uint16Array, a: number, b: number, far: number, rgb: Uint8ClampedArray, from: number, to: number): void {
  const near = ONE - far;
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

/** One pixel between four cells, those below `down` further on. */
function mixFour(
  value: Uint16Array,
  a: number,
  b: number,
  down: number,
  right: number,
  bottom: number,
  rgb: Uint8ClampedArray,
  p: number,
): void {
  const top = ONE - bottom;
  const left = ONE - right;
  for (let k = 0; k < 3; k++) {
    const west = Math.imul(top, value[a + k]) + Math.imul(bottom, value[a + k + down]);
    const east = Math.imul(top, value[b + k]) + Math.imul(bottom, value[b + k + down]);
    rgb[p + k] = (Math.imul(left, west) + Math.imul(right, east) + MIX_HALF) >> MIX_SHIFT;
  }
}
