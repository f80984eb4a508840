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

/**
 * Fitted by `npm run bench:quality -- --fit` over all train clips, the weights at 2,304 samples a frame, where learning shows best, and the intercept
 * at 8,064; that command judges each clip by a model fitted without it.
 *
 * @example
 * ```ts
 * const quality = new SelfQualityAssessment(grid, { model: QUALITY_MODEL });
 * ```
 */
export const QUALITY_MODEL: QualityModel = {
  intercept: 46.064,
  weights: [-3.955, -1.779, -1.183, -0.714, -1.531, -0.448, 3.381, -1.147],
};
