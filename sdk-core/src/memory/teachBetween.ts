import {
  CONFIDENCE_GAIN,
  CONFIDENCE_START,
  clampValue,
  GAIN_BY_CONFIDENCE,
  type TemporalMemoryBank,
  VALUE_SHIFT,
} from './TemporalMemoryBank.js';
import { projected } from './teachWhole.js';
import type { WindowCells } from './WindowCells.js';
import { SIDE, type WindowColours } from './WindowColours.js';
import type { WindowPrediction } from './WindowPrediction.js';

const ONE = 1 << VALUE_SHIFT;
const DOWN = 1 / ONE;
/** A bilinear neighbour with less than this share of a sample is not written by it. */
const WRITE_SHARE = 0.25;
const mixed = new Float64Array(3);
/** The four cells around a pixel. */
const around = new Int32Array(4);

/**
 * As `teachWhole` for a layer whose cells lie between the pixels: a sample tells of up to four of them, and those beside it see what
 * it taught. `opened`: what the layer said of each pixel before any was taught, if that was worked out.
 *
 * @example
 * ```ts
 * teachBetween(layer.bank, cells, colours, takes, 8, 8, frame, verdicts, null);
 * ```
 */
export function teachBetween(
  { value, confidence: known, seen }: TemporalMemoryBank,
  { rows: ringRows, columns: ringColumns, stepX, stepY, nearX, nearY, weights, shares }: WindowCells,
  { r, g, b, half, tolerance }: WindowColours,
  takes: Uint8Array,
  columns: number,
  rows: number,
  frame: number,
  verdicts: Int8Array,
  opened: WindowPrediction | null,
): void {
  const w0 = weights[0] * DOWN;
  const w1 = weights[1] * DOWN;
  const w2 = weights[2] * DOWN;
  const w3 = weights[3] * DOWN;
  let changed = opened === null;
  for (let j = 0; j < rows; j++) {
    const row0 = ringRows[j];
    const row1 = ringRows[j + stepY];
    const nearRow = ringRows[j + nearY];
    for (let i = 0, n = SIDE * j; i < columns; i++, n++) {
      verdicts[n] = 0;
      if (takes[n] === 0) continue;
      const cell0 = row0 + ringColumns[i];
      const cell1 = row0 + ringColumns[i + stepX];
      const cell2 = row1 + ringColumns[i];
      const cell3 = row1 + ringColumns[i + stepX];
      around[0] = cell0;
      around[1] = cell1;
      around[2] = cell2;
      around[3] = cell3;
      const sure = known[nearRow + ringColumns[i + nearX]];
      let same = true;
      if (sure !== 0) {
        const isWhole = known[cell0] !== 0 && known[cell1] !== 0 && known[cell2] !== 0 && known[cell3] !== 0;
        let pr = 0;
        let pg = 0;
        let pb = 0;
        if (!changed && opened !== null) {
          pr = opened.r[n];
          pg = opened.g[n];
          pb = opened.b[n];
        } else if (isWhole) {
          const p = 3 * cell0;
          const q = 3 * cell1;
          const s = 3 * cell2;
          const t = 3 * cell3;
          pr = w0 * value[p] + w1 * value[q] + w2 * value[s] + w3 * value[t];
          pg = w0 * value[p + 1] + w1 * value[q + 1] + w2 * value[s + 1] + w3 * value[t + 1];
          pb = w0 * value[p + 2] + w1 * value[q + 2] + w2 * value[s + 2] + w3 * value[t + 2];
        } else {
          mixKnown(value, known, weights, around, mixed);
          pr = mixed[0];
          pg = mixed[1];
          pb = mixed[2];
        }
        const most = tolerance[n];
        const part = half[n];
        const dr = projected(r[n] - pr, part);
        const dg = projected(g[n] - pg, part);
        const db = projected(b[n] - pb, part);
        same = dr <= most && dr >= -most && dg <= most && dg >= -most && db <= most && db >= -most;
        verdicts[n] = same ? 1 : -1;
        if (same && sure >= CONFIDENCE_START) {
          const moves = dr !== 0 || dg !== 0 || db !== 0;
          // What was not known until now is mixed in from now on.
          if (moves || !isWhole) changed = true;
          for (let w = 0; w < 4; w++) {
            const share = shares[w];
            if (share === 0) continue;
            const cell = around[w];
            const before = known[cell];
            seen[cell] = frame;
            if (moves) {
              const gain = GAIN_BY_CONFIDENCE[before] * share;
              const at = 3 * cell;
              value[at] = clampValue(value[at] + dr * gain);
              value[at + 1] = clampValue(value[at + 1] + dg * gain);
              value[at + 2] = clampValue(value[at + 2] + db * gain);
            }
            if (before === 255) continue;
            const grown = before + CONFIDENCE_GAIN * share;
            known[cell] = grown > 255 ? 255 : grown;
          }
          continue;
        }
      }
      changed = true;
      // Confirmed cells give way to a contradiction only.
      const limit = same ? CONFIDENCE_START : 256;
      for (let w = 0; w < 4; w++) {
        const cell = around[w];
        const weight = weights[w];
        const before = known[cell];
        if (before >= limit || !(weight >= WRITE_SHARE || (weight > 0 && before === 0))) continue;
        const at = 3 * cell;
        value[at] = r[n] * ONE;
        value[at + 1] = g[n] * ONE;
        value[at + 2] = b[n] * ONE;
        known[cell] = CONFIDENCE_START;
        seen[cell] = frame;
      }
    }
  }
}

/**
 * What the known ones of four cells say by their weights, 8-bit steps, into `out`.
 *
 * @example
 * ```ts
 * mixKnown(value, known, weights, around, colour);
 * ```
 */
export function mixKnown(
  value: Uint16Array,
  known: Uint8Array,
  weights: Float64Array,
  around: Int32Array,
  out: Float64Array,
): void {
  let sum = 0;
  let r = 0;
  let g = 0;
  let b = 0;
  for (let w = 0; w < 4; w++) {
    const cell = around[w];
    const weight = weights[w];
    if (weight === 0 || known[cell] === 0) continue;
    sum += weight;
    r += weight * value[3 * cell];
    g += weight * value[3 * cell + 1];
    b += weight * value[3 * cell + 2];
  }
  const scale = DOWN / sum;
  out[0] = r * scale;
  out[1] = g * scale;
  out[2] = b * scale;
}
