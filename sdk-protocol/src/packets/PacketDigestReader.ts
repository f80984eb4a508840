import { ByteReader } from '../bytes/ByteReader.js';
import { RangeDecoder } from '../bytes/RangeDecoder.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { assertCaptureGrid, type CaptureGrid } from '../samples/CaptureGrid.js';
import { BLOCK_KIND, type SampleSet } from '../samples/SampleSet.js';
import { DigestModel } from './DigestModel.js';
import { readPacketHead, TIME_STEPS } from './PixelPacket.js';

/**
 * What a packet's digest says of one frame: all that planning needs, and nothing of its pixels.
 *
 * @example
 * ```ts
 * for (const { frameId, requestId, changes } of reader.read(bytes)) planner.take(frameId, requestId, changes);
 * ```
 */
export interface FrameDigest {
  readonly frameId: number;
  /** Milliseconds since the recording started, exact to 1/10 ms. */
  readonly clientTime: number;
  readonly requestId: number | null;
  /** Rounded view of the first 2D camera, grid pixels; 0 without one. */
  readonly scrollX: number;
  readonly scrollY: number;
  /**
   * For each block of the request, in order: 0 where nothing changed since it was last looked at, else by how much, one step for
   * each two octaves of the mean squared error, 1 (below 1) … 7 (1,024 and more).
   */
  readonly changes: Uint8Array;
}

/**
 * Options of a `PacketDigestReader`.
 *
 * @example
 * ```ts
 * const options: PacketDigestReaderOptions = { grid, resolve: (id) => requests.get(id)?.explicit };
 * ```
 */
export interface PacketDigestReaderOptions {
  readonly grid: CaptureGrid;
  /** The explicit set asked for under this request id, not expanded; undefined when there was none. */
  readonly resolve: (requestId: number) => SampleSet | undefined;
}

/**
 * Reads what pixel packets say in their digests, some 10 µs a frame, and leaves their pixels alone: who only records needs no more.
 * Bytes are untrusted. After a throw every packet is refused until one that starts afresh. A digest is the client's word: that
 * the pixels decode, only decoding them shows.
 *
 * @example
 * ```ts
 * const reader = new PacketDigestReader({ grid, resolve: (id) => requests.get(id)?.explicit });
 * const frames = reader.read(bytes);
 * ```
 */
export class PacketDigestReader {
  private readonly model: DigestModel;
  private readonly resolve: (requestId: number) => SampleSet | undefined;
  private synchronised = false;
  /** Changes of the frames of a packet, and how many there are so far. */
  private changes = new Uint8Array(4096);
  private told = 0;

  /** @throws SgapsError `ARGUMENT_INVALID`, `LIMIT_EXCEEDED` for a grid outside the limits. */
  constructor(options: PacketDigestReaderOptions) {
    assertCaptureGrid(options.grid);
    this.model = new DigestModel(options.grid);
    this.resolve = options.resolve;
  }

  /**
   * Reads the digest of one packet. The frames' `changes` hold until the next packet is read.
   *
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`, `VERSION_UNSUPPORTED`; `UNSUPPORTED` for a packet
   * without digest; `OUT_OF_ORDER` when the stream was not started or an unknown request is answered
   */
  read(bytes: Uint8Array): FrameDigest[] {
    if (bytes.length > LIMITS.pixelPacketBytes)
      throw SgapsError.limit('pixel packet bytes', bytes.length, LIMITS.pixelPacketBytes);
    const { model } = this;
    const synchronised = this.synchronised;
    this.synchronised = false;
    const reader = new ByteReader(bytes);
    const head = readPacketHead(reader);
    reader.bytes(reader.varint('pixel packet length', LIMITS.pixelPacketBytes), 'pixel packet');
    if (!head.digest) throw new SgapsError('UNSUPPORTED', 'The pixel packet has no digest.');
    const digest = reader.bytes(reader.varint('packet digest length', LIMITS.pixelPacketBytes), 'packet digest');
    reader.end('pixel packet');
    if (head.reset) model.reset();
    else if (!synchronised)
      throw new SgapsError(
        'OUT_OF_ORDER',
        'A digest continues a stream that was not started or broke; a reset packet is needed.',
      );
    const coder = new RangeDecoder(digest);
    model.begin(head.firstFrame);
    this.told = 0;
    const frames: FrameDigest[] = [];
    while (frames.length < head.frames) frames.push(this.readFrame(coder));
    coder.end();
    if (frames[0].frameId !== head.firstFrame || frames[frames.length - 1].frameId !== head.lastFrame) {
      throw SgapsError.malformed('frame ids of a packet digest');
    }
    this.synchronised = true;
    return frames;
  }

  private readFrame(coder: RangeDecoder): FrameDigest {
    const { model } = this;
    const { frameId, time, requestId } = model.codeHead(coder, { frameId: 0, time: 0, requestId: null });
    model.codeScroll(coder, 0, 0);
    const clientTime = time / TIME_STEPS;
    const { scrollX, scrollY } = model;
    if (requestId === null) return { frameId, clientTime, requestId, scrollX, scrollY, changes: NOTHING };
    const asked = this.resolve(requestId);
    if (asked === undefined) {
      throw new SgapsError(
        'OUT_OF_ORDER',
        `Frame ${frameId} answers request ${requestId}, which was never made or is long gone.`,
      );
    }
    const first = this.told;
    const changes = this.changesFor(asked.count);
    const { count, u, v, kind } = asked;
    let end = first;
    for (let i = 0; i < count; i++) if (kind[i] >= BLOCK_KIND) changes[end++] = model.codeChange(coder, u[i], v[i], 0);
    this.told = end;
    return { frameId, clientTime, requestId, scrollX, scrollY, changes: changes.subarray(first, end) };
  }

  /** Room for as many more changes; what was told before stays where it is for those who have it. */
  private changesFor(more: number): Uint8Array {
    if (this.changes.length >= this.told + more) return this.changes;
    const larger = new Uint8Array(2 * (this.told + more));
    this.changes = larger;
    return larger;
  }
}

const NOTHING = new Uint8Array(0);
