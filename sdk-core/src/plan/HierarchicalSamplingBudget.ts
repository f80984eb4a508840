import { SgapsError, Tier } from '@sgaps/protocol';
import { BLUE_NOISE_SIDE, blueNoise } from './blueNoise.js';

/** Tiers there are. */
const TIERS = 4;
/** Importance is told apart in steps of an eighth of an octave: equals are served far from each other (blue noise). */
const STEP_SHIFT = 20;
const STEPS = 1 << 11;

/**
 * Options of `HierarchicalSamplingBudget`.
 *
 * @example
 * ```ts
 * const options: SamplingBudgetOptions = { columns: 41, rows: 24, shares: [0.1, 0.2, 0.3, 0.4] };
 * ```
 */
export interface SamplingBudgetOptions {
  /** The blocks: a `BlockGrid`, or any other grid of cells. */
  readonly columns: number;
  readonly rows: number;
  /** Share of the budget, and of the untagged blocks, of each tier; default 10, 20, 30, 40 % (S5). */
  readonly shares?: readonly [number, number, number, number];
}

/**
 * Hands a budget out to blocks (S5): four tiers, each with its share, are filled from the top down; what one does not use flows
 * down, and what is left at the end goes to those the top tiers turned away. Blocks are in the tier that the game tagged them with,
 * else in the one their importance gives them. All in O(blocks).
 *
 * The unit is the caller's: samples for points, bits or bytes for 8×8 blocks.
 *
 * @example
 * ```ts
 * const budget = new HierarchicalSamplingBudget(analyzer.blocks);
 * budget.rank(analyzer.blockImportance, tags.tags, frameId);
 * const left = budget.spread(576, areas); // points: budget.grant[b] of them in block b
 * const spare = budget.choose(16_000, bits); // whole blocks: those with budget.grant[b] > 0
 * ```
 */
export class HierarchicalSamplingBudget {
  /** `Tier` of each block. */
  readonly tier: Uint8Array;
  /** Units handed to each block. */
  readonly grant: Int32Array;
  /** Units handed to each tier. */
  readonly spent = new Int32Array(TIERS);
  /** Blocks from the top tier down, the most important of each tier first. */
  readonly order: Int32Array;
  private readonly shares: readonly number[];
  private readonly count: number;
  /** Blocks in blue-noise order: any stretch of it is evenly spread. */
  private readonly spreadOrder: Int32Array;
  private readonly starts = new Int32Array(STEPS + 1);
  private readonly byImportance: Int32Array;
  /** First place in `order` of each tier. */
  private readonly tierStart = new Int32Array(TIERS + 1);
  private readonly weights: Float32Array;
  private readonly bits: Uint32Array;

  /** Throws `ARGUMENT_INVALID` unless the shares are ≥ 0 and add up to 1. */
  constructor({ columns, rows, shares = [0.1, 0.2, 0.3, 0.4] }: SamplingBudgetOptions) {
    if (!(Math.min(...shares) >= 0 && Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-6))
      throw new SgapsError('ARGUMENT_INVALID', `The tiers' shares are ${shares.join(', ')}; they must add up to 1.`);
    this.shares = shares;
    this.count = columns * rows;
    this.tier = new Uint8Array(this.count);
    this.grant = new Int32Array(this.count);
    this.order = new Int32Array(this.count);
    this.byImportance = new Int32Array(this.count);
    this.weights = new Float32Array(this.count);
    this.bits = new Uint32Array(this.weights.buffer);
    this.spreadOrder = orderByNoise(columns, rows);
  }

  /** Puts every block in its tier: by its tag (0 none, 1 … 4 the tier + 1), else by importance (≥ 0). `turn` changes who is first among equals. */
  rank(importance: Float32Array, tags: Uint8Array, turn: number): void {
    const { tier, order, byImportance, count, tierStart } = this;
    this.sort(importance, turn);
    let untagged = 0;
    for (let b = 0; b < count; b++) if (tags[b] === 0) untagged++;
    tierStart.fill(0);
    let place = 0;
    let reached: number = Tier.critical;
    let limit = this.shares[0] * untagged;
    let sum = this.shares[0];
    for (let n = 0; n < count; n++) {
      const b = byImportance[n];
      if (tags[b] !== 0) {
        tier[b] = tags[b] - 1;
      } else {
        while (reached < Tier.optional && place >= limit - 1e-9) {
          sum += this.shares[++reached];
          limit = sum * untagged;
        }
        tier[b] = reached;
        place++;
      }
      tierStart[tier[b] + 1]++;
    }
    for (let t = 0; t < TIERS; t++) tierStart[t + 1] += tierStart[t];
    const next = this.spent;
    for (let t = 0; t < TIERS; t++) next[t] = tierStart[t];
    for (let n = 0; n < count; n++) {
      const b = byImportance[n];
      order[next[tier[b]]++] = b;
    }
    next.fill(0);
  }

