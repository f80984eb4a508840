import { SgapsError } from '../errors.js';

/**
 * Cuts a byte stream, which comes in pieces of any size, into packets whose header says how long they are. A packet that lies within a piece is a view of it; others are put
 * together once.
 *
 * @example
 * ```ts
 * const stream = new PacketStream(RENDERER_CAMERA_BYTES, () => 0, take);
 * socket.on('data', (piece) => stream.push(piece));
 * ```
 */
export class PacketStream {
  private readonly header: Uint8Array;
  private have = 0;
  /** A packet that began in an earlier piece, as soon as its length is known. */
  private packet: Uint8Array | null = null;
  private broken = false;

  /**
   * @param headerBytes Bytes after which a packet's length is known.
   * @param bodyBytes How many follow such a header; may throw to refuse it. Nothing is allocated before.
   * @param take Gets each packet, header and all; a view that the next `push` may overwrite. It must not throw.
   */
  constructor(
    headerBytes: number,
    private readonly bodyBytes: (header: DataView) => number,
    private readonly take: (packet: Uint8Array) => void,
  ) {
    this.header = new Uint8Array(headerBytes);
  }

  /**
   * Takes the next piece. After an error nothing more can be told apart: the stream is to be closed.
   *
   * @throws What `bodyBytes` throws, and `CLOSED` for what comes after that.
   */
  push(piece: Uint8Array): void {
    if (this.broken) throw new SgapsError('CLOSED', 'The stream lost its place at a malformed packet: connect anew.');
    for (let at = 0; at < piece.length; ) at = this.have === 0 ? this.begin(piece, at) : this.go(piece, at);
  }

  /** A packet that begins at `at`; where the next one does, or the piece ends. */
  private begin(piece: Uint8Array, at: number): number {
    const { header } = this;
    const left = piece.length - at;
    if (left < header.length) {
      header.set(piece.subarray(at));
      this.have = left;
      return piece.length;
    }
    const length = this.lengthOf(piece.subarray(at, at + header.length));
    if (left >= length) {
      this.take(piece.subarray(at, at + length));
      return at + length;
    }
    this.packet = new Uint8Array(length);
    this.packet.set(piece.subarray(at));
    this.have = left;
    return piece.length;
  }

  /** Goes on with a packet that began in an earlier piece. */
  private go(piece: Uint8Array, at: number): number {
    const target = this.packet ?? this.header;
    const part = Math.min(piece.length - at, target.length - this.have);
    target.set(piece.subarray(at, at + part), this.have);
    this.have += part;
    if (this.have < target.length) return at + part;
    if (this.packet === null) {
      const length = this.lengthOf(this.header);
      if (length > this.have) {
        this.packet = new Uint8Array(length);
        this.packet.set(this.header);
        return at + part;
      }
    }
    this.packet = null;
    this.have = 0;
    this.take(target);
    return at + part;
  }

  private lengthOf(header: Uint8Array): number {
    try {
      return header.length + this.bodyBytes(new DataView(header.buffer, header.byteOffset, header.length));
    } catch (error) {
      this.broken = true;
      throw error;
    }
  }
}
