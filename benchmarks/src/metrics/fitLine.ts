/**
 * A straight line through points by least squares.
 *
 * @example
 * ```ts
 * const { slope, slopeError }: Line = fitLine([1, 2, 3], [2.1, 3.9, 6.0]);
 * ```
 */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Half of the slope's 95 % interval, the points' scatter being normal and independent; NaN below three points. */
  readonly slopeError: number;
  /** Part of the scatter that the line explains, 0 … 1; NaN where there is none. */
  readonly r2: number;
}

/** Student's t for 95 %, by degrees of freedom; from 30 on, that of the normal distribution is near enough. */
const T95 = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.1, 2.09, 2.09, 2.08,
  2.07, 2.07, 2.06, 2.06, 2.06, 2.05, 2.05, 2.05,
];

/**
 * Fits it; NaN where all `x` are the same.
 *
 * @example
 * ```ts
 * const { slope } = fitLine(seconds, megabytes);
 * ```
 */
export function fitLine(x: readonly number[], y: readonly number[]): Line {
  const n = x.length;
  const mean = (of: readonly number[]) => of.reduce((all, value) => all + value, 0) / n;
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xx += (x[i] - meanX) ** 2;
    xy += (x[i] - meanX) * (y[i] - meanY);
    yy += (y[i] - meanY) ** 2;
  }
  const slope = xy / xx;
  const rest = Math.max(0, yy - slope * xy);
  const error = n > 2 ? (T95[n - 3] ?? 1.96) * Math.sqrt(rest / (n - 2) / xx) : Number.NaN;
  return { slope, intercept: meanY - slope * meanX, slopeError: error, r2: 1 - rest / yy };
}
