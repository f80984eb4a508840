/**
 * Coarsest quantiser a request can name; 0 is the finest.
 *
 * @example
 * ```ts
 * set.quantiser = Math.min(QUANTISER_LIMIT, wanted);
 * ```
 */
export const QUANTISER_LIMIT = 31;

/** What a tier adds to its request's quantiser (S15): critical is finer, what matters less is coarser. */
const TIER_OFFSET = [-6, 0, 4, 8] as const;
/** Coefficients are in 1/8. */
const EIGHTHS = 8;
/** Quarter octaves, in 1/1024. */
const OCTAVE = [1024, 1218, 1448, 1722] as const;
/** A quantiser more is a step 2^(1/4) as large: 1 at 0, 215 at 31. */
const STEPS = Int32Array.from({ length: QUANTISER_LIMIT + 1 }, (_, q) => (EIGHTHS * OCTAVE[q & 3] * (1 << (q >> 2)) + 512) >> 10);

/**
 * Step of a block's luma coefficients, in 1/8 of an 8-bit level of the orthonormal DCT: from the request's quantiser, 0 … 31, and the
 * block's tier. A uniform quantiser of step s leaves a mean squared error of at most about s²/12 a channel.
 *
 * @example
 * ```ts
 * const step = blockStep(16, Tier.important) / 8; // 16
 * ```
 */
export function blockStep(quantiser: number, tier: number): number {
  const q = quantiser + TIER_OFFSET[tier & 3];
  return STEPS[q < 0 ? 0 : q > QUANTISER_LIMIT ? QUANTISER_LIMIT : q];
}

/**
 * Bits a channel that a block of this step is as good as: its values are within about half a cell of 2^(8 − bits).
 *
 * @example
 * ```ts
 * const bits = precisionOf(blockStep(12, Tier.important)); // 5
 * ```
 */
export function precisionOf(step: number): number {
  const bits = 8 - Math.max(0, 31 - Math.clz32(Math.max(1, step >> 3)));
  return bits < 3 ? 3 : bits;
}
