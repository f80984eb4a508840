import { PIXELS } from './WindowColours.js';

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
