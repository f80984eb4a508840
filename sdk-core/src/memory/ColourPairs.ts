import type { CaptureGrid } from '@sgaps/protocol';
import type { Prediction } from './Prediction.js';

/** Samples compared in a frame at most. */
export const MOST_PAIRS = 2048;
/** Memory is off when samples differ from it by so much on average, each by so much at most, 8-bit steps … */
const OFF = 3.5;
const CLIP = 24;
/** … or when such a share of them differs by so much. */
const OFF_SHARE = 0.08;
const WRONG = 14;
const NOTHING = [0, 0, 0];

/**
 * Colours of one frame's samples beside what memory says of their pixels.
 *
 * @example
 * ```ts
 * const pairs = new ColourPairs({ width: 320, height: 180 });
 * pairs.add(10, 20, prediction, 200, 90, 12);
 * ```
 */
export class ColourPairs {
  /** Three channels per pair: what memory says. */
  readonly memory = new Float32Array(3 * MOST_PAIRS);
  /** What was sampled. */
  readonly screen = new Float32Array(3 * MOST_PAIRS);
  /** The 8×8 block of the screen a pair lies in. */
  readonly block = new Uint16Array(MOST_PAIRS);
  /** Pairs so far. */
  count = 0;
  /** Blocks a row. */
  readonly columns: number;
  /** Blocks of the screen. */
  readonly blocks: number;

  constructor(grid: CaptureGrid) {
    this.columns = (grid.width + 7) >> 3;
    this.blocks = this.columns * ((grid.height + 7) >> 3);
  }

  /** Starts over. */
  clear(): void {
    this.count = 0;
  }

  /** Compares a sample with what memory says of its pixel; more than fit are passed over. */
  add(u: number, v: number, predicted: Prediction, r: number, g: number, b: number): void {
    if (this.count === MOST_PAIRS) return;
    const at = 3 * this.count;
    this.block[this.count++] = (v >> 3) * this.columns + (u >> 3);
    this.memory[at] = predicted.r;
    this.memory[at + 1] = predicted.g;
    this.memory[at + 2] = predicted.b;
    this.screen[at] = r;
    this.screen[at + 1] = g;
    this.screen[at + 2] = b;
  }

  /** Takes one pair of `other` as the next one. */
  take(other: ColourPairs, pair: number): void {
    for (let c = 0; c < 3; c++) {
      this.memory[3 * this.count + c] = other.memory[3 * pair + c];
      this.screen[3 * this.count + c] = other.screen[3 * pair + c];
    }
    this.block[this.count++] = other.block[pair];
  }

  /** True when memory is so far off that a closer look is due. */
  isOff(): boolean {
    let sum = 0;
    let wrong = 0;
    for (let n = 0; n < this.count; n++) {
      const difference = this.differenceOf(n, 1, NOTHING);
      sum += Math.min(CLIP, difference);
      if (difference > WRONG) wrong++;
    }
    return this.count > 0 && (sum > OFF * this.count || wrong > OFF_SHARE * this.count);
  }

  /** The largest difference of a pair's channels when memory is shown with a gain and offsets. */
  differenceOf(pair: number, gain: number, offset: ArrayLike<number>): number {
    const { memory, screen } = this;
    const at = 3 * pair;
    return Math.max(
      Math.abs(screen[at] - gain * memory[at] - offset[0]),
      Math.abs(screen[at + 1] - gain * memory[at + 1] - offset[1]),
      Math.abs(screen[at + 2] - gain * memory[at + 2] - offset[2]),
    );
  }
}
