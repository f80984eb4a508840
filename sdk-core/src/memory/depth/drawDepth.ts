import type { Composition, DrawDetail } from '../Composition.js';
import { EARNED } from '../evidence.js';
import { VALUE_SHIFT } from '../TemporalMemoryBank.js';
import { colourAt } from './colourAt.js';
import type { FixedLayer } from './FixedLayer.js';
import { type PointPicture, SURE_SHIFT } from './PointPicture.js';

const HALF = 1 << (VALUE_SHIFT - 1);

/**
 * Draws points, and before them what hangs on the screen, at frame `now`; what neither knows is left as it was.
 *
 * @example
 * ```ts
 * drawDepth(points, fixed, frame, composition, FULL_DETAIL);
 * ```
 */
export function drawDepth(points: PointPicture, fixed: FixedLayer, now: number, out: Composition, detail: DrawDetail): void {
  const { resampled, rowStep, firstRow } = detail;
  const { width, height, spot, colour, seen } = points;
  const { blockEvidence, columns } = fixed;
  const { value, evidence, seen: fixedSeen, confidence: fixedKnown } = fixed.bank;
  const { rgb, confidence, age } = out;
  for (let v = firstRow; v < height; v += rowStep) {
    let earned = EARNED;
    for (let u = 0, at = v * width, p = 3 * at; u < width; u++, at++, p += 3) {
      if ((u & 7) === 0) earned = EARNED - blockEvidence[(v >> 3) * columns + (u >> 3)];
      let since: number;
      if (evidence[at] >= earned && fixedKnown[at] !== 0) {
        since = now - fixedSeen[at];
        rgb[p] = (value[p] + HALF) >> VALUE_SHIFT;
        rgb[p + 1] = (value[p + 1] + HALF) >> VALUE_SHIFT;
        rgb[p + 2] = (value[p + 2] + HALF) >> VALUE_SHIFT;
        confidence[at] = fixedKnown[at];
      } else {
        const here = spot[at];
        if (here === 0) continue;
        since = now - seen[at];
        const c = resampled ? colourAt(points, at, u, v) : colour[at];
        rgb[p] = c >> 16;
        rgb[p + 1] = (c >> 8) & 255;
        rgb[p + 2] = c & 255;
        confidence[at] = here >> SURE_SHIFT;
      }
      age[at] = since > 255 ? 255 : since;
    }
  }
}
