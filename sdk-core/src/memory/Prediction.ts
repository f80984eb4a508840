/**
 * What a layer or an object says about one pixel; one object is reused by all callers.
 *
 * @example
 * ```ts
 * const prediction: Prediction = { r: 200, g: 90, b: 12, confidence: 255, evidence: 0 };
 * ```
 */
export interface Prediction {
  r: number;
  g: number;
  b: number;
  /** 0 unknown … 255 certain. */
  confidence: number;
  /** Evidence earned at the pixel, −254 … 254. */
  evidence: number;
}

/**
 * A prediction that says nothing.
 *
 * @example
 * ```ts
 * const here = createPrediction();
 * layer.predict(here);
 * ```
 */
export function createPrediction(): Prediction {
  return { r: 0, g: 0, b: 0, confidence: 0, evidence: 0 };
}

/**
 * True when no channel of the prediction differs from the colour by more than `tolerance`, 8-bit steps.
 *
 * @example
 * ```ts
 * if (near(prediction, r, g, b, 14)) layer.weigh(24);
 * ```
 */
export function near(prediction: Prediction, r: number, g: number, b: number, tolerance: number): boolean {
  return (
    Math.abs(r - prediction.r) <= tolerance && Math.abs(g - prediction.g) <= tolerance && Math.abs(b - prediction.b) <= tolerance
  );
}

/**
 * Makes `to` say of the pixel's colour what `from` says.
 *
 * @example
 * ```ts
 * copyPrediction(scroll, below);
 * ```
 */
export function copyPrediction(from: Prediction, to: Prediction): void {
  to.r = from.r;
  to.g = from.g;
  to.b = from.b;
  to.confidence = from.confidence;
}
