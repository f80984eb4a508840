import type { Prediction } from './Prediction.js';
import { PIXELS, type WindowColours } from './WindowColours.js';

/**
 * What is predicted of a window of up to 8×8 pixels. Colours say something only where the confidence is not 0.
 *
 * @example
 * ```ts
 * const prediction: WindowPrediction = likeliest.choose(windows, layers, 8, 8);
 * ```
 */
export interface WindowPrediction {
  /** 8-bit steps. */
  readonly r: Float64Array;
  readonly g: Float64Array;
  readonly b: Float64Array;
  /** 0 unknown … 255 certain. */
  readonly confidence: Uint8Array;
  /** Evidence earned at each pixel, −254 … 254. */
  readonly evidence: Int16Array;
}

/**
 * A window's prediction that says nothing.
 *
 * @example
 * ```ts
 * const mixed = createWindowPrediction();
 * ```
 */
export function createWindowPrediction(): WindowPrediction {
  return {
    r: new Float64Array(PIXELS),
    g: new Float64Array(PIXELS),
    b: new Float64Array(PIXELS),
    confidence: new Uint8Array(PIXELS),
    evidence: new Int16Array(PIXELS),
  };
}

/**
 * What a window's prediction says of pixel n, into `out`.
 *
 * @example
 * ```ts
 * log.note(u, v, r, g, b, 8, readPrediction(scroll, 9, here));
 * ```
 */
export function readPrediction({ r, g, b, confidence }: WindowPrediction, n: number, out: Prediction): Prediction {
  out.r = r[n];
  out.g = g[n];
  out.b = b[n];
  out.confidence = confidence[n];
  return out;
}

/**
 * True when the sample of pixel n is as predicted, within its tolerance.
 *
 * @example
 * ```ts
 * if (isNear(scroll, 9, colours)) confirm(9);
 * ```
 */
export function isNear(prediction: WindowPrediction, n: number, { r, g, b, tolerance }: WindowColours): boolean {
  const most = tolerance[n];
  return (
    Math.abs(r[n] - prediction.r[n]) <= most &&
    Math.abs(g[n] - prediction.g[n]) <= most &&
    Math.abs(b[n] - prediction.b[n]) <= most
  );
}