  /**
   * Hands out whole blocks: each gets its `cost` or nothing; a cost of 0 is a block not to be asked for. Returns what is left of
   * `total`, less than any cost turned away.
   */
  choose(total: number, cost: Int32Array): number {
    const { grant, order, tierStart, spent } = this;
    grant.fill(0);
    spent.fill(0);
    let carried = 0;
    let left = total;
    for (let t = 0; t < TIERS; t++) {
      let budget = this.shareOf(total, t) + carried;
      for (let n = tierStart[t]; n < tierStart[t + 1]; n++) {
        const b = order[n];
        if (cost[b] <= 0 || cost[b] > budget) continue;
        grant[b] = cost[b];
        budget -= cost[b];
        spent[t] += cost[b];
        left -= cost[b];
      }
      carried = budget;
    }
    for (let n = 0; n < order.length && left > 0; n++) {
      const b = order[n];
      if (cost[b] <= 0 || cost[b] > left || grant[b] > 0) continue;
      grant[b] = cost[b];
      spent[this.tier[b]] += cost[b];
      left -= cost[b];
    }
    return left;
  }

  /**
   * Hands out single units, in proportion to importance within a tier, at most `capacity` to a block. Returns what is left of
   * `total`: 0 unless all capacities together are less.
   */
  spread(total: number, capacity: Int32Array): number {
    this.grant.fill(0);
    this.spent.fill(0);
    let carried = 0;
    for (let t = 0; t < TIERS; t++) carried = this.fillTier(t, this.shareOf(total, t) + carried, capacity);
    for (let t = 0; t < TIERS && carried > 0; t++) carried = this.fillTier(t, carried, capacity);
    return carried;
  }

  /** Units a tier may spend before anything flows down; all tiers together exactly `total`. */
  private shareOf(total: number, tier: number): number {
    let below = 0;
    for (let t = 0; t < tier; t++) below += this.shares[t];
    const above = tier === TIERS - 1 ? 1 : below + this.shares[tier];
    return Math.round(above * total) - Math.round(below * total);
  }

  /** Fills the blocks of a tier up; returns what did not fit. */
  private fillTier(tier: number, budget: number, capacity: Int32Array): number {
    const { grant, order, weights, tierStart } = this;
    const start = tierStart[tier];
    const end = tierStart[tier + 1];
    let left = budget;
    // Blocks that are full leave their part to the others; what rounding leaves goes from the first on, one each.
    for (let round = 0; round < 8 && left > 0; round++) {
      let sum = 0;
      for (let n = start; n < end; n++) if (grant[order[n]] < capacity[order[n]]) sum += weights[order[n]];
      if (sum <= 0) break;
      const share = left / sum;
      let given = 0;
      for (let n = start; n < end; n++) {
        const b = order[n];
        const more = Math.min(capacity[b] - grant[b], Math.floor(weights[b] * share));
        if (more <= 0) continue;
        grant[b] += more;
        given += more;
      }
      if (given === 0) break;
      left -= given;
    }
    let open = true;
    while (left > 0 && open) {
      open = false;
      let free = 0;
      for (let n = start; n < end; n++) if (grant[order[n]] < capacity[order[n]]) free++;
      const each = free > 0 ? Math.max(1, Math.floor(left / free)) : 0;
      for (let n = start; n < end && left > 0; n++) {
        const b = order[n];
        const more = Math.min(each, left, capacity[b] - grant[b]);
        if (more <= 0) continue;
        grant[b] += more;
        left -= more;
        open = true;
      }
    }
    this.spent[tier] += budget - left;
    return left;
  }

  /** Sorts the blocks by importance, the highest first, into `byImportance`; equals (within 12 %) stay in blue-noise order. */
  private sort(importance: Float32Array, turn: number): void {
    const { count, starts, weights, bits, byImportance, spreadOrder } = this;
    starts.fill(0);
    for (let b = 0; b < count; b++) {
      // Floats ≥ 0 are ordered as their bits are. What is not a number is not important.
      weights[b] = importance[b] > 0 ? importance[b] : 0;
      starts[STEPS - (bits[b] >>> STEP_SHIFT)]++;
    }
    for (let s = 1; s <= STEPS; s++) starts[s] += starts[s - 1];
    const from = Math.imul(turn + 1, 0x9e3779b1) >>> 0;
    for (let n = 0, i = from % count; n < count; n++, i = i + 1 === count ? 0 : i + 1) {
      const b = spreadOrder[i];
      byImportance[starts[STEPS - (bits[b] >>> STEP_SHIFT) - 1]++] = b;
    }
  }
}

/** Cells of a grid in the order of a blue-noise tile. */
function orderByNoise(columns: number, rows: number): Int32Array {
  const noise = blueNoise();
  const rank = new Float32Array(columns * rows);
  for (let y = 0, b = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, b++)
      rank[b] = noise[(y & (BLUE_NOISE_SIDE - 1)) * BLUE_NOISE_SIDE + (x & (BLUE_NOISE_SIDE - 1))];
  return Int32Array.from(rank.keys()).sort((a, b) => rank[a] - rank[b] || a - b);
}
