import type { QualityModel } from '@sgaps/core';

/**
 * One frame of a clip: what could be told of it, and its true PSNR, dB.
 *
 * @example
 * ```ts
 * const row: QualityRow = { features: [0.3, 2.1], psnr: 34.2 };
 * ```
 */
export interface QualityRow {
  readonly features: readonly number[];
  readonly psnr: number;
}

/** Ridge penalty on the standardised features, and the first frames of a clip that are left out: nothing is known of them yet. */
const RIDGE = 0.05;
const SKIPPED = 3;

/**
 * The linear model that predicts PSNR best in the mean of squares over the clips, each of which weighs the same.
 *
 * @example
 * ```ts
 * const model = fitModel([rowsOfOneClip, rowsOfAnother]);
 * ```
 */
export function fitModel(clips: readonly (readonly QualityRow[])[]): QualityModel {
  const size = clips[0][0].features.length;
  const rows = clips.flatMap((clip) =>
    clip.slice(SKIPPED).map(({ features, psnr }) => ({ features, psnr, weight: 1 / (clip.length - SKIPPED) / clips.length })),
  );
  const mean = new Array<number>(size).fill(0);
  const spread = new Array<number>(size).fill(0);
  let psnrMean = 0;
  for (const { features, psnr, weight } of rows) {
    psnrMean += weight * psnr;
    features.forEach((value, i) => (mean[i] += weight * value));
  }
  for (const { features, weight } of rows) features.forEach((value, i) => (spread[i] += weight * (value - mean[i]) ** 2));
  const scale = spread.map((variance) => Math.sqrt(variance) + 1e-9);
  const matrix = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? RIDGE / clips.length : 0)),
  );
  const right = new Array<number>(size).fill(0);
  for (const { features, psnr, weight } of rows) {
    const x = features.map((value, i) => (value - mean[i]) / scale[i]);
    for (let i = 0; i < size; i++) {
      right[i] += weight * x[i] * (psnr - psnrMean);
      for (let j = 0; j < size; j++) matrix[i][j] += weight * x[i] * x[j];
    }
  }
  const weights = solve(matrix, right).map((value, i) => value / scale[i]);
  return { intercept: psnrMean - weights.reduce((sum, value, i) => sum + value * mean[i], 0), weights };
}

/**
 * What a model says of a frame, dB, within 5 … 60.
 *
 * @example
 * ```ts
 * const psnr = predict(model, row.features);
 * ```
 */
export function predict({ intercept, weights }: QualityModel, features: readonly number[]): number {
  return Math.min(
    60,
    Math.max(
      5,
      features.reduce((sum, value, i) => sum + value * weights[i], intercept),
    ),
  );
}

/** Gauss with partial pivoting; the matrix and the right side are used up. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(matrix[i][k]) > Math.abs(matrix[pivot][k])) pivot = i;
    [matrix[k], matrix[pivot]] = [matrix[pivot], matrix[k]];
    [right[k], right[pivot]] = [right[pivot], right[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i][k] / matrix[k][k];
      for (let j = k; j < n; j++) matrix[i][j] -= factor * matrix[k][j];
      right[i] -= factor * right[k];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    let sum = right[k];
    for (let j = k + 1; j < n; j++) sum -= matrix[k][j] * x[j];
    x[k] = sum / matrix[k][k];
  }
  return x;
}
