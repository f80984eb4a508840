/**
 * How the features of a frame add up to decibels: `intercept` + Σ `weights[i]` · feature i, in the order of `FEATURE_NAMES`.
 *
 * @example
 * ```ts
 * const model: QualityModel = { intercept: 40, weights: new Array(8).fill(0) };
 * ```
 */
export interface QualityModel {
  readonly intercept: number;
  readonly weights: readonly number[];
}

/** Fitted by `npm run bench:quality -- --fit` over all train clips; that command judges each clip by a model fitted without it. */
export const QUALITY_MODEL: QualityModel = {
  intercept: 46.93,
  weights: [-4.65, -1.94, -1.66, -0.6, -1.57, -0.31, 3.9, -0.73],
};
