import { MODEL_LIMIT, RATE, type RangeCoder } from './RangeCoder.js';

/**
 * The writing side of the range coder (32-bit low and range, carry carried back into the buffer). The buffer grows and
 * is reused; nothing is allocated per decision.
 *
 * @example
 * ```ts
 * const encoder = new RangeEncoder();
 * encoder.bit(model, 0, 1);
 * const bytes = encoder.finish();
 * encoder.reset();
 * ```
 */
export class RangeEncoder implements RangeCoder {
  readonly encoding = true;
  private buffer: Uint8Array;
  private position = 0;
  private low = 0;
  private range = 0xffffffff;

  /** @param capacity Bytes reserved at the start. */
  constructor(capacity = 4096) {
    this.buffer = new Uint8Array(Math.max(16, capacity));
  }

  /** Bytes written so far, without the at most 4 that `finish` adds. */
  get length(): number {
    return this.position;
  }

  /** Starts afresh in the same buffer. Models are the caller's and are not touched. */
  reset(): void {
    this.position = 0;
    this.low = 0;
    this.range = 0xffffffff;
  }

  bit(model: Uint32Array, index: number, bit: number): number {
    const entry = model[index];
    const bound = Math.imul(this.range >>> 15, (entry >>> 17) | 1) >>> 0;
    const seen = entry & 1023;
    const next = seen < MODEL_LIMIT ? entry + 1 : entry;
    if (bit === 1) {
      this.range = bound;
      model[index] = next + (Math.imul((0x3fffff - (entry >>> 10)) >>> 3, RATE[seen]) & ~1023);
    } else {
      this.add(bound);
      this.range -= bound;
      model[index] = next - (Math.imul(entry >>> 13, RATE[seen]) & ~1023);
    }
    if (this.range < 0x1000000) this.normalise();
    return bit;
  }

  symbol(model: Uint32Array, base: number, bits: number, value: number): number {
    let node = 1;
    let range = this.range;
    for (let i = bits - 1; i >= 0; i--) {
      const index = base + node;
      const entry = model[index];
      const bound = Math.imul(range >>> 15, (entry >>> 17) | 1) >>> 0;
      const seen = entry & 1023;
      const next = seen < MODEL_LIMIT ? entry + 1 : entry;
      const bit = (value >>> i) & 1;
      if (bit === 1) {
        range = bound;
        model[index] = next + (Math.imul((0x3fffff - (entry >>> 10)) >>> 3, RATE[seen]) & ~1023);
      } else {
        this.add(bound);
        range -= bound;
        model[index] = next - (Math.imul(entry >>> 13, RATE[seen]) & ~1023);
      }
      if (range < 0x1000000) {
        this.range = range;
        this.normalise();
        range = this.range;
      }
      node = (node << 1) | bit;
    }
    this.range = range;
    return node - (1 << bits);
  }

  uniform(value: number, total: number): number {
    const step = (this.range / total) >>> 0;
    this.add(step * value);
    this.range = step;
    if (step < 0x1000000) this.normalise();
    return value;
  }

  /** Ends the stream in as few bytes as decide it, and returns a copy of all of it. */
  finish(): Uint8Array {
    const last = this.low + this.range - 1;
    for (let bytes = 0; bytes <= 4; bytes++) {
      const unit = 2 ** (32 - 8 * bytes);
      const value = Math.ceil(this.low / unit) * unit;
      if (value > last) continue;
      this.add(value - this.low);
      this.reserve();
      for (let i = 0; i < bytes; i++) {
        this.buffer[this.position++] = this.low >>> 24;
        this.low = (this.low << 8) >>> 0;
      }
      break;
    }
    return this.buffer.slice(0, this.position);
  }

  private add(amount: number): void {
    const low = this.low + amount;
    if (low > 0xffffffff) {
      let at = this.position - 1;
      while (at >= 0 && this.buffer[at] === 255) this.buffer[at--] = 0;
      this.buffer[at]++;
    }
    this.low = low >>> 0;
  }

  private normalise(): void {
    this.reserve();
    do {
      this.buffer[this.position++] = this.low >>> 24;
      this.low = (this.low << 8) >>> 0;
      this.range = (this.range << 8) >>> 0;
    } while (this.range < 0x1000000);
  }

  private reserve(): void {
    if (this.position + 8 <= this.buffer.length) return;
    const larger = new Uint8Array(2 * this.buffer.length);
    larger.set(this.buffer);
    this.buffer = larger;
  }
}
