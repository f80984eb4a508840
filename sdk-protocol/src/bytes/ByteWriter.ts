/**
 * Writes little-endian values into a buffer that grows and is reused; the mirror of `ByteReader`.
 *
 * @example
 * ```ts
 * const writer = new ByteWriter();
 * writer.u8(1);
 * writer.varint(300);
 * const bytes = writer.toBytes();
 * ```
 */
export class ByteWriter {
  private buffer: Uint8Array;
  private view: DataView;
  private offset = 0;

  /** @param capacity Bytes reserved at the start; more are taken as needed. */
  constructor(capacity = 256) {
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.offset;
  }

  /** Forgets what was written and keeps the buffer. */
  reset(): void {
    this.offset = 0;
  }

  /** An unsigned byte. */
  u8(value: number): void {
    const at = this.grow(1);
    this.view.setUint8(at, value);
  }

  /** An unsigned 16-bit integer. */
  u16(value: number): void {
    const at = this.grow(2);
    this.view.setUint16(at, value, true);
  }

  /** An unsigned 32-bit integer. */
  u32(value: number): void {
    const at = this.grow(4);
    this.view.setUint32(at, value, true);
  }

  /** A signed 32-bit integer. */
  i32(value: number): void {
    const at = this.grow(4);
    this.view.setInt32(at, value, true);
  }

  /** A 32-bit float. */
  f32(value: number): void {
    const at = this.grow(4);
    this.view.setFloat32(at, value, true);
  }

  /** A 64-bit float. */
  f64(value: number): void {
    const at = this.grow(8);
    this.view.setFloat64(at, value, true);
  }

  /** A base-128 unsigned integer, 0 … 2^32 − 1, in 1 to 5 bytes. */
  varint(value: number): void {
    let rest = value >>> 0;
    while (rest > 127) {
      this.u8((rest & 127) | 128);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  /** The bytes as they are, without a length. */
  bytes(bytes: Uint8Array): void {
    const at = this.grow(bytes.length);
    this.buffer.set(bytes, at);
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return this.buffer.slice(0, this.offset);
  }

  /** Makes room; may replace `view` and `buffer`, so it goes before their use. */
  private grow(length: number): number {
    const start = this.offset;
    const end = start + length;
    if (end > this.buffer.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.buffer.length));
      larger.set(this.buffer.subarray(0, start));
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    this.offset = end;
    return start;
  }
}
