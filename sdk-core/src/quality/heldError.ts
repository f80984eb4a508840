import type { CaptureGrid } from '@sgaps/protocol';
import { BLOCK } from '../plan/BlockGrid.js';
import type { DecodedFrame } from '../session/SessionDecoder.js';

/** A quantiser's step is up to twice what its precision says: squared, this much more on average. */
const STEPS = 1.5;
/** Squared error, 8-bit steps², that no block is better than. */
const FLOOR = 0.05;

/**
 * Mean squared error a channel to expect of each 8×8 block of a picture that samples alone keep up to date: that of its
 * quantiser, and no more than what little the block shows of detail.
 *
 * @example
 * ```ts
 * heldError(decoded, grid, blockError);
 * ```
 */
export function heldError({ rgb, uncertainty }: DecodedFrame, { width, height }: CaptureGrid, out: Float32Array): void {
  const columns = Math.ceil(width / BLOCK);
  for (let b = 0; b < out.length; b++) {
    const left = (b % columns) * BLOCK;
    const top = Math.floor(b / columns) * BLOCK;
    let gradient = 0;
    let most = 0;
    let count = 0;
    for (let v = top; v < Math.min(height - 1, top + BLOCK); v += 2) {
      for (let u = left; u < Math.min(width - 1, left + BLOCK); u += 2) {
        const at = v * width + u;
        const here = luma(rgb, at);
        gradient += (here - luma(rgb, at + 1)) ** 2 + (here - luma(rgb, at + width)) ** 2;
        if (uncertainty[at] > most) most = uncertainty[at];
        count += 2;
      }
    }
    const step = 256 * most;
    out[b] = FLOOR + Math.min((STEPS * step * step) / 12, gradient / Math.max(1, count));
  }
}

function luma(rgb: Uint8ClampedArray, at: number): number {
  return (rgb[3 * at] + 2 * rgb[3 * at + 1] + rgb[3 * at + 2]) / 4;
}
