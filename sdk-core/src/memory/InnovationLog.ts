import type { Prediction } from './Prediction.js';

/** Samples noted in a frame at most. */
const CAPACITY = 1 << 14;

/**
 * What the samples of the last frame said against memory, before it learnt from them: for each point its place, the squared
 * error of what memory would have shown, and how sure memory was. Overwritten by the next frame, in no snapshot.
 *
 * @example
 * ```ts
 * const { count, u, v, squaredError } = decoder.memory.innovations;
 * for (let i = 0; i < count; i++) history.observe(history.blockAt(u[i], v[i]), squaredError[i], decoder.frameId);
 * ```
 */
export class InnovationLog {
  /** Points noted. */
  count = 0;
  readonly u = new Uint16Array(CAPACITY);
  readonly v = new Uint16Array(CAPACITY);
  /** Mean over the channels of (sample − prediction)², 8-bit steps²; what lies within the sample's quantisation cell counts as 0. */
  readonly squaredError = new Float32Array(CAPACITY);
  /** Memory's confidence there, 1 … 255; 0 where it knew nothing, and then the error says nothing. */
  readonly confidence = new Uint8Array(CAPACITY);

  /** Notes a point that memory, which had not learnt from it yet, would have shown as `predicted`. */
  note(u: number, v: number, r: number, g: number, b: number, bits: number, predicted: Prediction): void {
    const half = bits >= 8 ? 0 : (1 << (8 - bits)) / 2;
    const dr = beyond(r - predicted.r, half);
    const dg = beyond(g - predicted.g, half);
    const db = beyond(b - predicted.b, half);
    const known = predicted.confidence !== 0;
    this.add(u, v, predicted.confidence, known ? (dr * dr + dg * dg + db * db) / 3 : 0);
  }

  /** Forgets what was noted. */
  clear(): void {
    this.count = 0;
  }

  /** Notes a point of which something else has told how far off memory was. */
  add(u: number, v: number, confidence: number, squaredError: number): void {
    if (this.count === CAPACITY) return;
    const n = this.count++;
    this.u[n] = u;
    this.v[n] = v;
    this.confidence[n] = confidence;
    this.squaredError[n] = squaredError;
  }
}

function beyond(innovation: number, half: number): number {
  return innovation > half ? innovation - half : innovation < -half ? innovation + half : 0;
}
