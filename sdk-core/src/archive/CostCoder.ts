import type { RangeCoder } from '@sgaps/protocol';

/** Bits that a decision costs by how likely it was, in 1/4096 of certainty. */
const STEPS = 4096;
const COST = Float64Array.from({ length: STEPS + 1 }, (_, i) => -Math.log2(Math.max(i, 0.5) / STEPS));

/** Bits that a decision of an adaptive model costs. */
export function bitsOf(entry: number, bit: number): number {
  const likely = entry >>> 20;
  return COST[bit === 1 ? likely : STEPS - likely];
}

/**
 * Tells what coding would cost, and codes nothing: models stay as they are. Encoders ask it before they decide.
 *
 * @example
 * ```ts
 * cost.bits = 0;
 * detail.code(cost, 0, levels);
 * if (cost.bits > worth) forgo();
 * ```
 */
export class CostCoder implements RangeCoder {
  readonly encoding = true;
  /** Bits counted since it was last set to 0. */
  bits = 0;

  get length(): number {
    return this.bits / 8;
  }

  bit(model: Uint32Array, index: number, bit: number): number {
    this.bits += bitsOf(model[index], bit);
    return bit;
  }

  symbol(model: Uint32Array, base: number, bits: number, value: number): number {
    let node = 1;
    for (let i = bits - 1; i >= 0; i--) {
      const bit = (value >>> i) & 1;
      this.bit(model, base + node, bit);
      node = (node << 1) | bit;
    }
    return value;
  }

  uniform(value: number, total: number): number {
    this.bits += Math.log2(total);
    return value;
  }
}
