import type { CaptureGrid } from '@sgaps/protocol';
import { BLUE_NOISE_SIDE, blueNoise } from './blueNoise.js';

/**
 * Marks `count` more pixels in `take` (W·H, 0 free, 1 taken): importance against a blue-noise threshold that moves with
 * the frame, so that a request is exact (S5) and its single pixels are evenly spread.
 *
 * @example
 * ```ts
 * fillEvenly(grid, frameId, 40, analyzer.importance, take);
 * ```
 */
export function fillEvenly(grid: CaptureGrid, frameId: number, count: number, importance: Float32Array, take: Uint8Array): void {
  const { width, height } = grid;
  const noise = blueNoise();
  const shift = Math.imul(frameId + 1, 0x9e3779b1) >>> 0;
  const su = shift >>> 26;
  const sv = (shift >>> 20) & (BLUE_NOISE_SIDE - 1);
  const wanted = (at: number, u: number, v: number) =>
    (1 + importance[at]) / noise[((v + sv) & (BLUE_NOISE_SIDE - 1)) * BLUE_NOISE_SIDE + ((u + su) & (BLUE_NOISE_SIDE - 1))];
  // Halve the range of thresholds until as many pixels as wanted lie above.
  let low = 0;
  let high = 1e8;
  for (let step = 0; step < 24 && count > 0; step++) {
    const middle = Math.sqrt((low + 1) * (high + 1)) - 1;
    let above = 0;
    for (let v = 0, at = 0; v < height; v++)
      for (let u = 0; u < width; u++, at++) if (take[at] === 0 && wanted(at, u, v) > middle) above++;
    if (above > count) low = middle;
    else high = middle;
  }
  let left = count;
  for (const limit of [high, low, -1]) {
    for (let v = 0, at = 0; v < height && left > 0; v++) {
      for (let u = 0; u < width && left > 0; u++, at++) {
        if (take[at] !== 0 || wanted(at, u, v) <= limit) continue;
        take[at] = 1;
        left--;
      }
    }
  }
}
