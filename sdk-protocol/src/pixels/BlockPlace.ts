import { BLOCK_SIDE } from '../samples/SampleSet.js';
import type { MotionPlace } from './MotionPrediction.js';

/** Where a block lies in what was sent before; one object serves all blocks. */
export interface BlockPlace extends MotionPlace {
  map: Uint32Array;
  x: number;
  y: number;
  /** True where the block is 8×8 pixels in a piece: neither cut by the grid's edge nor by the ring's. */
  whole: boolean;
  /** Places of the 64 samples in `map`; of a whole block they are not filled in. */
  readonly places: Int32Array;
  /** Pixels from one sample to the next. */
  side: number;
  /** 0 … 26: whether the block's own, left and above cell were same, changed or never coded. */
  status: number;
  /** The 8×8 cell of the first sample, and how many are in a row. */
  cell: number;
  readonly columns: number;
  /** True for pixels, false for means: only pixels move. */
  moves: boolean;
}

/**
 * The mean colour beside a block, the column left of it and the row above: Y, Co and Cg into `means`, mid grey where nothing is known.
 *
 * @example
 * ```ts
 * meanBeside(place, planes.means);
 * ```
 */
export function meanBeside({ map, places, whole, x, y, width, side }: BlockPlace, means: Int32Array): void {
  let r = 0;
  let g = 0;
  let b = 0;
  let n = 0;
  const start = y * width + x;
  for (let i = 0; i < 2 * BLOCK_SIDE; i++) {
    const isLeft = i < BLOCK_SIDE;
    if (isLeft && x < side) continue;
    const at = whole
      ? start + (isLeft ? i * width - 1 : i - BLOCK_SIDE - width)
      : isLeft
        ? places[BLOCK_SIDE * i] - side
        : places[i - BLOCK_SIDE] - side * width;
    const entry = at < 0 ? 0 : map[at];
    if (entry === 0) continue;
    r += (entry >>> 16) & 255;
    g += (entry >>> 8) & 255;
    b += entry & 255;
    n++;
  }
  if (n === 0) {
    means[0] = 128;
    means[1] = means[2] = 0;
    return;
  }
  const blue = (b / n) | 0;
  means[1] = ((r / n) | 0) - blue;
  const t = blue + (means[1] >> 1);
  means[2] = ((g / n) | 0) - t;
  means[0] = t + (means[2] >> 1);
}
