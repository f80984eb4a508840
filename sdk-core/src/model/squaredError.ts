/** Logarithms of what is no error at all, and of the largest there is (255²); steps of the table between them. */
const LEAST = -12;
const MOST = 12;
const STEPS_PER_UNIT = 512;
const TABLE = Float32Array.from({ length: (MOST - LEAST) * STEPS_PER_UNIT + 1 }, (_, at) =>
  Math.exp(LEAST + at / STEPS_PER_UNIT),
);

/**
 * The squared error, 8-bit steps², that a model expects of a pixel by its log-variance: `Math.exp` to one part in a thousand at a fifth of its cost, three times a pixel of every
 * frame. Below e⁻¹² and above e¹², more than any error, it stays at those.
 *
 * @example
 * ```ts
 * const doubt = Math.sqrt(squaredError(output.logVariance[at])); // levels
 * ```
 */
export function squaredError(logVariance: number): number {
  // What is no number is the largest error.
  const within = logVariance < LEAST ? LEAST : logVariance < MOST ? logVariance : MOST;
  return TABLE[((within - LEAST) * STEPS_PER_UNIT + 0.5) | 0];
}
