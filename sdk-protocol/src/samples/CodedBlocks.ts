/**
 * How a block of a frame was coded: as what was last sent of its place; as its difference to that, to the mean beside it, or to what a motion
 * points to; or exactly.
 *
 * @example
 * ```ts
 * const precise = blocks.how[b] === BlockCoding.exact;
 * ```
 */
export const BlockCoding = { same: 0, place: 1, mean: 2, motion: 3, exact: 4 } as const;
/** A value of `BlockCoding`. */
export type BlockCoding = (typeof BlockCoding)[keyof typeof BlockCoding];

/**
 * How the blocks of one frame were coded, one entry for each block of its expanded set, in the set's order: what a reconstructor may know of a block's
 * precision and of where its picture came from.
 *
 * @example
 * ```ts
 * const pixels = blocks.motionX[b] / 4; // where block b was in the frame before, relative to where it is
 * ```
 */
export interface CodedBlocks {
  /** Blocks of the frame. */
  readonly count: number;
  /** `BlockCoding` of each. */
  readonly how: Uint8Array;
  /** Step of its luma coefficients, in 1/8 of an 8-bit level (`blockStep`); of what is the same or exact, the step that it would have had. */
  readonly step: Uint16Array;
  /** Motion in quarters of a pixel, in the world of the first 2D camera: 0 unless coded by motion. */
  readonly motionX: Int16Array;
  readonly motionY: Int16Array;
}
