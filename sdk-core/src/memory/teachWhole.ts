import {
  CONFIDENCE_GAIN,
  CONFIDENCE_START,
  clampValue,
  GAIN_BY_CONFIDENCE,
  type TemporalMemoryBank,
  VALUE_SHIFT,
} from './TemporalMemoryBank.js';
import type { WindowCells } from './WindowCells.js';
import { SIDE, type WindowColours } from './WindowColours.js';

const ONE = 1 << VALUE_SHIFT;
const DOWN = 1 / ONE;

/**
 * Shows a layer whose cells lie on the pixels the samples of a window where `takes` is not 0. `verdicts` hears what each was: 1 as
 * predicted, −1 not so, 0 where nothing was known.
 *
 * @example
 * ```ts
 * teachWhole(layer.bank, cells, colours, takes, 8, 8, frame, verdicts);
 * ```
 */
export function teachWhole(
  { value, confidence: known, seen }: TemporalMemoryBank,
  { rows: ringRows, columns: ringColumns }: WindowCells,
  { r, g, b, half, tolerance }: WindowColours,
  takes: Uint8Array,
  columns: number,
  rows: number,
  frame: number,
  verdicts: Int8Array,
): void {
  for (let j = 0; j < rows; j++) {
    const row = ringRows[j];
    for (let i = 0, n = SIDE * j; i < columns; i++, n++) {
      verdicts[n] = 0;
      if (takes[n] === 0) continue;
      const cell = row + ringColumns[i];
      const at = 3 * cell;
      const sure = known[cell];
      seen[cell] = frame;
      if (sure !== 0) {
        const most = tolerance[n];
        const part = half[n];
        const dr = projected(r[n] - value[at] * DOWN, part);
        const dg = projected(g[n] - value[at + 1] * DOWN, part);
        const db = projected(b[n] - value[at + 2] * DOWN, part);
        const same = dr <= most && dr >= -most && dg <= most && dg >= -most && db <= most && db >= -most;
        verdicts[n] = same ? 1 : -1;
        if (same && sure >= CONFIDENCE_START) {
          if (dr !== 0 || dg !== 0 || db !== 0) {
            const gain = GAIN_BY_CONFIDENCE[sure];
            value[at] = clampValue(value[at] + dr * gain);
            value[at + 1] = clampValue(value[at + 1] + dg * gain);
            value[at + 2] = clampValue(value[at + 2] + db * gain);
          }
          known[cell] = sure > 255 - CONFIDENCE_GAIN ? 255 : sure + CONFIDENCE_GAIN;
          continue;
        }
      }
      // New, contradicted, or only known from a mean until now.
      value[at] = r[n] * ONE;
      value[at + 1] = g[n] * ONE;
      value[at + 2] = b[n] * ONE;
      known[cell] = CONFIDENCE_START;
    }
  }
}

/**
 * The part of an innovation that lies outside the sample's quantisation cell (S15).
 *
 * @example
 * ```ts
 * projected(-6, 4); // -2
 * ```
 */
export function projected(innovation: number, half: number): number {
  if (half <= 0.5) return innovation;
  return innovation > half ? innovation - half : innovation < -half ? innovation + half : 0;
}
