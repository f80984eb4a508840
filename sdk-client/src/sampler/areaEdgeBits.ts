import type { CaptureGrid } from '@sgaps/protocol';
import { SgapsError } from '@sgaps/protocol/vocabulary';

/** Side of the largest mean, grid pixels (`SampleKind.mean4`). */
const LARGEST_SIDE = 16;

/** Largest weight sum for which 255 × weights + weights / 2 fits an unsigned 32-bit accumulator. */
const LARGEST_WEIGHT = Math.floor(0xffffffff / 255.5);

/**
 * Sub-pixel bits of a sample's edges: 4 (1/16 canvas pixel) while the largest mean of this canvas and grid sums up in 32 bits,
 * else 2, else 0. With 4 bits a mean may cover 65,665 canvas pixels (about 256 × 256): a 4K canvas on a 320×180 grid stays at 4.
 *
 * Throws `UNSUPPORTED` where even whole-pixel edges would overflow (a mean over more than 16.8 million canvas pixels).
 *
 * @example
 * ```ts
 * areaEdgeBits(1280, 720, { width: 320, height: 180 }); // 4
 * ```
 */
export function areaEdgeBits(canvasWidth: number, canvasHeight: number, grid: CaptureGrid): number {
  for (const bits of [4, 2, 0]) {
    const side = (canvas: number, cells: number) => Math.ceil((Math.min(LARGEST_SIDE, cells) * canvas * (1 << bits)) / cells) + 1;
    if (side(canvasWidth, grid.width) * side(canvasHeight, grid.height) <= LARGEST_WEIGHT) return bits;
  }
  throw new SgapsError(
    'UNSUPPORTED',
    `A canvas of ${canvasWidth}×${canvasHeight} is too large for a ${grid.width}×${grid.height} grid.`,
  );
}
