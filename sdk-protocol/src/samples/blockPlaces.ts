import type { CaptureGrid } from './CaptureGrid.js';
import { BLOCK_SAMPLES, BLOCK_SIDE, levelOf, type SampleSet } from './SampleSet.js';

/**
 * Writes the 64 samples of the block of `kind` at (u, v) behind those a set holds, row by row; what lies beyond the grid repeats its
 * edge. The set must have room.
 *
 * @example
 * ```ts
 * appendBlock({ width: 320, height: 180 }, set, 16, 32, SampleKind.block0, Tier.important);
 * ```
 */
export function appendBlock(grid: CaptureGrid, set: SampleSet, u: number, v: number, kind: number, tier: number): void {
  const level = levelOf(kind);
  const lastU = grid.width - 1;
  const lastV = grid.height - 1;
  const first = set.count;
  for (let j = 0; j < BLOCK_SAMPLES; j++) {
    const at = first + j;
    const x = u + ((j & (BLOCK_SIDE - 1)) << level);
    const y = v + ((j >> 3) << level);
    set.u[at] = x > lastU ? lastU : x;
    set.v[at] = y > lastV ? lastV : y;
    set.kind[at] = kind;
    set.tier[at] = tier;
  }
  set.count = first + BLOCK_SAMPLES;
}

/**
 * Samples that a request's own entries expand to: 64 for a block, one for any other.
 *
 * @example
 * ```ts
 * if (expandedCount(request.explicit) > LIMITS.samplesPerFrame) askForLess();
 * ```
 */
export function expandedCount(set: SampleSet): number {
  let count = set.count;
  for (let i = 0; i < set.count; i++) if (set.kind[i] >= 8) count += BLOCK_SAMPLES - 1;
  return count;
}
