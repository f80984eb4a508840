/**
 * How the features of a frame add up to decibels: `intercept` + Σ `weights[i]` · feature i, in the order of `FEATURE_NAMES`.
 *
 * @example
 * ```ts
 * const model: QualityModel = { intercept: 40, weights: new Array(12).fill(0) };
 * ```
 */
export interface QualityModel {
  readonly intercept: number;
  readonly weights: readonly number[];
}

/** Fitted by `npm run bench:quality -- --fit` over all train clips; that command judges each clip by a model fitted without it. */
export const QUALITY_MODEL: QualityModel = {
  intercept: 60.52,
  weights: [-3.991, -2.851, -1.553, -0.549, -0.257, -0.466, 2.492, 0.429, -0.011, 0.549, -1.844, 0.671],
};
