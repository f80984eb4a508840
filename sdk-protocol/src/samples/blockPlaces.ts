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
  const end = first + BLOCK_SAMPLES;
  const { u: us, v: vs } = set;
  for (let at = first, y = v; at < end; y += 1 << level) {
    const row = y > lastV ? lastV : y;
    for (let next = at + BLOCK_SIDE, x = u; at < next; at++, x += 1 << level) {
      us[at] = x > lastU ? lastU : x;
      vs[at] = row;
    }
  }
  set.kind.fill(kind, first, end);
  set.tier.fill(tier, first, end);
  set.count = end;
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
