import { PLACE_BITS, PLACE_MASK, PLACES, type PointPicture } from './PointPicture.js';

/** Neighbours nearer than this to a point, in 1/128 pixel, say nothing of how the colour changes from it. */
const APART = PLACES / 2;
const HALF = PLACES / 2;
/** Two things within this ratio of nearness are one surface. */
const SAME = 1.1;
/** 65,536 / gap: shares are whole numbers of 1/256. */
const SHARE = Int32Array.from({ length: 2 * PLACES + 1 }, (_, gap) => (gap === 0 ? 0 : Math.floor(65536 / gap)));
/** Red and blue of a colour, and green; half a step of each where colours are in 1/256. */
const RED_BLUE = 0xff00ff;
const GREEN = 0x00ff00;
const HALF_RED_BLUE = 0x800080;
const HALF_GREEN = 0x008000;

/**
 * The colour in the middle of pixel `at` = (u, v), red highest: that of its point, carried over from where it really lies along the
 * slopes to the neighbours on that side. Only where something is known.
 *
 * @example
 * ```ts
 * if (points.spot[at] !== 0) draw(colourAt(points, at, u, v));
 * ```
 */
export function colourAt(points: PointPicture, at: number, u: number, v: number): number {
  const { spot, colour, nearness, width, height } = points;
  const here = spot[at];
  const c = colour[at];
  const x = ((here >> PLACE_BITS) & PLACE_MASK) - HALF;
  const y = (here & PLACE_MASK) - HALF;
  if ((x | y) === 0) return c;
  const near = nearness[at];
  let share = 0;
  let n = c;
  if (x < 0 ? u < width - 1 : x > 0 && u > 0) {
    const next = x < 0 ? at + 1 : at - 1;
    const other = spot[next];
    if (other !== 0 && isSame(near, nearness[next])) {
      const off = ((other >> PLACE_BITS) & PLACE_MASK) - HALF - x;
      share = x < 0 ? shareOf(-x, PLACES + off) : shareOf(x, PLACES - off);
      n = colour[next];
    }
  }
  let shareY = 0;
  let m = c;
  if (y < 0 ? v < height - 1 : y > 0 && v > 0) {
    const next = y < 0 ? at + width : at - width;
    const other = spot[next];
    if (other !== 0 && isSame(near, nearness[next])) {
      const off = (other & PLACE_MASK) - HALF - y;
      shareY = y < 0 ? shareOf(-y, PLACES + off) : shareOf(y, PLACES - off);
      m = colour[next];
    }
  }
  if ((share | shareY) === 0) return c;
  const own = 256 - share - shareY;
  if (own < 0) return beyond(own, c, share, n, shareY, m);
  // Between colours nothing overflows: two channels at once.
  const rb =
    Math.imul(own, c & RED_BLUE) + Math.imul(share, n & RED_BLUE) + Math.imul(shareY, m & RED_BLUE) + HALF_RED_BLUE;
  const g = Math.imul(own, c & GREEN) + Math.imul(share, n & GREEN) + Math.imul(shareY, m & GREEN) + HALF_GREEN;
  return ((rb >>> 8) & RED_BLUE) | ((g >>> 8) & GREEN);
}

/** True when two nearnesses may be of one surface. */
function isSame(near: number, other: number): boolean {
  return other <= near * SAME && near <= other * SAME;
}

/** Share of the neighbour's colour, of 256, `way` of the `gap` to it from the point; 0 where it is too near to tell. */
function shareOf(way: number, gap: number): number {
  return gap > APART ? (way * SHARE[gap]) >> 8 : 0;
}

/** The colour beyond those of two neighbours, away from its own. */
function beyond(own: number, c: number, share: number, n: number, shareY: number, m: number): number {
  const r = (own * (c >> 16) + share * (n >> 16) + shareY * (m >> 16) + 128) >> 8;
  const g = (own * ((c >> 8) & 255) + share * ((n >> 8) & 255) + shareY * ((m >> 8) & 255) + 128) >> 8;
  const b = (own * (c & 255) + share * (n & 255) + shareY * (m & 255) + 128) >> 8;
  return (clamp(r) << 16) | (clamp(g) << 8) | clamp(b);
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
