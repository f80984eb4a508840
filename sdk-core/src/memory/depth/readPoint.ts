import type { Prediction } from '../Prediction.js';
import { PLACES, type PointPicture } from './PointPicture.js';

/** Neighbours nearer than this to a point, in 1/128 pixel, say nothing of how the colour changes from it. */
const APART = PLACES / 2;
/** Two depths within this ratio are one surface. */
const SAME = 1.1;

/**
 * The colour in the middle of pixel `at` = (u, v), carried over from where its point really lies along the slopes to the
 * neighbours on that side; into `out`. Returns the confidence, 0 when nothing is known.
 *
 * @example
 * ```ts
 * if (readPoint(points, at, u, v, here) !== 0) draw(here);
 * ```
 */
export function readPoint(points: PointPicture, at: number, u: number, v: number, out: Prediction): number {
  const { confidence, colour, dx, dy, width, height } = points;
  const sure = confidence[at];
  out.confidence = sure;
  if (sure === 0) return 0;
  const c = colour[at];
  out.r = c >> 16;
  out.g = (c >> 8) & 255;
  out.b = c & 255;
  const x = dx[at];
  const y = dy[at];
  if (x < 0 ? u < width - 1 : x > 0 && u > 0) {
    const next = x < 0 ? at + 1 : at - 1;
    slope(points, at, next, x < 0 ? -x : x, x < 0 ? PLACES + dx[next] - x : PLACES + x - dx[next], out);
  }
  if (y < 0 ? v < height - 1 : y > 0 && v > 0) {
    const next = y < 0 ? at + width : at - width;
    slope(points, at, next, y < 0 ? -y : y, y < 0 ? PLACES + dy[next] - y : PLACES + y - dy[next], out);
  }
  return sure;
}

/** Goes `way` of the `gap` between two points. */
function slope(points: PointPicture, at: number, next: number, way: number, gap: number, out: Prediction): void {
  const { confidence, colour, z } = points;
  const depth = z[at];
  const other = z[next];
  if (confidence[next] === 0 || gap <= APART || other >= depth * SAME || depth >= other * SAME) return;
  const share = way / gap;
  const c = colour[at];
  const n = colour[next];
  out.r += share * ((n >> 16) - (c >> 16));
  out.g += share * (((n >> 8) & 255) - ((c >> 8) & 255));
  out.b += share * ((n & 255) - (c & 255));
}
