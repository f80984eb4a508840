import { PLACES, type PointPicture } from './PointPicture.js';

/** Neighbours nearer than this to a point, in 1/128 pixel, say nothing of how the colour changes from it. */
const APART = PLACES / 2;
/** Two things within this ratio of nearness are one surface. */
const SAME = 1.1;
/** 65,536 / gap: shares are whole numbers of 1/256. */
const SHARE = Int32Array.from({ length: 2 * PLACES + 1 }, (_, gap) => (gap === 0 ? 0 : Math.floor(65536 / gap)));

/**
 * The colour in the middle of pixel `at` = (u, v), red highest: that of its point, carried over from where it really lies along the
 * slopes to the neighbours on that side. Only where something is known.
 *
 * @example
 * ```ts
 * if (points.confidence[at] !== 0) draw(colourAt(points, at, u, v));
 * ```
 */
export function colourAt(points: PointPicture, at: number, u: number, v: number): number {
  const { colour, dx, dy, width, height } = points;
  const c = colour[at];
  const x = dx[at];
  const y = dy[at];
  if ((x | y) === 0) return c;
  let share = 0;
  let n = c;
  if (x < 0 ? u < width - 1 : x > 0 && u > 0) {
    const next = x < 0 ? at + 1 : at - 1;
    share = slope(points, at, next, x < 0 ? -x : x, x < 0 ? PLACES + dx[next] - x : PLACES + x - dx[next]);
    if (share !== 0) n = colour[next];
  }
  let shareY = 0;
  let m = c;
  if (y < 0 ? v < height - 1 : y > 0 && v > 0) {
    const next = y < 0 ? at + width : at - width;
    shareY = slope(points, at, next, y < 0 ? -y : y, y < 0 ? PLACES + dy[next] - y : PLACES + y - dy[next]);
    if (shareY !== 0) m = colour[next];
  }
  if ((share | shareY) === 0) return c;
  const own = 256 - share - shareY;
  const r = (own * (c >> 16) + share * (n >> 16) + shareY * (m >> 16) + 128) >> 8;
  const g = (own * ((c >> 8) & 255) + share * ((n >> 8) & 255) + shareY * ((m >> 8) & 255) + 128) >> 8;
  const b = (own * (c & 255) + share * (n & 255) + shareY * (m & 255) + 128) >> 8;
  return ((r | g | b) & ~255) === 0 ? (r << 16) | (g << 8) | b : (clamp(r) << 16) | (clamp(g) << 8) | clamp(b);
}

/** Share of the neighbour's colour, of 256, `way` of the `gap` to it from the point; 0 where it is of something else. */
function slope({ confidence, nearness }: PointPicture, at: number, next: number, way: number, gap: number): number {
  const near = nearness[at];
  const other = nearness[next];
  if (confidence[next] === 0 || gap <= APART || other > near * SAME || near > other * SAME) return 0;
  return (way * SHARE[gap]) >> 8;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
