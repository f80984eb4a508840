/**
 * A sampled 8-bit colour, how far a memory may differ from it per channel to be the same, and whether it is exact to the
 * last bit.
 *
 * @example
 * ```ts
 * const sample: ColourSample = { r: 200, g: 90, b: 12, half: 0.5, tolerance: 14.5, exact: true };
 * ```
 */
export interface ColourSample {
  r: number;
  g: number;
  b: number;
  /** Half of its quantisation cell, in memory's steps. */
  half: number;
  tolerance: number;
  exact: boolean;
}
