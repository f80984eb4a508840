import { SgapsError } from '@sgaps/protocol';

/** Version of the layout below. */
const VERSION = 1;
/** Parts are length-prefixed (u32, little endian); a part may hold at most this. */
const MAX_PART = 16 * 1024 * 1024;

/**
 * Everything needed to go on decoding a recording from one of its records.
 *
 * @example
 * ```ts
 * const bytes = encodeDecoderSnapshot({ codec, decoder, pendingIds, pending, timeOffset: 12.5, frameId: 300 });
 * ```
 */
export interface DecoderSnapshot {
  /** `PixelPacketDecoder.save()`. */
  readonly codec: Uint8Array;
  /** `SessionDecoder.save()`. */
  readonly decoder: Uint8Array;
  /** Frame ids (u32) of the requests that are still unanswered. */
  readonly pendingIds: readonly number[];
  /** Coordinate packets that hold those requests, and maybe answered ones, 1 … 16 requests each. */
  readonly pending: readonly Uint8Array[];
  /** Recording time minus client time, ms; null before the first frame. */
  readonly timeOffset: number | null;
  /** Newest decoded frame, −1 before the first. */
  readonly frameId: number;
}

/**
 * The snapshot as the state of a `snapshot` record: version u8, frameId i32, timeOffset f64 (NaN for null), then the
 * count of pending packets as u16 and the parts (codec, decoder, pending ids as u32, pending packets), each with a u32 length. Little endian.
 *
 * @example
 * ```ts
 * writer.snapshot(time, snapshot.frameId, encodeDecoderSnapshot(snapshot));
 * ```
 */
export function encodeDecoderSnapshot(snapshot: DecoderSnapshot): Uint8Array {
  const ids = new Uint8Array(4 * snapshot.pendingIds.length);
  const idView = new DataView(ids.buffer);
  for (const [i, id] of snapshot.pendingIds.entries()) idView.setUint32(4 * i, id, true);
  const parts = [snapshot.codec, snapshot.decoder, ids, ...snapshot.pending];
  let size = 15;
  for (const part of parts) size += 4 + part.length;
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint8(0, VERSION);
  view.setInt32(1, snapshot.frameId, true);
  view.setFloat64(5, snapshot.timeOffset ?? Number.NaN, true);
  view.setUint16(13, snapshot.pending.length, true);
  let at = 15;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

/**
 * Reads what `encodeDecoderSnapshot` wrote; parts are views of `bytes`. Throws `VERSION_UNSUPPORTED`,
 * `BYTES_TRUNCATED` or `BYTES_MALFORMED`.
 *
 * @example
 * ```ts
 * const { codec, decoder } = decodeDecoderSnapshot(record.bytes);
 * ```
 */
export function decodeDecoderSnapshot(bytes: Uint8Array): DecoderSnapshot {
  if (bytes.length < 15) throw SgapsError.truncated('decoder snapshot');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  if (version !== VERSION)
    throw new SgapsError('VERSION_UNSUPPORTED', `Decoder snapshot version ${version}, this build reads ${VERSION}.`);
  const offset = view.getFloat64(5, true);
  const pendingCount = view.getUint16(13, true);
  let at = 15;
  const part = (): Uint8Array => {
    if (at + 4 > bytes.length) throw SgapsError.truncated('decoder snapshot');
    const length = view.getUint32(at, true);
    if (length > MAX_PART) throw SgapsError.limit('decoder snapshot part', length, MAX_PART);
    if (at + 4 + length > bytes.length) throw SgapsError.truncated('decoder snapshot');
    const slice = bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return slice;
  };
  const codec = part();
  const decoder = part();
  const ids = part();
  if (ids.length % 4 !== 0) throw SgapsError.malformed('decoder snapshot: pending ids');
  const idView = new DataView(ids.buffer, ids.byteOffset, ids.length);
  const pendingIds = Array.from({ length: ids.length / 4 }, (_, i) => idView.getUint32(4 * i, true));
  const pending: Uint8Array[] = [];
  for (let i = 0; i < pendingCount; i++) pending.push(part());
  if (at !== bytes.length) throw SgapsError.malformed('decoder snapshot: bytes left over');
  return {
    codec,
    decoder,
    pendingIds,
    pending,
    timeOffset: Number.isFinite(offset) ? offset : null,
    frameId: view.getInt32(1, true),
  };
}
