import type { CaptureGrid } from '@sgaps/protocol';
import type { InnovationLog } from '../memory/InnovationLog.js';
import { BLOCK, BLOCK_SHIFT } from './BlockGrid.js';

/** Blocks to each side that a block is judged by. */
const REACH = 3;
/** Mean squared error, 8-bit steps², from which on a look found something else than was known, and how many times more than expected. */
const CHANGED = 150;
const SURPRISE = 6;
/** Share of the blocks looked at around a block that must have changed, and how many there must be. */
const MOST_CHANGED = 0.6;
const LEAST_LOOKS = 3;
/** What is left of an alarm a frame later. */
const FADE = 0.7;

/**
 * Raises the alarm over a region where nearly every look finds something else than was known (a floor that appears, a light that goes
 * on, a panel that opens): what nobody has looked at there has probably changed as well (S3, S20).
 *
 * The planner's own, screen-locked; what is decoded does not depend on it.
 *
 * @example
 * ```ts
 * alarm.take(decoder.memory.innovations, (u, v) => errors[blocks.at(u, v)]);
 * const expected = Math.max(known, alarm.at(u, v));
 * ```
 */
export class RegionAlarm {
  private readonly columns: number;
  private readonly rows: number;
  /** Squared error to expect of each block because of what lies around it. */
  private readonly level: Float32Array;
  private readonly sums: Float32Array;
  private readonly looks: Uint16Array;
  /** Sums over all blocks above and left of a corner: looks, changes and their squared errors. */
  private readonly lookedTo: Float64Array;
  private readonly changedTo: Float64Array;
  private readonly errorTo: Float64Array;

  constructor(grid: CaptureGrid) {
    this.columns = Math.ceil(grid.width / BLOCK);
    this.rows = Math.ceil(grid.height / BLOCK);
    const blocks = this.columns * this.rows;
    this.level = new Float32Array(blocks);
    this.sums = new Float32Array(blocks);
    this.looks = new Uint16Array(blocks);
    const corners = (this.columns + 1) * (this.rows + 1);
    this.lookedTo = new Float64Array(corners);
    this.changedTo = new Float64Array(corners);
    this.errorTo = new Float64Array(corners);
  }

  /** Squared error to expect around the pixel, 8-bit steps², 0 where there is no alarm. */
  at(u: number, v: number): number {
    return this.level[(v >> BLOCK_SHIFT) * this.columns + (u >> BLOCK_SHIFT)];
  }

  /** Takes in what the looks of a frame found, where `expected` tells what was expected of a block around a pixel: only surprises count. */
  take({ count, u, v, squaredError, confidence }: InnovationLog, expected: (u: number, v: number) => number): void {
    const { columns, rows, level, sums, looks, lookedTo, changedTo, errorTo } = this;
    sums.fill(0);
    looks.fill(0);
    for (let i = 0; i < count; i++) {
      if (confidence[i] === 0) continue;
      const block = (v[i] >> BLOCK_SHIFT) * columns + (u[i] >> BLOCK_SHIFT);
      sums[block] += squaredError[i];
      looks[block]++;
    }
    const stride = columns + 1;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const block = y * columns + x;
        const error = looks[block] === 0 ? 0 : sums[block] / looks[block];
        const corner = (y + 1) * stride + x + 1;
        const changed = error > CHANGED && error > SURPRISE * expected(BLOCK * x + BLOCK / 2, BLOCK * y) ? 1 : 0;
        lookedTo[corner] = sumTo(lookedTo, corner, stride) + (looks[block] === 0 ? 0 : 1);
        changedTo[corner] = sumTo(changedTo, corner, stride) + changed;
        errorTo[corner] = sumTo(errorTo, corner, stride) + changed * error;
      }
    }
    for (let y = 0; y < rows; y++) {
      const top = Math.max(0, y - REACH) * stride;
      const bottom = Math.min(rows, y + REACH + 1) * stride;
      for (let x = 0; x < columns; x++) {
        const block = y * columns + x;
        if (looks[block] > 0) {
          level[block] = 0;
          continue;
        }
        const left = Math.max(0, x - REACH);
        const right = Math.min(columns, x + REACH + 1);
        const looked = lookedTo[bottom + right] - lookedTo[top + right] - lookedTo[bottom + left] + lookedTo[top + left];
        const changed = changedTo[bottom + right] - changedTo[top + right] - changedTo[bottom + left] + changedTo[top + left];
        const error = errorTo[bottom + right] - errorTo[top + right] - errorTo[bottom + left] + errorTo[top + left];
        const alarm = looked >= LEAST_LOOKS && changed >= MOST_CHANGED * looked ? error / changed : 0;
        level[block] = Math.max(alarm, FADE * level[block]);
      }
    }
  }
}

/** The running sum at a corner but for its own cell. */
function sumTo(sums: Float64Array, corner: number, stride: number): number {
  return sums[corner - 1] + sums[corner - stride] - sums[corner - stride - 1];
}
