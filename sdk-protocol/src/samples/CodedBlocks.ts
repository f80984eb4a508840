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

/**
 * Collects how the blocks of a frame were coded.
 *
 * @example
 * ```ts
 * list.begin();
 * list.add(BlockCoding.motion, 128, 5, -3);
 * const blocks = list.copy();
 * ```
 */
export class CodedBlockList {
  private count = 0;
  private readonly how: Uint8Array;
  private readonly step: Uint16Array;
  private readonly motionX: Int16Array;
  private readonly motionY: Int16Array;

  /** @param most Blocks of a frame at most. */
  constructor(most: number) {
    this.how = new Uint8Array(most);
    this.step = new Uint16Array(most);
    this.motionX = new Int16Array(most);
    this.motionY = new Int16Array(most);
  }

  /** A frame begins. */
  begin(): void {
    this.count = 0;
  }

  /** Adds the frame's next block. */
  add(how: BlockCoding, step: number, motionX: number, motionY: number): void {
    const b = this.count++;
    this.how[b] = how;
    this.step[b] = step;
    this.motionX[b] = motionX;
    this.motionY[b] = motionY;
  }

  /** The frame's blocks, in arrays of their own. */
  copy(): CodedBlocks {
    const { count } = this;
    return {
      count,
      how: this.how.slice(0, count),
      step: this.step.slice(0, count),
      motionX: this.motionX.slice(0, count),
      motionY: this.motionY.slice(0, count),
    };
  }
}
