import { clampValue, DOWN } from './Patch.js';
import { cellOf, type PlacedObject } from './PlacedObject.js';
import { CONFIDENCE_START, VALUE_SHIFT } from './TemporalMemoryBank.js';
import { SIDE, type WindowColours } from './WindowColours.js';
import { OBJECT_CHANGED, type WindowFindings } from './WindowFindings.js';
import type { WindowPrediction } from './WindowPrediction.js';

/** What one look for or against it changes of a cell's opacity. */
const OPACITY_STEP = 48;
/** What one look that confirms a cell adds to its confidence. */
const GAIN = 26;
/** Outcomes of a look: it goes on to what lies behind, or is, as `WindowFindings.said` has it, … */
const BEHIND = 2;
const NEW = 0;
const SAME = 1;

/**
 * Takes the samples of the window at (u, v) that `findings` does not keep from it in against one placed object. `below` is the
 * prediction behind the object. A sample is from outside the object or behind it, and goes on to what lies there, or the first look
 * at a cell, what the object was known to show, or something else: `findings` then says so.
 *
 * @example
 * ```ts
 * observeObject(placed, 16, 24, 8, 8, colours, below, findings, frame);
 * ```
 */
export function observeObject(
  placed: PlacedObject,
  u: number,
  v: number,
  columns: number,
  rows: number,
  colours: WindowColours,
  below: WindowPrediction,
  { takes, said, motions }: WindowFindings,
  frame: number,
): void {
  const { x0, xu, xv, y0, yu, yv } = placed;
  const left = Math.max(u, placed.left);
  const right = Math.min(u + columns, placed.right);
  for (let y = Math.max(v, placed.top), bottom = Math.min(v + rows, placed.bottom); y < bottom; y++) {
    for (let x = left, n = SIDE * (y - v) + left - u; x < right; x++, n++) {
      if (takes[n] === 0) continue;
      const cell = cellOf(placed, x0 + xu * x + xv * y, y0 + yu * x + yv * y);
      if (cell < 0) continue;
      const outcome = observeCell(placed, cell, n, colours, below, frame);
      if (outcome === BEHIND) continue;
      takes[n] = 0;
      said[n] = outcome;
      if (outcome === OBJECT_CHANGED) motions[n] = -1;
    }
  }
}

function observeCell(
  { patch, alpha }: PlacedObject,
  cell: number,
  n: number,
  colours: WindowColours,
  below: WindowPrediction,
  frame: number,
): number {
  const most = colours.tolerance[n];
  const isBelowKnown = below.confidence[n] >= CONFIDENCE_START;
  let r = colours.r[n];
  let g = colours.g[n];
  let b = colours.b[n];
  const behind =
    isBelowKnown && Math.abs(r - below.r[n]) <= most && Math.abs(g - below.g[n]) <= most && Math.abs(b - below.b[n]) <= most;
  if (alpha < 0.98) {
    if (alpha < 0.3 || !isBelowKnown) return behind ? BEHIND : SAME;
    const inverse = 1 / alpha;
    r = clamp8((r - (1 - alpha) * below.r[n]) * inverse);
    g = clamp8((g - (1 - alpha) * below.g[n]) * inverse);
    b = clamp8((b - (1 - alpha) * below.b[n]) * inverse);
  }
  const opacity = patch.opacity[cell];
  const sure = patch.confidence[cell];
  if (sure === 0) {
    patch.write(cell, r, g, b, CONFIDENCE_START, frame);
    patch.opacity[cell] = behind ? -OPACITY_STEP : OPACITY_STEP;
    return behind ? BEHIND : NEW;
  }
  if (opacity <= 0) {
    if (behind) {
      patch.opacity[cell] = Math.max(-127, opacity - OPACITY_STEP / 2);
      patch.confidence[cell] = Math.min(255, sure + GAIN);
      patch.seen[cell] = frame;
      return BEHIND;
    }
    if (!isBelowKnown) return BEHIND;
    patch.opacity[cell] = opacity + OPACITY_STEP;
    if (opacity + OPACITY_STEP > 0) patch.write(cell, r, g, b, CONFIDENCE_START, frame);
    return OBJECT_CHANGED;
  }
  const { value } = patch;
  const at = 3 * cell;
  const dr = r - value[at] * DOWN;
  const dg = g - value[at + 1] * DOWN;
  const db = b - value[at + 2] * DOWN;
  if (Math.abs(dr) <= most && Math.abs(dg) <= most && Math.abs(db) <= most) {
    const gain = (colours.exact[n] !== 0 ? 0.5 : 0.25) * (1 << VALUE_SHIFT);
    value[at] = clampValue(value[at] + dr * gain);
    value[at + 1] = clampValue(value[at + 1] + dg * gain);
    value[at + 2] = clampValue(value[at + 2] + db * gain);
    patch.confidence[cell] = Math.min(255, sure + GAIN);
    if (!behind) patch.opacity[cell] = Math.min(127, opacity + OPACITY_STEP / 2);
    patch.seen[cell] = frame;
    return SAME;
  }
  if (behind) {
    patch.opacity[cell] = opacity - OPACITY_STEP;
    patch.seen[cell] = frame;
    return BEHIND;
  }
  patch.write(cell, r, g, b, Math.max(64, sure >> 1), frame);
  return OBJECT_CHANGED;
}

function clamp8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
