/**
 * The two neighbouring CRFs between which an encoder makes `target` bytes: `fine` makes as many or more, `coarse` fewer. One alone where
 * even the finest makes fewer (`fine` is undefined), or even the coarsest makes more (`coarse` is).
 *
 * @example
 * ```ts
 * const { fine, coarse } = await searchCrf({ target: 500_000, most: 51, trial: (crf) => encode(crf) });
 * ```
 */
export async function searchCrf(options: {
  readonly target: number;
  readonly most: number;
  /** Bytes that a CRF gives, fewer the larger it is. */
  readonly trial: (crf: number) => Promise<number>;
}): Promise<{ readonly fine?: number; readonly coarse?: number }> {
  const { target, most, trial } = options;
  // At 0 x264 is lossless and another codec.
  let fine = 0;
  let coarse = most + 1;
  while (coarse - fine > 1) {
    const middle = (fine + coarse) >> 1;
    if ((await trial(middle)) >= target) fine = middle;
    else coarse = middle;
  }
  return { fine: fine > 0 ? fine : undefined, coarse: coarse <= most ? coarse : undefined };
}

/**
 * Where `x` lies between two values, 0 at the first and 1 at the second, by logarithms: quality is about a line over the logarithm of bytes.
 *
 * @example
 * ```ts
 * between(100, 10, 1000); // 0.5
 * ```
 */
export function between(x: number, first: number, second: number): number {
  return first === second ? 0 : Math.log(x / first) / Math.log(second / first);
}
