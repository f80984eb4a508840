import {
  type CaptureGrid,
  CoordinateCodec,
  type PixelFrame,
  PixelPacketDecoder,
  pixelPacketSpan,
  type SampleRequest,
  SgapsError,
  type StateSchema,
} from '@sgaps/protocol';
import { decodeDecoderSnapshot, encodeDecoderSnapshot } from './DecoderSnapshot.js';
import { RequestLedger } from './RequestLedger.js';
import { type DecodedFrame, SessionDecoder } from './SessionDecoder.js';

/** Frame ids are u32 and requests run ahead of them; 4.5 years at 30 frames/s fit. */
const MAX_FRAME_ID = 0xffff0000;

/**
 * What a session fixes at join: the same three values decode its recording.
 *
 * @example
 * ```ts
 * const shape: SessionShape = { grid: { width: 320, height: 180 }, schema: { values: [] }, tierBits: [8, 5, 3, 3] };
 * ```
 */
export interface SessionShape {
  readonly grid: CaptureGrid;
  readonly schema: StateSchema;
  /** Bits per channel of the four tiers (S15). */
  readonly tierBits: readonly [number, number, number, number];
  /** True where point samples carry depth, as agreed at join; absent is false. */
  readonly depth?: boolean;
}

/**
 * A frame with its place in the recording.
 *
 * @example
 * ```ts
 * const { frame, time } = replica.pixels(record.bytes, record.time)[0];
 * ```
 */
export interface ReplicaFrame {
  readonly frame: PixelFrame;
  /** ms since recording start; never runs backwards. */
  readonly time: number;
}

/**
 * The decoding half of a session: records in, frames out. The live loop and every playback feed it the same records in
 * the same order, so both hold the same pictures (DESIGN.md, "single source of truth").
 *
 * @example
 * ```ts
 * const replica = new SessionReplica(shape);
 * replica.coordinates(coordinatePacket);
 * for (const { frame } of replica.pixels(pixelPacket, time)) show(replica.decode(frame));
 * ```
 */
export class SessionReplica {
  readonly shape: SessionShape;
  /** The reconstruction; also what a planner looks at. */
  readonly decoder: SessionDecoder;
  readonly coordinateCodec: CoordinateCodec;
  /** Newest decoded frame, −1 before the first. */
  frameId = -1;

  readonly #ledger: RequestLedger;
  readonly #pixelDecoder: PixelPacketDecoder;
  #timeOffset: number | null = null;
  #lastTime = 0;

  constructor(shape: SessionShape) {
    this.shape = shape;
    this.coordinateCodec = new CoordinateCodec(shape.grid);
    this.#ledger = new RequestLedger((request) => this.coordinateCodec.expand(request));
    this.decoder = new SessionDecoder({ grid: shape.grid });
    this.#pixelDecoder = new PixelPacketDecoder({ ...shape, resolve: (id) => this.#ledger.resolve(id) });
  }

  /** Takes in a coordinate packet, as sent. Throws the codec's errors. */
  coordinates(bytes: Uint8Array): SampleRequest[] {
    const requests = this.coordinateCodec.decode(bytes);
    const packet = bytes.slice();
    for (const request of requests) this.#ledger.add(request, packet);
    return requests;
  }

  /**
   * Takes in a pixel packet that arrived at `time` (ms since recording start). Throws `OUT_OF_ORDER` for frames that were there
   * before, which changes nothing, and the codec's errors, after which only a packet that starts afresh decodes; the frames
   * and requests known stay as they were in both cases.
   */
  pixels(bytes: Uint8Array, time: number): ReplicaFrame[] {
    const span = pixelPacketSpan(bytes);
    // By the packet's own word, before the codec moves on: a packet sent twice must not part the two ends.
    if (span !== null && span.firstFrame <= this.frameId) {
      throw new SgapsError('OUT_OF_ORDER', `Frame ${span.firstFrame} came after frame ${this.frameId}.`);
    }
    const frames = this.#pixelDecoder.decode(bytes);
    const newest = frames[frames.length - 1];
    if (!newest) throw SgapsError.malformed('pixel packet: no frames');
    if (newest.frameId > MAX_FRAME_ID) throw SgapsError.limit('frame id', newest.frameId, MAX_FRAME_ID);
    for (const frame of frames) {
      if (frame.requestId !== null) this.#ledger.release(frame.requestId);
    }
    this.frameId = newest.frameId;
    // The quickest packet so far tells the clocks' difference best; by a slower one all frames of those after it would be of one time.
    const offset = Math.min(this.#timeOffset ?? Number.POSITIVE_INFINITY, time - newest.clientTime);
    this.#timeOffset = offset;
    return frames.map((frame) => {
      const wanted = frame.clientTime + offset;
      this.#lastTime = Math.max(this.#lastTime, Math.min(time, Number.isFinite(wanted) ? wanted : time));
      return { frame, time: this.#lastTime };
    });
  }

  /** Takes one frame in without rebuilding it: quicker, and all that follows comes out the same. */
  observe(frame: PixelFrame): void {
    this.decoder.observe(frame);
  }

  /** Rebuilds one frame. Its buffers are reused by the next call. */
  decode(frame: PixelFrame): DecodedFrame {
    return this.decoder.decode(frame);
  }

  /** The state after the last record, as the state of a `snapshot` record. */
  save(): Uint8Array {
    return encodeDecoderSnapshot({
      codec: this.#pixelDecoder.save(),
      decoder: this.decoder.save(),
      pendingIds: this.#ledger.pendingIds,
      pending: this.#ledger.pendingPackets,
      timeOffset: this.#timeOffset,
      frameId: this.frameId,
    });
  }

  /** Goes to the state of a `snapshot` record. Throws the formats' errors. */
  restore(bytes: Uint8Array): void {
    const snapshot = decodeDecoderSnapshot(bytes);
    this.#ledger.clear();
    const pendingIds = new Set(snapshot.pendingIds);
    for (const bytes of snapshot.pending) {
      const packet = bytes.slice();
      for (const request of this.coordinateCodec.decode(packet)) {
        if (pendingIds.has(request.frameId)) this.#ledger.add(request, packet);
      }
    }
    this.#pixelDecoder.restore(snapshot.codec);
    this.decoder.restore(snapshot.decoder);
    this.frameId = snapshot.frameId;
    this.#timeOffset = snapshot.timeOffset;
    this.#lastTime = 0;
  }
}
