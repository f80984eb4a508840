import type { CaptureGrid } from '@sgaps/protocol';
import type { InnovationLog } from '../memory/InnovationLog.js';
import { BLOCK, BLOCK_SHIFT } from './BlockGrid.js';

/** Squared error, 8-bit steps², above which a look says that the block has changed (S10's motion score of 14 steps, coarse). */
const CHANGED = 64;
/** What is forgotten of a block's record per frame: half in 40. */
const DECAY = 0.5 ** (1 / 40);
/** Looks further apart than this count as this far. */
const MOST_GAP = 60;
/** What is left of it by the frames since. */
const KEPT = Float64Array.from({ length: MOST_GAP + 1 }, (_, gap) => DECAY ** gap);
/** What every block is taken to have shown before: this many changes in so many frames looked over. */
const PRIOR_CHANGES = 0.01;
const PRIOR_FRAMES = 8;
/** Share of a change that the four neighbours are taken to have shared. */
const NEIGHBOUR = 0.25;
/** Squared error a change is taken to bring before one was seen. */
const FIRST_ENERGY = 100;

/**
 * What looks at each 8×8 block of the screen have found: an exponentially decayed record of how often it had changed and by
 * how much (sample minus prediction). From it the squared error to expect of a block that nobody looks at (S3, "predicted
 * temporal inconsistency"): changes come at a constant rate, each brings the mean energy.
 *
 * The planner's own: what is decoded does not depend on it, so it is in no snapshot and starts empty after a seek.
 *
 * @example
 * ```ts
 * const history = new ResidualHistory({ width: 320, height: 180 });
 * history.take(decoder.memory.innovations, decoder.frameId);
 * const expected = history.predict(history.blockAt(u, v), 3);
 * ```
 */
export class ResidualHistory {
  /** Blocks a row and rows, screen-locked. */
  readonly columns: number;
  readonly rows: number;
  /** Changes seen, decayed. */
  private readonly changes: Float32Array;
  /** Frames looked over, decayed. */
  private readonly frames: Float32Array;
  /** Mean squared error of a change, 8-bit steps². */
  private readonly energy: Float32Array;
  /** Mean squared error of looks that found no change: noise, rounding, resampling. */
  private readonly calm: Float32Array;
  /** Frame of the last look, and of the last decay. */
  private readonly seen: Int32Array;
  /** Sum of squared errors and number of looks of the frame being taken in. */
  private readonly sums: Float32Array;
  private readonly looks: Uint16Array;

  constructor(grid: CaptureGrid) {
    this.columns = Math.ceil(grid.width / BLOCK);
    this.rows = Math.ceil(grid.height / BLOCK);
    const blocks = this.columns * this.rows;
    this.changes = new Float32Array(blocks);
    this.frames = new Float32Array(blocks);
    this.energy = new Float32Array(blocks);
    this.calm = new Float32Array(blocks);
    this.seen = new Int32Array(blocks);
    this.sums = new Float32Array(blocks);
    this.looks = new Uint16Array(blocks);
    this.clear();
  }

  /** The block a pixel of the screen lies in. */
  blockAt(u: number, v: number): number {
    return (v >> BLOCK_SHIFT) * this.columns + (u >> BLOCK_SHIFT);
  }

  /** Takes in all points of a frame that memory knew something of, one look for each block. */
  take({ count, u, v, squaredError, confidence }: InnovationLog, frame: number): void {
    const { sums, looks } = this;
    for (let i = 0; i < count; i++) {
      if (confidence[i] === 0) continue;
      const block = this.blockAt(u[i], v[i]);
      sums[block] += squaredError[i];
      looks[block]++;
    }
    for (let i = 0; i < count; i++) {
      const block = this.blockAt(u[i], v[i]);
      if (looks[block] === 0) continue;
      this.observe(block, sums[block] / looks[block], frame);
      sums[block] = 0;
      looks[block] = 0;
    }
  }

  /** Notes one look at a block: mean squared error per channel of what was predicted there, 8-bit steps². Frames come in order. */
  observe(block: number, squaredError: number, frame: number): void {
    const changed = squaredError > CHANGED;
    const gap = this.age(block, frame);
    if (changed) {
      // It changed somewhere within the gap.
      this.changes[block] += 1;
      this.frames[block] += Math.max(1, gap / 2);
      this.energy[block] += (squaredError - this.energy[block]) / Math.min(4, 1 + this.changes[block]);
      const x = block % this.columns;
      if (x > 0) this.share(block - 1);
      if (x + 1 < this.columns) this.share(block + 1);
      if (block >= this.columns) this.share(block - this.columns);
      if (block + this.columns < this.changes.length) this.share(block + this.columns);
    } else {
      this.frames[block] += gap;
      this.calm[block] += (squaredError - this.calm[block]) / 8;
    }
    this.seen[block] = frame;
  }

  /** Chance that the block changes within a frame, 0 … 1. */
  rate(block: number): number {
    const rate = (this.changes[block] + PRIOR_CHANGES) / (this.frames[block] + PRIOR_FRAMES);
    return rate > 1 ? 1 : rate;
  }

  /** Chance that the block is no longer what was seen `framesAhead` frames before, 0 … 1. */
  inconsistency(block: number, framesAhead: number): number {
    // As 1 − exp(−x), without its cost; heavier in the tail, as changes that come in bursts are.
    const expected = this.rate(block) * framesAhead;
    return expected / (1 + expected);
  }

  /** Expected squared error per pixel and channel, 8-bit steps², of a block last seen `framesAhead` frames before. */
  predict(block: number, framesAhead: number): number {
    return this.calm[block] + this.energy[block] * this.inconsistency(block, framesAhead);
  }

  /** Forgets everything (scene cut). */
  clear(): void {
    this.changes.fill(0);
    this.frames.fill(0);
    this.energy.fill(FIRST_ENERGY);
    this.calm.fill(0);
    this.seen.fill(-1);
  }

  /** A neighbour's change counts in part, as a look that found a part of one. */
  private share(block: number): void {
    this.changes[block] += NEIGHBOUR;
    this.frames[block] += 1;
  }

  /** Fades the block's record for the frames since the last look, and returns how many those are. */
  private age(block: number, frame: number): number {
    const last = this.seen[block];
    const gap = last < 0 ? 1 : Math.min(MOST_GAP, Math.max(0, frame - last));
    if (gap === 0) return 0;
    const kept = KEPT[gap];
    this.changes[block] *= kept;
    this.frames[block] *= kept;
    return gap;
  }
}
