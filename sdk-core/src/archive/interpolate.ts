import { BORDER, type PaddedPicture } from './PaddedPicture.js';

/** Interpolation between pixels, in 1/64, by quarters: eight taps for brightness, four for colour (HEVC, 8.5.3.3.3). */
const BRIGHT_TAPS = [
  [0, 0, 0, 64, 0, 0, 0, 0],
  [-1, 4, -10, 58, 17, -5, 1, 0],
  [-1, 4, -11, 40, 40, -11, 4, -1],
  [0, 1, -5, 17, 58, -10, 4, -1],
].map((taps) => Int32Array.from(taps));
const COLOUR_TAPS = [
  [0, 64, 0, 0],
  [-4, 54, 16, -2],
  [-4, 36, 36, -4],
  [-2, 16, 54, -4],
].map((taps) => Int32Array.from(taps));
/** Most pixels beside a block that taps reach. */
const REACH = 5;

const rows = new Int32Array(16 * (16 + 7));

/** The whole-pixel place that a motion leads to, kept where there are pixels. */
function clampPlace(place: number, size: number, length: number): number {
  const least = REACH - BORDER;
  const most = length + BORDER - REACH - size;
  return place < least ? least : place > most ? most : place;
}

/**
 * Draws a square block of one plane as a motion, quarter pixels, finds it in another picture: `out[to + y·stride + x]`. Motions that lead beyond the border stop there. The same bits on every machine.
 */
export function interpolate(
  from: PaddedPicture,
  plane: number,
  x: number,
  y: number,
  size: number,
  motionX: number,
  motionY: number,
  out: Int16Array,
  to: number,
  outStride: number,
): void {
  const source = from.planes[plane];
  const { stride } = from;
  const start = from.at(clampPlace(x + (motionX >> 2), size, from.width), clampPlace(y + (motionY >> 2), size, from.height));
  const fractionX = motionX & 3;
  const fractionY = motionY & 3;
  if (fractionX === 0 && fractionY === 0) {
    for (let row = 0; row < size; row++) {
      const at = start + row * stride;
      const end = to + row * outStride;
      for (let i = 0; i < size; i++) out[end + i] = source[at + i];
    }
  } else if (plane === 0) eightTaps(source, start, stride, size, fractionX, fractionY, out, to, outStride);
  else fourTaps(source, start, stride, size, fractionX, fractionY, out, to, outStride);
}

function eightTaps(
  source: Int16Array,
  start: number,
  stride: number,
  size: number,
  fractionX: number,
  fractionY: number,
  out: Int16Array,
  to: number,
  outStride: number,
): void {
  const count = size + 7;
  const [a, b, c, d, e, f, g, h] = BRIGHT_TAPS[fractionX];
  for (let row = 0; row < count; row++) {
    let at = start + (row - 3) * stride - 3;
    const end = row * size;
    if (fractionX === 0) for (let i = 0; i < size; i++) rows[end + i] = source[at + 3 + i] << 6;
    else
      for (let i = 0; i < size; i++, at++)
        rows[end + i] =
          a * source[at] +
          b * source[at + 1] +
          c * source[at + 2] +
          d * source[at + 3] +
          e * source[at + 4] +
          f * source[at + 5] +
          g * source[at + 6] +
          h * source[at + 7];
  }
  const [p, q, r, s, t, u, v, w] = BRIGHT_TAPS[fractionY];
  for (let row = 0; row < size; row++) {
    let at = row * size;
    const end = to + row * outStride;
    if (fractionY === 0) for (let i = 0; i < size; i++) out[end + i] = (rows[at + 3 * size + i] + 32) >> 6;
    else
      for (let i = 0; i < size; i++, at++)
        out[end + i] =
          (p * rows[at] +
            q * rows[at + size] +
            r * rows[at + 2 * size] +
            s * rows[at + 3 * size] +
            t * rows[at + 4 * size] +
            u * rows[at + 5 * size] +
            v * rows[at + 6 * size] +
            w * rows[at + 7 * size] +
            2048) >>
          12;
  }
}

function fourTaps(
  source: Int16Array,
  start: number,
  stride: number,
  size: number,
  fractionX: number,
  fractionY: number,
  out: Int16Array,
  to: number,
  outStride: number,
): void {
  const count = size + 3;
  const [a, b, c, d] = COLOUR_TAPS[fractionX];
  for (let row = 0; row < count; row++) {
    let at = start + (row - 1) * stride - 1;
    const end = row * size;
    for (let i = 0; i < size; i++, at++)
      rows[end + i] = a * source[at] + b * source[at + 1] + c * source[at + 2] + d * source[at + 3];
  }
  const [p, q, r, s] = COLOUR_TAPS[fractionY];
  for (let row = 0; row < size; row++) {
    let at = row * size;
    const end = to + row * outStride;
    for (let i = 0; i < size; i++, at++)
      out[end + i] = (p * rows[at] + q * rows[at + size] + r * rows[at + 2 * size] + s * rows[at + 3 * size] + 2048) >> 12;
  }
}
