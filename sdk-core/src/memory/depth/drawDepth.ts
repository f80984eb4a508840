import type { Composition, DrawDetail } from '../Composition.js';
import type { Prediction } from '../Prediction.js';
import type { FixedLayer } from './FixedLayer.js';
import type { PointPicture } from './PointPicture.js';
import { readPoint } from './readPoint.js';

/**
 * Draws points, and before them what hangs on the screen, at frame `now`; what neither knows is left as it was.
 *
 * @example
 * ```ts
 * drawDepth(points, fixed, frame, composition, FULL_DETAIL, createPrediction());
 * ```
 */
export function drawDepth(
  points: PointPicture,
  fixed: FixedLayer,
  now: number,
  out: Composition,
  { resampled, rowStep, firstRow }: DrawDetail,
  scratch: Prediction,
): void {
  const { width, height, confidence: known, colour, seen } = points;
  const { rgb, confidence, age } = out;
  for (let v = firstRow; v < height; v += rowStep) {
    for (let u = 0, at = v * width; u < width; u++, at++) {
      let since: number;
      if (fixed.shows(at, u, v)) {
        fixed.read(at, scratch);
        since = now - fixed.bank.seen[at];
      } else if (known[at] === 0) {
        continue;
      } else {
        since = now - seen[at];
        if (resampled) {
          readPoint(points, at, u, v, scratch);
        } else {
          const c = colour[at];
          scratch.r = c >> 16;
          scratch.g = (c >> 8) & 255;
          scratch.b = c & 255;
          scratch.confidence = known[at];
        }
      }
      rgb[3 * at] = scratch.r;
      rgb[3 * at + 1] = scratch.g;
      rgb[3 * at + 2] = scratch.b;
      confidence[at] = scratch.confidence;
      age[at] = since > 255 ? 255 : since;
    }
  }
}
