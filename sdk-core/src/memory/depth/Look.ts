import { BLOCK_SAMPLES, BLOCK_SIDE, type PixelFrame } from '@sgaps/protocol';
import { nearnessOf } from './BlockDepth.js';

/**
 * What a frame shows of the pixels of a block, or of a single one: row by row; beyond the picture's edge the edge is repeated.
 *
 * @example
 * ```ts
 * look.open(frame, first, 64);
 * const corner = look.sample[0];
 * ```
 */
export class Look {
  /** The first pixel, and how many a side: 8 or 1. */
  left = 0;
  top = 0;
  size = 1;
  /** Binary logarithm of the size. */
  shift = 0;
  /** Half the quantisation cell of the samples, 8-bit steps. */
  half = 0.5;
  /** Colour of each pixel, red highest. */
  readonly sample = new Int32Array(BLOCK_SAMPLES);
  /** For whoever needs the colours of a row. */
  readonly row = new Int32Array(BLOCK_SIDE);
  /** Measured nearness of each pixel; −1 where none was. */
  readonly nearness = new Float64Array(BLOCK_SAMPLES).fill(-1);

  /** Turns to `count` samples of a frame from the first on: 64 of a block, or 1. */
  open({ samples, values }: PixelFrame, first: number, count: number): void {
    const { sample, nearness } = this;
    const { rgb, bits, depth } = values;
    this.left = samples.u[first];
    this.top = samples.v[first];
    this.shift = count === 1 ? 0 : 3;
    this.size = 1 << this.shift;
    this.half = (1 << (8 - bits[first])) / 2;
    for (let k = 0, i = first, p = 3 * first; k < count; k++, i++, p += 3) {
      sample[k] = (rgb[p] << 16) | (rgb[p + 1] << 8) | rgb[p + 2];
      nearness[k] = depth ? nearnessOf(depth[i]) : -1;
    }
  }
}
