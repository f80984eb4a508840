import { BLOCK, type BlockGrid } from './BlockGrid.js';
import { BLUE_NOISE_SIDE, blueNoise } from './blueNoise.js';
import { HierarchicalSamplingBudget } from './HierarchicalSamplingBudget.js';

/**
 * Hands single pixels out by tiers of blocks, so that a request is exact (S5): each block gets as many as its tier and importance give it, spread
 * within it by blue noise that moves with the frame.
 *
 * @example
 * ```ts
 * const tiers = new TierFill(blocks);
 * tiers.fill(take, 40, { importance: analyzer.importance, tags: tags.tags, turn: frameId });
 * ```
 */
export class TierFill {
  private readonly budget: HierarchicalSamplingBudget;
  private readonly means: Float32Array;
  private readonly free: Int32Array;
  /** The free pixels of a block, and their ranks. */
  private readonly places = new Int32Array(BLOCK * BLOCK);
  private readonly ranks = new Float32Array(BLOCK * BLOCK);

  constructor(private readonly blocks: BlockGrid) {
    this.budget = new HierarchicalSamplingBudget(blocks);
    this.means = new Float32Array(blocks.count);
    this.free = new Int32Array(blocks.count);
  }

  /** Marks `count` more pixels in `take` (W·H, 0 free, 1 taken), or all there are if fewer are free. `importance` is W·H, ≥ 0; `tags` one a block. */
  fill(
    take: Uint8Array,
    count: number,
    { importance, tags, turn }: { readonly importance: Float32Array; readonly tags: Uint8Array; readonly turn: number },
  ): void {
    const { blocks, budget, means, free } = this;
    const { width } = blocks.grid;
    for (let y = 0, b = 0; y < blocks.rows; y++) {
      for (let x = 0; x < blocks.columns; x++, b++) {
        let sum = 0;
        let open = 0;
        for (let v = blocks.top(y); v < blocks.top(y + 1); v++) {
          for (let at = v * width + blocks.left(x); at < v * width + blocks.left(x + 1); at++) {
            if (take[at] !== 0) continue;
            open++;
            sum += importance[at];
          }
        }
        free[b] = open;
        means[b] = open === 0 ? 0 : 1 + sum / open;
      }
    }
    budget.rank(means, tags, turn);
    budget.spread(count, free);
    for (let y = 0, b = 0; y < blocks.rows; y++)
      for (let x = 0; x < blocks.columns; x++, b++) if (budget.grant[b] > 0) this.mark(take, x, y, budget.grant[b], turn);
  }

  /** Marks the `count` free pixels of block (x, y) that come first in blue noise. */
  private mark(take: Uint8Array, x: number, y: number, count: number, turn: number): void {
    const { blocks, places, ranks } = this;
    const { width } = blocks.grid;
    const noise = blueNoise();
    const shift = Math.imul(turn + 1, 0x9e3779b1) >>> 0;
    let n = 0;
    for (let v = blocks.top(y); v < blocks.top(y + 1); v++) {
      const row = ((v + (shift >>> 26)) & (BLUE_NOISE_SIDE - 1)) * BLUE_NOISE_SIDE;
      for (let u = blocks.left(x); u < blocks.left(x + 1); u++) {
        if (take[v * width + u] !== 0) continue;
        places[n] = v * width + u;
        ranks[n++] = noise[row + ((u + (shift >>> 20)) & (BLUE_NOISE_SIDE - 1))];
      }
    }
    for (let k = 0; k < count; k++) {
      let first = k;
      for (let i = k + 1; i < n; i++) if (ranks[i] < ranks[first]) first = i;
      take[places[first]] = 1;
      places[first] = places[k];
      ranks[first] = ranks[k];
    }
  }
}
