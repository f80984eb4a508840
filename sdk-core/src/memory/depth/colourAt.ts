import { MIDDLE, PLACE_BITS, PLACES, type PointPicture, SURE_SHIFT } from './PointPicture.js';

// Constants of this file, which hot loops read for free, unlike what is imported.
const BITS = PLACE_BITS;
const SIDE = PLACES;
const CENTRE = MIDDLE;
const HALF = SIDE / 2;
const COORDINATE = SIDE - 1;
const PLACE = (1 << SURE_SHIFT) - 1;
/** Two things within this ratio of nearness are one surface. */
const SAME = 1.1;
/** 65,536 / gap: shares are whole numbers of 1/256, each at most half since a gap is at least half a pixel and the way. */
const SHARE = Int32Array.from({ length: 2 * SIDE + 1 }, (_, gap) => (gap === 0 ? 0 : Math.floor(65536 / gap)));
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
export function colourAt({ spot, colour, nearness, width, height }: PointPicture, at: number, u: number, v: number): number {
  if ((spot[at] & PLACE) === CENTRE) return colour[at];
  const right = u < width - 1 ? 1 : 0;
  const left = u > 0 ? -1 : 0;
  return between(spot, nearness, colour, at, left, right, v > 0 ? -width : 0, v < height - 1 ? width : 0);
}

/**
 * The colours in the middles of the pixels of row v from `left` to before `right` into `out`, as `colourAt` tells them; −1 where
 * nothing is known.
 *
 * @example
 * ```ts
 * readColours(points, 90, 0, 320, row);
 * ```
 */
export function readColours(points: PointPicture, v: number, left: number, right: number, out: Int32Array): void {
  const { spot, colour, nearness, width, height } = points;
  const up = v > 0 ? -width : 0;
  const down = v < height - 1 ? width : 0;
  for (let u = left, at = v * width + left; u < right; u++, at++) {
    const here = spot[at];
    if (here === 0) out[u - left] = -1;
    else if ((here & PLACE) === CENTRE) out[u - left] = colour[at];
    else out[u - left] = between(spot, nearness, colour, at, u > 0 ? -1 : 0, u < width - 1 ? 1 : 0, up, down);
  }
}

/**
 * The colour in the middle of pixel `at`, told from its point and the two beside it that lie on the sides on which the middle is. The
 * ways to the pixels around are 0 at the edge of the picture.
 */
function between(
  spot: Int32Array,
  nearness: Float32Array,
  colour: Int32Array,
  at: number,
  left: number,
  right: number,
  up: number,
  down: number,
): number {
  const here = spot[at];
  const near = nearness[at];
  const x = ((here >> BITS) & COORDINATE) - HALF;
  const y = (here & COORDINATE) - HALF;
  // No branches on where a point lies, which nothing can foresee: a sign is −1 left of or above the middle, else 0.
  const signX = x >> 31;
  const signY = y >> 31;
  const beside = at + (signX & right) + (~signX & left);
  const above = at + (signY & down) + (~signY & up);
  const other = spot[beside];
  const otherY = spot[above];
  const offX = ((other >> BITS) & COORDINATE) - HALF - x;
  const offY = (otherY & COORDINATE) - HALF - y;
  let share = 0;
  if (other !== 0 && isSame(near, nearness[beside]))
    share = (((x ^ signX) - signX) * SHARE[SIDE - ((offX ^ signX) - signX)]) >> 8;
  let shareY = 0;
  if (otherY !== 0 && isSame(near, nearness[above]))
    shareY = (((y ^ signY) - signY) * SHARE[SIDE - ((offY ^ signY) - signY)]) >> 8;
  return blend(colour[at], share, colour[beside], shareY, colour[above]);
}

/** True when two nearnesses may be of one surface. */
function isSame(near: number, other: number): boolean {
  return other <= near * SAME && near <= other * SAME;
}

/** Colour c, of which the colours n and m take shares of 256, together no more than all. */
function blend(c: number, share: number, n: number, shareY: number, m: number): number {
  const own = 256 - share - shareY;
  // Nothing overflows: two channels at once.
  const rb = Math.imul(own, c & RED_BLUE) + Math.imul(share, n & RED_BLUE) + Math.imul(shareY, m & RED_BLUE) + HALF_RED_BLUE;
  const g = Math.imul(own, c & GREEN) + Math.imul(share, n & GREEN) + Math.imul(shareY, m & GREEN) + HALF_GREEN;
  return ((rb >>> 8) & RED_BLUE) | ((g >>> 8) & GREEN);
}
