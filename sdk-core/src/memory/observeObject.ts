import type { ColourSample } from './ColourSample.js';
import { clampValue, DOWN } from './Patch.js';
import { cellOf, type PlacedObject } from './PlacedObject.js';
import { CONFIDENCE_START, VALUE_SHIFT } from './TemporalMemoryBank.js';

/** What one look for or against it changes of a cell's opacity. */
const OPACITY_STEP = 48;

/**
 * Takes one sample of pixel (u, v) in against one placed object. `below` is the prediction behind the object. Returns what the sample was:
 * `outside` the object or from `behind` it (both go on to what lies behind), the first look at a cell (`new`), what the
 * object was known to show (`same`), or something else (`changed`).
 *
 * @example
 * ```ts
 * const outcome = observeObject(placed, u, v, sample, below, frame);
 * ```
 */
export function observeObject(
  placed: PlacedObject,
  u: number,
  v: number,
  sample: ColourSample,
  below: { r: number; g: number; b: number; confidence: number },
  frame: number,
): 'outside' | 'behind' | 'new' | 'same' | 'changed' {
  const { patch } = placed;
  const x = placed.x0 + placed.xu * u + placed.xv * v;
  const y = placed.y0 + placed.yu * u + placed.yv * v;
  const cell = cellOf(placed, x, y);
  if (cell < 0) return 'outside';
  const behind =
    below.confidence >= CONFIDENCE_START &&
    Math.abs(sample.r - below.r) <= sample.tolerance &&
    Math.abs(sample.g - below.g) <= sample.tolerance &&
    Math.abs(sample.b - below.b) <= sample.tolerance;
  let { r, g, b } = sample;
  if (placed.alpha < 0.98) {
    if (placed.alpha < 0.3 || below.confidence < CONFIDENCE_START) return behind ? 'behind' : 'same';
    const inverse = 1 / placed.alpha;
    r = clamp8((r - (1 - placed.alpha) * below.r) * inverse);
    g = clamp8((g - (1 - placed.alpha) * below.g) * inverse);
    b = clamp8((b - (1 - placed.alpha) * below.b) * inverse);
  }
  const opacity = patch.opacity[cell];
  if (patch.confidence[cell] === 0) {
    patch.write(cell, r, g, b, CONFIDENCE_START, frame);
    patch.opacity[cell] = behind ? -OPACITY_STEP : OPACITY_STEP;
    return behind ? 'behind' : 'new';
  }
  const at = 3 * cell;
  const dr = r - patch.value[at] * DOWN;
  const dg = g - patch.value[at + 1] * DOWN;
  const db = b - patch.value[at + 2] * DOWN;
  const same = Math.abs(dr) <= sample.tolerance && Math.abs(dg) <= sample.tolerance && Math.abs(db) <= sample.tolerance;
  if (opacity <= 0) {
    if (behind) {
      patch.opacity[cell] = Math.max(-127, opacity - OPACITY_STEP / 2);
      patch.confidence[cell] = Math.min(255, patch.confidence[cell] + 26);
      patch.seen[cell] = frame;
      return 'behind';
    }
    if (below.confidence < CONFIDENCE_START) return 'behind';
    patch.opacity[cell] = opacity + OPACITY_STEP;
    if (patch.opacity[cell] > 0) {
      patch.write(cell, r, g, b, CONFIDENCE_START, frame);
      return 'changed';
    }
    return 'changed';
  }
  if (same) {
    const gain = sample.exact ? 0.5 : 0.25;
    patch.value[at] = clampValue(patch.value[at] + dr * gain * (1 << VALUE_SHIFT));
    patch.value[at + 1] = clampValue(patch.value[at + 1] + dg * gain * (1 << VALUE_SHIFT));
    patch.value[at + 2] = clampValue(patch.value[at + 2] + db * gain * (1 << VALUE_SHIFT));
    patch.confidence[cell] = Math.min(255, patch.confidence[cell] + 26);
    if (!behind) patch.opacity[cell] = Math.min(127, opacity + OPACITY_STEP / 2);
    patch.seen[cell] = frame;
    return 'same';
  }
  if (behind) {
    patch.opacity[cell] = opacity - OPACITY_STEP;
    patch.seen[cell] = frame;
    return 'behind';
  }
  patch.write(cell, r, g, b, Math.max(64, patch.confidence[cell] >> 1), frame);
  return 'changed';
}

function clamp8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
