import { levelOf, type PixelFrame } from '@sgaps/protocol';
import { colourAt } from './colourAt.js';
import type { PointPicture } from './PointPicture.js';

/** Colours this near are the same, 8-bit steps. */
const TOLERANCE = 14;
/** Points looked at, at most. */
const LOOKS = 1024;

/**
 * How many of a frame's samples are as the points say, less those that are not.
 *
 * @example
 * ```ts
 * if (agreement(ahead, frame) > agreement(other, frame)) take(ahead);
 * ```
 */
export function agreement(points: PointPicture, { samples, values }: PixelFrame): number {
  const stride = Math.max(1, Math.floor(samples.count / LOOKS)) | 1;
  let agreed = 0;
  for (let i = 0; i < samples.count; i += stride) {
    if (levelOf(samples.kind[i]) > 0) continue;
    const u = samples.u[i];
    const v = samples.v[i];
    const at = v * points.width + u;
    if (points.spot[at] === 0) continue;
    const c = colourAt(points, at, u, v);
    const off = Math.max(
      Math.abs((c >> 16) - values.rgb[3 * i]),
      Math.abs(((c >> 8) & 255) - values.rgb[3 * i + 1]),
      Math.abs((c & 255) - values.rgb[3 * i + 2]),
    );
    agreed += off <= TOLERANCE ? 1 : -1;
  }
  return agreed;
}
