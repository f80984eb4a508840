import type { Composition, DrawDetail } from '../Composition.js';
import { EARNED, HOPELESS } from '../evidence.js';
import { VALUE_SHIFT } from '../TemporalMemoryBank.js';
import { readColours } from './colourAt.js';
import type { FixedLayer } from './FixedLayer.js';
import { type PointPicture, SURE_SHIFT } from './PointPicture.js';

// Constants of this file, which hot loops read for free, unlike what is imported.
const SHIFT = VALUE_SHIFT;
const SURE = SURE_SHIFT;
const HALF = 1 << (SHIFT - 1);

/**
 * Draws points, and before them what hangs on the screen; what neither knows is left as it was.
 *
 * @example
 * ```ts
 * const painter = new DepthPainter(320);
 * painter.draw(points, fixed, frame, composition, FULL_DETAIL);
 * ```
 */
export class DepthPainter {
  /** Colours of a row, −1 unknown. */
  private readonly row: Int32Array;

  constructor(width: number) {
    this.row = new Int32Array(width);
  }

  /** Draws the wanted rows as of frame `now`. */
  draw(points: PointPicture, fixed: FixedLayer, now: number, out: Composition, detail: DrawDetail): void {
    const { resampled, rowStep, firstRow } = detail;
    const { width, height, colour } = points;
    const { row } = this;
    const { blockEvidence, columns } = fixed;
    for (let v = firstRow; v < height; v += rowStep) {
      if (resampled) {
        readColours(points, v, 0, width, row);
        drawPoints(points, row, 0, v * width, now, out);
      } else {
        drawPoints(points, colour, v * width, v * width, now, out);
      }
      for (let x = 0, block = (v >> 3) * columns; x < columns; x++, block++) {
        const from = v * width + 8 * x;
        const to = v * width + Math.min(width, 8 * x + 8);
        if (blockEvidence[block] > HOPELESS) drawFixed(fixed, EARNED - blockEvidence[block], from, to, now, out);
      }
    }
  }
}

/** Draws the row of points from pixel `start` on, whose colours stand in `colours` from `first` on. */
function drawPoints(
  { spot, seen, width }: PointPicture,
  colours: Int32Array,
  first: number,
  start: number,
  now: number,
  { rgb, confidence, age }: Composition,
): void {
  for (let n = 0, at = start, p = 3 * start; n < width; n++, at++, p += 3) {
    const here = spot[at];
    if (here === 0) continue;
    const c = colours[first + n];
    rgb[p] = (c >> 16) & 255;
    rgb[p + 1] = (c >> 8) & 255;
    rgb[p + 2] = c & 255;
    confidence[at] = here >> SURE;
    const since = now - seen[at];
    age[at] = since > 255 ? 255 : since;
  }
}

/** Draws what hangs on the screen on the pixels of a row that have earned it by so much evidence of their own. */
function drawFixed(
  { bank: { value, evidence, confidence: known, seen } }: FixedLayer,
  earned: number,
  from: number,
  to: number,
  now: number,
  { rgb, confidence, age }: Composition,
): void {
  for (let at = from; at < to; at++) {
    if (evidence[at] < earned || known[at] === 0) continue;
    const p = 3 * at;
    rgb[p] = (value[p] + HALF) >> SHIFT;
    rgb[p + 1] = (value[p + 1] + HALF) >> SHIFT;
    rgb[p + 2] = (value[p + 2] + HALF) >> SHIFT;
    confidence[at] = known[at];
    const since = now - seen[at];
    age[at] = since > 255 ? 255 : since;
  }
}
