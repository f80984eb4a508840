import { SampleKind, type SampleSet, Tier } from '@sgaps/protocol';
import type { BlockGrid } from './BlockGrid.js';

/**
 * Adds the blocks marked `wanted` to a set, by tier (tagged blocks are coded finer or coarser than the rest), in raster order
 * within one. A full set stays as it is.
 *
 * @example
 * ```ts
 * appendBlocks(set, blocks, chosen, 1, tags.tags);
 * ```
 */
export function appendBlocks(set: SampleSet, blocks: BlockGrid, marks: Uint8Array, wanted: number, tags: Uint8Array): void {
  let tiers = 0;
  for (let block = 0; block < blocks.count; block++) if (marks[block] === wanted) tiers |= 1 << tierOf(tags[block]);
  for (let tier = Tier.critical as number; tier <= Tier.optional; tier++) {
    if ((tiers >> tier) & 1) appendTier(set, blocks, marks, wanted, tags, tier);
  }
}

function appendTier(set: SampleSet, blocks: BlockGrid, marks: Uint8Array, wanted: number, tags: Uint8Array, tier: number): void {
  const { u, v } = set;
  const { columns, rows } = blocks;
  const room = u.length;
  const first = set.count;
  let to = first;
  for (let y = 0, block = 0; y < rows; y++) {
    const top = blocks.top(y);
    for (let x = 0; x < columns && to < room; x++) {
      const at = block + x;
      if (marks[at] !== wanted || tierOf(tags[at]) !== tier) continue;
      u[to] = blocks.left(x);
      v[to++] = top;
    }
    block += columns;
  }
  set.kind.fill(SampleKind.block0, first, to);
  set.tier.fill(tier, first, to);
  set.count = to;
}

/** Untagged blocks are of the tier that a request's quantiser is meant for. */
function tierOf(tag: number): number {
  return tag === 0 ? Tier.important : tag - 1;
}
