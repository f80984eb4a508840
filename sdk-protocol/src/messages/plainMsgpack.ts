import { ByteReader } from '../bytes/ByteReader.js';
import { SgapsError } from '../errors.js';

/** Extensions: `undefined`, and objects of like keys, as msgpackr writes them; times as msgpack has them. */
const UNDEFINED = 0;
const RECORD = 0x72;
const TIME = 0xff;
const DEPTH = 64;

/**
 * Checks a row of msgpack values before they are unpacked: every length must be covered by bytes that are there, nesting is at most 64 deep, and of msgpackr's extensions only those
 * are taken that its packer makes of plain values: `undefined`, times and records. Others make an unpacker build what a sender wants: parts that are shared, so that some hundred
 * bytes have a text without end, or regular expressions.
 *
 * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * assertPlainMsgpack(bytes);
 * const value = unpack(bytes);
 * ```
 */
export function assertPlainMsgpack(bytes: Uint8Array): void {
  const reader = new ByteReader(bytes);
  const walk = new MsgpackWalk(reader, DEPTH, true);
  while (reader.remaining > 0) walk.skipValue(0);
}

/** Passes over values of msgpack. */
export class MsgpackWalk {
  /** Values of each record that was told of so far, by its number. */
  private readonly records = new Map<number, number>();

  /** @param extensions Whether `undefined`, times and records are taken. */
  constructor(
    private readonly reader: ByteReader,
    private readonly mostDepth: number,
    private readonly extensions: boolean,
  ) {}

  /** Passes over one. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED` */
  skipValue(depth: number): void {
    if (depth > this.mostDepth) throw SgapsError.limit('message depth', depth, this.mostDepth);
    const { reader } = this;
    const tag = reader.u8('message');
    if (tag < 0x80) return this.skipValues(this.records.get(tag) ?? 0, depth);
    if (tag < 0x90) return this.skipValues(2 * (tag & 15), depth);
    if (tag < 0xa0) return this.skipValues(tag & 15, depth);
    if (tag < 0xc0) return this.skip(tag & 31);
    if (tag >= 0xe0) return;
    switch (tag) {
      case 0xc0: // nil
      case 0xc2: // false
      case 0xc3: // true
        return;
      case 0xc4: // bin 8
      case 0xd9: // str 8
        return this.skip(this.big(1));
      case 0xc5: // bin 16
      case 0xda: // str 16
        return this.skip(this.big(2));
      case 0xc6: // bin 32
      case 0xdb: // str 32
        return this.skip(this.big(4));
      case 0xca: // float 32
        return this.skip(4);
      case 0xcb: // float 64
        return this.skip(8);
      case 0xcc: // uint 8 … uint 64, int 8 … int 64
      case 0xcd:
      case 0xce:
      case 0xcf:
        return this.skip(1 << (tag - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3:
        return this.skip(1 << (tag - 0xd0));
      case 0xdc: // array 16
        return this.skipValues(this.big(2), depth);
      case 0xdd: // array 32
        return this.skipValues(this.big(4), depth);
      case 0xde: // map 16
        return this.skipValues(2 * this.big(2), depth);
      case 0xdf: // map 32
        return this.skipValues(2 * this.big(4), depth);
      default:
        return this.skipExtension(tag, depth);
    }
  }

  private skipExtension(tag: number, depth: number): void {
    const length = tag === 0xc7 ? this.big(1) : tag >= 0xd4 && tag <= 0xd8 ? 1 << (tag - 0xd4) : 0;
    const type = length > 0 && this.extensions ? this.big(1) : Number.NaN;
    if (type === RECORD && length === 1) {
      this.defineRecord(this.big(1), depth);
    } else if ((type === UNDEFINED && length === 1) || (type === TIME && length > 1)) {
      this.skip(length);
    } else {
      throw SgapsError.malformed('message: only plain msgpack is taken');
    }
  }

  /** A record's keys, and the first object that has them. */
  private defineRecord(number: number, depth: number): void {
    const tag = this.big(1);
    const isShort = tag >= 0x90 && tag < 0xa0;
    if (number < 0x40 || number > 0x7f || !(isShort || tag === 0xdc)) throw SgapsError.malformed('message: no record');
    const keys = isShort ? tag & 15 : this.big(2);
    this.skipValues(keys, depth);
    this.records.set(number, keys);
    this.skipValues(keys, depth);
  }

  private skipValues(count: number, depth: number): void {
    if (count > this.reader.remaining) throw SgapsError.truncated('a message');
    for (let i = 0; i < count; i++) this.skipValue(depth + 1);
  }

  private skip(length: number): void {
    this.reader.bytes(length, 'message');
  }

  private big(length: number): number {
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + this.reader.u8('message');
    return value;
  }
}
