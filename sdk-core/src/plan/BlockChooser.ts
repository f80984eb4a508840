import { type CaptureGrid, SampleKind, type SampleSet, Tier } from '@sgaps/protocol';
import { appendBlocks } from './appendBlocks.js';
import { appendSample } from './appendSample.js';
import type { BlockGrid } from './BlockGrid.js';
import { TAG_WEIGHT } from './TierTags.js';

/** A block this much of which is unknown is new. */
const NEW_SHARE = 0.5;
/** Mean squared error, 8-bit steps², below which a look is not worth its bits. */
const LEAST = 0.3;
/** A block looked at so many frames ago or less gives up its turn. */
const RECENT = 10;
/** Share of the blocks that coarse ones may take. */
const COARSE_SHARE = 0.8;
/** A coarse block is worth asking for when at least a quarter of it is new. */
const COARSE_NEW = 4;
/** Pixels of a whole block. */
const AREA = 64;
/** Bins of expected error, four an octave; bin 0 is not worth a look. */
const BINS = 64;

// What is to become of a block.
const FREE = 0;
const TAKEN = 1;
const COVERED = 2;

/**
 * What is known of the blocks of a frame to come.
 *
 * @example
 * ```ts
 * const rated: RatedBlocks = { errors: analyzer.expectedError, nothing: analyzer.survey.nothing, tags: tags.tags, due: watch.due };
 * ```
 */
export interface RatedBlocks {
  /** Mean squared error a channel to expect of each if nobody looks, 8-bit steps². */
  readonly errors: Float32Array;
  /** Share of each that nothing is known of, 0 … 1. */
  readonly nothing: Float32Array;
  /** Tag of each: 0 none, 1 … 4 a tier + 1. */
  readonly tags: Uint8Array;
  /** 1 for those whose turn it is to be looked at, whatever is expected of them. */
  readonly due: Uint8Array;
  /** Most frames since a pixel of each was last looked at. */
  readonly age: Uint8Array;
}

/**
 * Chooses the blocks of a request: where more is new than whole blocks could cover, coarse ones first (16 or 32 pixels a side at half or
 * a quarter of the detail); then those whose turn it is; then by the squared error expected of them.
 *
 * @example
 * ```ts
 * chooser.choose(set, rated, { most: 252, fresh: 120, turn: frameId });
 * ```
 */
export class BlockChooser {
  private readonly state: Uint8Array;
  /** Bin of what a look at each is worth: expected squared error, by how much of it shows and how it is tagged. */
  private readonly bin: Uint8Array;
  /** Neighbours in this order are far from each other on the grid. */
  private readonly order: Int32Array;
  private readonly bins = new Int32Array(BINS);

  constructor(
    private readonly grid: CaptureGrid,
    private readonly blocks: BlockGrid,
  ) {
    const { count } = blocks;
    this.state = new Uint8Array(count);
    this.bin = new Uint8Array(count);
    let stride = Math.floor(count * 0.618) | 1;
    while (divisor(stride, count) !== 1) stride += 2;
    this.order = new Int32Array(count);
    for (let n = 0, block = 0; n < count; n++, block = (block + stride) % count) this.order[n] = block;
  }

  /** Adds at most `most` blocks to the set, in raster order within a kind and tier, where more than `fresh` are new by coarse ones. */
  choose(
    set: SampleSet,
    rated: RatedBlocks,
    { most, fresh, turn }: { readonly most: number; readonly fresh: number; readonly turn: number },
  ): void {
    const { blocks, state } = this;
    const { errors, tags } = rated;
    state.fill(FREE);
    for (let y = 0, block = 0; y < blocks.rows; y++) {
      const height = blocks.top(y + 1) - blocks.top(y);
      for (let x = 0; x < blocks.columns; x++, block++) {
        const area = (blocks.left(x + 1) - blocks.left(x)) * height;
        // A float, as the worth has always been compared: choices stay as they were.
        // In single precision, as what is expected.
        this.bin[block] = binOf(Math.fround((errors[block] * area * TAG_WEIGHT[tags[block]]) / AREA));
      }
    }
    let left = most;
    left -= this.takeCoarse(set, rated, fresh);
    left = this.takeDue(rated, left);
    this.takeBest(left, turn);
    appendBlocks(set, blocks, state, TAKEN, tags);
  }

  /** Covers what is new by blocks of two or four times the side, where single ones would take too long. Returns how many. */
  private takeCoarse(set: SampleSet, { nothing }: RatedBlocks, most: number): number {
    const { blocks, state } = this;
    const { columns, rows } = blocks;
    let open = 0;
    for (let block = 0; block < blocks.count; block++) if (nothing[block] >= NEW_SHARE) open++;
    if (open <= most) return 0;
    const side = open / 4 <= COARSE_SHARE * most ? 2 : 4;
    let spent = 0;
    for (let y = 0; y < rows; y += side) {
      for (let x = 0; x < columns; x += side) {
        let fresh = 0;
        for (let j = y; j < Math.min(rows, y + side); j++)
          for (let i = x; i < Math.min(columns, x + side); i++) if (nothing[j * columns + i] >= NEW_SHARE) fresh++;
        const u = blocks.left(x);
        const v = blocks.top(y);
        if (COARSE_NEW * fresh < side * side || u >= this.grid.width || v >= this.grid.height) continue;
        if (spent >= COARSE_SHARE * most) return spent;
        appendSample(set, u, v, side === 2 ? SampleKind.block1 : SampleKind.block2, Tier.important);
        spent++;
        for (let j = y; j < Math.min(rows, y + side); j++)
          for (let i = x; i < Math.min(columns, x + side); i++)
            if (nothing[j * columns + i] >= NEW_SHARE) state[j * columns + i] = COVERED;
      }
    }
    return spent;
  }

  /** Marks blocks whose turn it is; returns what is left of `most`. */
  private takeDue({ due, age }: RatedBlocks, most: number): number {
    const { blocks, state } = this;
    let left = most;
    for (let block = 0; block < blocks.count && left > 0; block++) {
      if (due[block] === 0 || age[block] < RECENT || state[block] !== FREE || blocks.area(block) === 0) continue;
      state[block] = TAKEN;
      left--;
    }
    return left;
  }

  /** Marks the blocks of largest expected error; equals are taken far from each other. */
  private takeBest(most: number, turn: number): void {
    const { blocks, state, order, bins } = this;
    bins.fill(0);
    for (let block = 0; block < blocks.count; block++) if (state[block] === FREE) bins[this.bin[block]]++;
    let bin = BINS;
    let count = 0;
    while (bin > 1 && count + bins[bin - 1] <= most) count += bins[--bin];
    let partial = bin > 1 ? most - count : 0;
    for (let n = 0, i = Math.imul(turn, 37) % blocks.count; n < blocks.count; n++, i = i + 1 === blocks.count ? 0 : i + 1) {
      const block = order[i];
      if (state[block] !== FREE) continue;
      const own = this.bin[block];
      if (own === 0 || own < bin - 1 || (own === bin - 1 && partial-- <= 0)) continue;
      state[block] = TAKEN;
    }
  }
}

function binOf(worth: number): number {
  if (!(worth > LEAST)) return 0;
  const bin = 1 + Math.floor(4 * Math.log2(worth / LEAST));
  return bin >= BINS ? BINS - 1 : bin;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
