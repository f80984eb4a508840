import { ZIGZAG } from '@sgaps/protocol';
import { bitsOf } from './CostCoder.js';
import {
  anyIndex,
  BAND,
  BUSY,
  COEFFICIENTS,
  detailBase,
  LAST,
  LEVEL_LIMIT,
  MORE,
  MOST_UNARY,
  PLACE,
  ROW,
  SOME,
} from './DetailCoder.js';

/** Bits of a sign, and of each size beyond those in unary. */
const SIGN_BITS = 1;
const REST_BITS = 2;

/**
 * Chooses the levels of a block by what each costs in bits and in error (rate-distortion optimised quantisation), in the order they are coded; then where the last is (encoder only).
 */
export class LevelChooser {
  private readonly sizes = new Uint8Array(ROW * ROW);
  /** By coefficient: the best cost with what is coded before it, and its error if it is zero. */
  private readonly costs = new Float64Array(COEFFICIENTS);
  private readonly flags = new Float64Array(COEFFICIENTS);
  private readonly losses = new Float64Array(COEFFICIENTS);

  /**
   * Sets `levels`, in zigzag order, for `coefficients` as `forwardBlock` gives them.
   *
   * @param worth squared error, in squares of coefficients, that a bit is worth
   * @returns the squared error that is left and the bits it takes, together: 0 levels where none is worth it
   */
  choose(
    model: Uint32Array,
    way: number,
    transform: number,
    plane: number,
    neighbours: number,
    coefficients: Int32Array,
    step: number,
    worth: number,
    levels: Int32Array,
  ): number {
    const base = detailBase(way, transform, plane);
    const any = model[anyIndex(way, plane, neighbours)];
    const { sizes, costs, flags, losses } = this;
    levels.fill(0);
    let last = -1;
    let all = 0;
    for (let k = 0; k < COEFFICIENTS; k++) {
      const value = Math.abs(coefficients[ZIGZAG[k]]);
      losses[k] = value * value;
      all += losses[k];
      if (value >= step / 2) last = k;
    }
    const none = all + worth * bitsOf(any, 0);
    if (last < 0) return none;
    sizes.fill(0);
    for (let k = last; k >= 0; k--) {
      const place = PLACE[k];
      const around = sizes[place + 1] + sizes[place + 2] + sizes[place + ROW] + sizes[place + 2 * ROW] + sizes[place + ROW + 1];
      const busy = around < BUSY ? around : BUSY - 1;
      const some = model[base + SOME + BAND[k] * BUSY + busy];
      const value = Math.abs(coefficients[ZIGZAG[k]]);
      const nearest = Math.min(LEVEL_LIMIT, Math.floor(value / step + 0.5));
      const context = base + MORE + ((k === 0 ? 0 : BUSY) + busy) * MOST_UNARY;
      flags[k] = worth * bitsOf(some, 1);
      costs[k] = losses[k] + worth * bitsOf(some, 0);
      for (let size = nearest; size > 0 && size >= nearest - 1; size--) {
        const cost = (value - size * step) ** 2 + flags[k] + worth * sizeBits(model, context, size);
        if (cost >= costs[k]) continue;
        costs[k] = cost;
        levels[k] = size;
      }
      sizes[place] = levels[k] < 3 ? levels[k] : 3;
    }
    return this.cut(model, base, worth * bitsOf(any, 1), coefficients, worth, levels, last, none);
  }

  /** Finds the best place for the last level. */
  private cut(
    model: Uint32Array,
    base: number,
    any: number,
    coefficients: Int32Array,
    worth: number,
    levels: Int32Array,
    last: number,
    none: number,
  ): number {
    const { costs, flags, losses } = this;
    let below = 0;
    for (let k = 0; k <= last; k++) below += costs[k];
    let above = 0;
    for (let k = last + 1; k < COEFFICIENTS; k++) above += losses[k];
    let least = none;
    let best = -1;
    for (let k = last; k >= 0; k--) {
      // With the last level here, all above are zero for nothing and this one's flag is not coded.
      if (levels[k] > 0) {
        const cost = above + any + worth * lastBits(model, base, k) + below - flags[k];
        if (cost < least) {
          least = cost;
          best = k;
        }
      }
      below -= costs[k];
      above += losses[k];
    }
    for (let k = 0; k <= last; k++)
      if (k > best) levels[k] = 0;
      else if (coefficients[ZIGZAG[k]] < 0) levels[k] = -levels[k];
    return least;
  }
}

function sizeBits(model: Uint32Array, context: number, size: number): number {
  let bits = SIGN_BITS;
  for (let i = 1; i < size && i < MOST_UNARY; i++) bits += bitsOf(model[context + i - 1], 1);
  if (size < MOST_UNARY) return bits + bitsOf(model[context + size - 1], 0);
  return bits + REST_BITS * (33 - Math.clz32(size - MOST_UNARY));
}

function lastBits(model: Uint32Array, base: number, last: number): number {
  let bits = 0;
  let node = 1;
  for (let i = 5; i >= 0; i--) {
    const bit = (last >> i) & 1;
    bits += bitsOf(model[base + LAST + node], bit);
    node = (node << 1) | bit;
  }
  return bits;
}
