import type { ColourSample } from './ColourSample.js';
import { clampValue, DOWN, isGivenUp, TENTATIVE, weighBlock } from './Patch.js';
import { cellOf, type PlacedObject } from './PlacedObject.js';
import { CONFIDENCE_START, VALUE_SHIFT } from './TemporalMemoryBank.js';

/** What one look for or against it changes of a cell's opacity, and its confidence. */
const SCENERY_FOR = 24;
const SCENERY_AGAINST = 36;
const SCENERY_DOUBT = 20;

/**
 * One sample against one piece of scenery. All surfaces that may show an unknown place learn it; the first that
 * contradicts a later sample gives it up, so that parallax sorts out which surface it was.
 * `behindKnown`: something further back explains the sample, so that a surface given up here needs no second chance.
 * `own` false: the sample is known to show something else, so that only contradictions count.
 */
export function observeScenery(
  placed: PlacedObject,
  u: number,
  v: number,
  sample: ColourSample,
  own: boolean,
  behindKnown: boolean,
  frame: number,
): 'outside' | 'learnt' | 'same' | 'other' {
  const { patch } = placed;
  const x = placed.x0 + placed.xu * u + placed.xv * v;
  const y = placed.y0 + placed.yu * u + placed.yv * v;
  const cell = cellOf(placed, x, y);
  if (cell < 0) return 'outside';
  const { opacity, confidence, value } = patch;
  if (confidence[cell] === 0) {
    if (!own) return 'other';
    patch.write(cell, sample.r, sample.g, sample.b, CONFIDENCE_START, frame);
    opacity[cell] = TENTATIVE;
    return 'learnt';
  }
  const at = 3 * cell;
  const dr = sample.r - value[at] * DOWN;
  const dg = sample.g - value[at + 1] * DOWN;
  const db = sample.b - value[at + 2] * DOWN;
  if (Math.abs(dr) <= sample.tolerance && Math.abs(dg) <= sample.tolerance && Math.abs(db) <= sample.tolerance) {
    if (!own) return 'other';
    const before = isGivenUp(patch, cell) ? 0 : opacity[cell];
    if (before <= 0 && behindKnown) return 'other';
    weighBlock(patch, cell, 4);
    opacity[cell] = Math.min(127, Math.max(before, opacity[cell]) + SCENERY_FOR);
    confidence[cell] = Math.min(255, confidence[cell] + 26);
    patch.seen[cell] = frame;
    const gain = (sample.exact ? 0.5 : 0.1) * (1 << VALUE_SHIFT);
    value[at] = clampValue(value[at] + dr * gain);
    value[at + 1] = clampValue(value[at + 1] + dg * gain);
    value[at + 2] = clampValue(value[at + 2] + db * gain);
    return before > 0 ? 'same' : 'other';
  }
  if (opacity[cell] <= 0) {
    opacity[cell] = Math.max(-127, opacity[cell] - SCENERY_FOR / 4);
    patch.seen[cell] = frame;
    return 'other';
  }
  weighBlock(patch, cell, -12);
  opacity[cell] -= SCENERY_AGAINST;
  confidence[cell] = Math.max(1, confidence[cell] - SCENERY_DOUBT);
  patch.seen[cell] = frame;
  return 'other';
}

/**
 * The furthest scenery shows what no surface before it explained.
 *
 * @example
 * ```ts
 * relearnScenery(furthest, u, v, sample, frame);
 * ```
 */
export function relearnScenery(placed: PlacedObject, u: number, v: number, sample: ColourSample, frame: number): void {
  const { patch } = placed;
  const cell = cellOf(placed, placed.x0 + placed.xu * u + placed.xv * v, placed.y0 + placed.yu * u + placed.yv * v);
  if (cell < 0 || patch.confidence[cell] > CONFIDENCE_START) return;
  patch.write(cell, sample.r, sample.g, sample.b, CONFIDENCE_START, frame);
  patch.opacity[cell] = TENTATIVE;
}
