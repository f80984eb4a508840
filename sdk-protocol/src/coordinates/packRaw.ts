import { deflateSync } from 'fflate';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { type Group, keyBits } from './groupForms.js';

/**
 * Keys packed at the fewest bits that hold any, deflated ("raw" of S14). Any order and repeats are kept.
 *
 * @example
 * ```ts
 * const bytes = packRaw(group, grid);
 * ```
 */
export function packRaw(group: Group, grid: CaptureGrid): Uint8Array {
  const width = keyBits(grid);
  const packed = new Uint8Array((group.count * width + 7) >> 3);
  let bit = 0;
  for (let i = 0; i < group.count; i++) {
    for (let k = width - 1; k >= 0; k--, bit++) packed[bit >> 3] |= ((group.keys[i] >>> k) & 1) << (7 - (bit & 7));
  }
  return deflateSync(packed, { level: 9 });
}
