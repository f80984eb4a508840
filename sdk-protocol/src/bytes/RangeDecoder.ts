import { SgapsError } from '../errors.js';
import { MODEL_LIMIT, RATE, type RangeCoder } from './RangeCoder.js';

/** Bytes past the end that a whole stream may ask for: what `RangeEncoder.finish` may leave out. */
const SLACK = 4;

/**
 * The reading side of the range coder. Bytes that do not belong to a stream decode to nonsense, never to a crash:
 * reading past the end throws, and callers bound their loops.
 *
 * @example
 * ```ts
 * const decoder = new RangeDecoder(bytes);
 * const flag = decoder.bit(model, 0);
 * decoder.end();
 * ```
 */
export class RangeDecoder implements RangeCoder {
  readonly encoding = false;
  private position = 0;
  private range = 0xffffffff;
  private code = 0;

  /** @param bytes What `RangeEncoder.finish` returned; never copied. */
  constructor(private readonly bytes: Uint8Array) {
    for (let i = 0; i < 4; i++) this.code = ((this.code << 8) | this.next()) >>> 0;
  }

  /** Bytes read so far. */
  get length(): number {
    return this.position;
  }

  bit(model: Uint32Array, index: number): number {
    const entry = model[index];
    const bound = Math.imul(this.range >>> 15, (entry >>> 17) | 1) >>> 0;
    const seen = entry & 1023;
    const next = seen < MODEL_LIMIT ? entry + 1 : entry;
    let bit: number;
    if (this.code < bound) {
      this.range = bound;
      model[index] = next + (Math.imul((0x3fffff - (entry >>> 10)) >>> 3, RATE[seen]) & ~1023);
      bit = 1;
    } else {
      this.code -= bound;
      this.range -= bound;
      model[index] = next - (Math.imul(entry >>> 13, RATE[seen]) & ~1023);
      bit = 0;
    }
    if (this.range < 0x1000000) this.normalise();
    return bit;
  }

  symbol(model: Uint32Array, base: number, bits: number): number {
    let node = 1;
    let range = this.range;
    let code = this.code;
    for (let i = bits; i > 0; i--) {
      const index = base + node;
      const entry = model[index];
      const bound = Math.imul(range >>> 15, (entry >>> 17) | 1) >>> 0;
      const seen = entry & 1023;
      const next = seen < MODEL_LIMIT ? entry + 1 : entry;
      node <<= 1;
      if (code < bound) {
        range = bound;
        model[index] = next + (Math.imul((0x3fffff - (entry >>> 10)) >>> 3, RATE[seen]) & ~1023);
        node |= 1;
      } else {
        code -= bound;
        range -= bound;
        model[index] = next - (Math.imul(entry >>> 13, RATE[seen]) & ~1023);
      }
      while (range < 0x1000000) {
        code = ((code << 8) | this.next()) >>> 0;
        range = (range << 8) >>> 0;
      }
    }
    this.range = range;
    this.code = code;
    return node - (1 << bits);
  }

  uniform(_value: number, total: number): number {
    const step = (this.range / total) >>> 0;
    const value = (this.code / step) >>> 0;
    if (value >= total) throw SgapsError.malformed('range-coded bytes');
    this.code -= value * step;
    this.range = step;
    if (step < 0x1000000) this.normalise();
    return value;
  }

  /** Checks that the stream ends here. @throws SgapsError `BYTES_MALFORMED` */
  end(): void {
    if (this.bytes.length > this.position) throw SgapsError.malformed('range-coded bytes: more than were coded');
  }

  private normalise(): void {
    do {
      this.code = ((this.code << 8) | this.next()) >>> 0;
      this.range = (this.range << 8) >>> 0;
    } while (this.range < 0x1000000);
  }

  private next(): number {
    const at = this.position++;
    if (at < this.bytes.length) return this.bytes[at];
    if (at >= this.bytes.length + SLACK) throw SgapsError.truncated('range-coded bytes');
    return 0;
  }
}
