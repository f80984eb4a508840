import { SampleKind, type SampleSet, Tier } from '@sgaps/protocol';
import { appendSample } from './appendSample.js';
import type { BlockGrid } from './BlockGrid.js';

/**
 * Adds the blocks marked `wanted` to a set, by tier (tagged blocks are coded finer or coarser than the rest), in raster order
 * within one.
 *
 * @example
 * ```ts
 * appendBlocks(set, blocks, chosen, 1, tags.tags);
 * ```
 */
export function appendBlocks(set: SampleSet, blocks: BlockGrid, marks: Uint8Array, wanted: number, tags: Uint8Array): void {
  for (let tier = Tier.critical as number; tier <= Tier.optional; tier++) {
    for (let block = 0; block < blocks.count; block++) {
      if (marks[block] !== wanted || tierOf(tags[block]) !== tier) continue;
      const x = block % blocks.columns;
      appendSample(set, blocks.left(x), blocks.top((block - x) / blocks.columns), SampleKind.block0, tier);
    }
  }
}

/** Untagged blocks are of the tier that a request's quantiser is meant for. */
function tierOf(tag: number): number {
  return tag === 0 ? Tier.important : tag - 1;
}
