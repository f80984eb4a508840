import { SgapsError } from '../errors.js';

/**
 * Reads little-endian values from bytes somebody else wrote. Each read is bounds checked before it is made; errors name
 * what was being read.
 *
 * @example
 * ```ts
 * const reader = new ByteReader(bytes);
 * const version = reader.u8('version');
 * const name = reader.bytes(reader.varint('name length', 64), 'name');
 * reader.end('header');
 * ```
 */
export class ByteReader {
  private readonly view: DataView;
  private offset = 0;

  /** @param source Bytes to read; never copied, never written. */
  constructor(private readonly source: Uint8Array) {
    this.view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  }

  /** Bytes already read. */
  get position(): number {
    return this.offset;
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.source.length - this.offset;
  }

  /** An unsigned byte. @throws SgapsError `BYTES_TRUNCATED` */
  u8(what: string): number {
    return this.view.getUint8(this.take(1, what));
  }

  /** An unsigned 16-bit integer. @throws SgapsError `BYTES_TRUNCATED` */
  u16(what: string): number {
    return this.view.getUint16(this.take(2, what), true);
  }

  /** An unsigned 32-bit integer. @throws SgapsError `BYTES_TRUNCATED` */
  u32(what: string): number {
    return this.view.getUint32(this.take(4, what), true);
  }

  /** A signed 32-bit integer. @throws SgapsError `BYTES_TRUNCATED` */
  i32(what: string): number {
    return this.view.getInt32(this.take(4, what), true);
  }

  /** A 32-bit float. @throws SgapsError `BYTES_TRUNCATED` */
  f32(what: string): number {
    return this.view.getFloat32(this.take(4, what), true);
  }

  /** A 64-bit float. @throws SgapsError `BYTES_TRUNCATED` */
  f64(what: string): number {
    return this.view.getFloat64(this.take(8, what), true);
  }

  /**
   * A base-128 unsigned integer of at most 5 bytes (u32), refused when above `limit`.
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`
   */
  varint(what: string, limit = 0xffffffff): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 5; i++) {
      const byte = this.u8(what);
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > 0xffffffff) throw SgapsError.malformed(what);
        if (value > limit) throw SgapsError.limit(what, value, limit);
        return value;
      }
      scale *= 128;
    }
    throw SgapsError.malformed(what);
  }

  /** A view (no copy) of the next `length` bytes. @throws SgapsError `BYTES_TRUNCATED` */
  bytes(length: number, what: string): Uint8Array {
    const start = this.take(length, what);
    return this.source.subarray(start, start + length);
  }

  /** Checks that everything was read. @throws SgapsError `BYTES_MALFORMED` */
  end(what: string): void {
    if (this.remaining !== 0) throw SgapsError.malformed(`${what}: ${this.remaining} bytes too many`);
  }

  private take(length: number, what: string): number {
    if (length > this.remaining) throw SgapsError.truncated(what);
    const start = this.offset;
    this.offset += length;
    return start;
  }
}
