import { levelOf, type PixelFrame } from '@sgaps/protocol';
import { near, type Prediction } from '../Prediction.js';
import type { PointPicture } from './PointPicture.js';
import { readPoint } from './readPoint.js';

/** Colours this near are the same, 8-bit steps. */
const TOLERANCE = 14;
/** Points looked at, at most. */
const LOOKS = 1024;

/**
 * How many of a frame's samples are as the points say, less those that are not.
 *
 * @example
 * ```ts
 * if (agreement(ahead, frame, scratch) > agreement(other, frame, scratch)) take(ahead);
 * ```
 */
export function agreement(points: PointPicture, { samples, values }: PixelFrame, scratch: Prediction): number {
  const stride = Math.max(1, Math.floor(samples.count / LOOKS)) | 1;
  let agreed = 0;
  for (let i = 0; i < samples.count; i += stride) {
    if (levelOf(samples.kind[i]) > 0) continue;
    const u = samples.u[i];
    const v = samples.v[i];
    if (readPoint(points, v * points.width + u, u, v, scratch) === 0) continue;
    agreed += near(scratch, values.rgb[3 * i], values.rgb[3 * i + 1], values.rgb[3 * i + 2], TOLERANCE) ? 1 : -1;
  }
  return agreed;
}
