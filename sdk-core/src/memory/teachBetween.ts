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
  const w0 = weights[0];
  const w1 = weights[1];
  const w2 = weights[2];
  const w3 = weights[3];
  const s0 = shares[0];
  const s1 = shares[1];
  const s2 = shares[2];
  const s3 = shares[3];
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
      const sure = known[nearRow + ringColumns[i + nearX]];
      let same = true;
      if (sure !== 0) {
        let pr = 0;
        let pg = 0;
        let pb = 0;
        if (!changed && opened !== null) {
          pr = opened.r[n];
          pg = opened.g[n];
          pb = opened.b[n];
        } else {
          mixCells(value, known, weights, cell0, cell1, cell2, cell3, mixed);
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
          if (dr !== 0 || dg !== 0 || db !== 0) {
            changed = true;
            if (s0 !== 0) move(value, cell0, GAIN_BY_CONFIDENCE[known[cell0]] * s0, dr, dg, db);
            if (s1 !== 0) move(value, cell1, GAIN_BY_CONFIDENCE[known[cell1]] * s1, dr, dg, db);
            if (s2 !== 0) move(value, cell2, GAIN_BY_CONFIDENCE[known[cell2]] * s2, dr, dg, db);
            if (s3 !== 0) move(value, cell3, GAIN_BY_CONFIDENCE[known[cell3]] * s3, dr, dg, db);
          }
          // What was not known until now is mixed in from now on.
          if (known[cell0] === 0 || known[cell1] === 0 || known[cell2] === 0 || known[cell3] === 0) changed = true;
          if (s0 !== 0) confirm(known, seen, cell0, s0, frame);
          if (s1 !== 0) confirm(known, seen, cell1, s1, frame);
          if (s2 !== 0) confirm(known, seen, cell2, s2, frame);
          if (s3 !== 0) confirm(known, seen, cell3, s3, frame);
          continue;
        }
      }
      changed = true;
      // Confirmed cells give way to a contradiction only.
      const limit = same ? CONFIDENCE_START : 256;
      const sr = r[n] * ONE;
      const sg = g[n] * ONE;
      const sb = b[n] * ONE;
      if (isWritten(known[cell0], w0, limit)) write(value, known, seen, cell0, sr, sg, sb, frame);
      if (isWritten(known[cell1], w1, limit)) write(value, known, seen, cell1, sr, sg, sb, frame);
      if (isWritten(known[cell2], w2, limit)) write(value, known, seen, cell2, sr, sg, sb, frame);
      if (isWritten(known[cell3], w3, limit)) write(value, known, seen, cell3, sr, sg, sb, frame);
    }
  }
}

/**
 * What the known ones of four cells say by their weights, 8-bit steps, into `out`.
 *
 * @example
 * ```ts
 * mixCells(value, known, weights, cell, cell + 1, cell + 512, cell + 513, colour);
 * ```
 */
export function mixCells(
  value: Uint16Array,
  known: Uint8Array,
  weights: Float64Array,
  cell0: number,
  cell1: number,
  cell2: number,
  cell3: number,
  out: Float64Array,
): void {
  let w0 = weights[0];
  let w1 = weights[1];
  let w2 = weights[2];
  let w3 = weights[3];
  const p = 3 * cell0;
  const q = 3 * cell1;
  const s = 3 * cell2;
  const t = 3 * cell3;
  if (known[cell0] !== 0 && known[cell1] !== 0 && known[cell2] !== 0 && known[cell3] !== 0) {
    w0 *= DOWN;
    w1 *= DOWN;
    w2 *= DOWN;
    w3 *= DOWN;
    out[0] = w0 * value[p] + w1 * value[q] + w2 * value[s] + w3 * value[t];
    out[1] = w0 * value[p + 1] + w1 * value[q + 1] + w2 * value[s + 1] + w3 * value[t + 1];
    out[2] = w0 * value[p + 2] + w1 * value[q + 2] + w2 * value[s + 2] + w3 * value[t + 2];
    return;
  }
  if (known[cell0] === 0) w0 = 0;
  if (known[cell1] === 0) w1 = 0;
  if (known[cell2] === 0) w2 = 0;
  if (known[cell3] === 0) w3 = 0;
  const scale = DOWN / (w0 + w1 + w2 + w3);
  out[0] = (w0 * value[p] + w1 * value[q] + w2 * value[s] + w3 * value[t]) * scale;
  out[1] = (w0 * value[p + 1] + w1 * value[q + 1] + w2 * value[s + 1] + w3 * value[t + 1]) * scale;
  out[2] = (w0 * value[p + 2] + w1 * value[q + 2] + w2 * value[s + 2] + w3 * value[t + 2]) * scale;
}

function move(value: Uint16Array, cell: number, gain: number, dr: number, dg: number, db: number): void {
  const at = 3 * cell;
  value[at] = clampValue(value[at] + dr * gain);
  value[at + 1] = clampValue(value[at + 1] + dg * gain);
  value[at + 2] = clampValue(value[at + 2] + db * gain);
}

function confirm(known: Uint8Array, seen: Int32Array, cell: number, share: number, frame: number): void {
  const sure = known[cell];
  seen[cell] = frame;
  if (sure === 255) return;
  const grown = sure + CONFIDENCE_GAIN * share;
  known[cell] = grown > 255 ? 255 : grown;
}

/** True when a sample with such a weight for a cell becomes its content. */
function isWritten(sure: number, weight: number, limit: number): boolean {
  return sure < limit && (weight >= WRITE_SHARE || (weight > 0 && sure === 0));
}

function write(
  value: Uint16Array,
  known: Uint8Array,
  seen: Int32Array,
  cell: number,
  r: number,
  g: number,
  b: number,
  frame: number,
): void {
  const at = 3 * cell;
  value[at] = r;
  value[at + 1] = g;
  value[at + 2] = b;
  known[cell] = CONFIDENCE_START;
  seen[cell] = frame;
}
