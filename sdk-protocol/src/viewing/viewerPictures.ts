import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';

/** Of a head: each length, and the frame id; the four times. */
const LENGTH_BYTES = 4;
const TIMES_BYTES = 32;

/**
 * When a picture's camera was sent and taken, when its renderer was done, and when it was sent back: ms, by the clocks of viewer, server, server and server.
 *
 * @example
 * ```ts
 * const rendering = times.processed - times.received;
 * ```
 */
export interface PictureTimes {
  readonly clientSent: number;
  readonly received: number;
  readonly processed: number;
  readonly sent: number;
}

/**
 * A picture as it reaches a viewer (P11): an H.264 access unit, colour above depth.
 *
 * @example
 * ```ts
 * const { frameId, times, unit } = decodeH264Picture(bytes);
 * ```
 */
export interface H264Picture {
  readonly frameId: number;
  readonly times: PictureTimes;
  readonly unit: Uint8Array;
}

/**
 * As `H264Picture`, but a JPEG and its depth (float16).
 *
 * @example
 * ```ts
 * const blob = new Blob([decodeJpegPicture(bytes).jpeg], { type: 'image/jpeg' });
 * ```
 */
export interface JpegPicture {
  readonly frameId: number;
  readonly times: PictureTimes;
  readonly jpeg: Uint8Array;
  readonly depth: Uint8Array;
}

/**
 * The 40 bytes before an H.264 access unit: u32 length, u32 frame id, 4 × f64 times; little-endian.
 *
 * @throws SgapsError `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * socket.send([encodeH264Head(unit.length, frameId, times), unit]);
 * ```
 */
export function encodeH264Head(length: number, frameId: number, times: PictureTimes): Uint8Array {
  return encodeHead([length], frameId, times);
}

/**
 * Reads a picture of `encodeH264Head` and its access unit, which is a view of `bytes`.
 *
 * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
 * @example
 * ```ts
 * decoder.decode(new EncodedVideoChunk({ type, timestamp, data: decodeH264Picture(bytes).unit }));
 * ```
 */
export function decodeH264Picture(bytes: Uint8Array): H264Picture {
  const { parts, ...head } = decodePicture(bytes, 1);
  return { ...head, unit: parts[0] };
}

/**
 * The 44 bytes before a JPEG and its depth: u32 bytes of the JPEG, u32 bytes of depth, u32 frame id, 4 × f64 times; little-endian.
 *
 * @throws SgapsError `LIMIT_EXCEEDED`
 * @example
 * ```ts
 * socket.send([encodeJpegHead(jpeg.length, depth.length, frameId, times), jpeg, depth]);
 * ```
 */
export function encodeJpegHead(jpegBytes: number, depthBytes: number, frameId: number, times: PictureTimes): Uint8Array {
  return encodeHead([jpegBytes, depthBytes], frameId, times);
}

/**
 * Reads a picture of `encodeJpegHead` with its bodies, which are views of `bytes`.
 *
 * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
 * @example
 * ```ts
 * const image = await createImageBitmap(new Blob([decodeJpegPicture(bytes).jpeg]));
 * ```
 */
export function decodeJpegPicture(bytes: Uint8Array): JpegPicture {
  const { parts, ...head } = decodePicture(bytes, 2);
  return { ...head, jpeg: parts[0], depth: parts[1] };
}

function encodeHead(
  lengths: readonly number[],
  frameId: number,
  { clientSent, received, processed, sent }: PictureTimes,
): Uint8Array {
  const idAt = LENGTH_BYTES * lengths.length;
  const timesAt = idAt + LENGTH_BYTES;
  const bytes = new Uint8Array(timesAt + TIMES_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, length] of lengths.entries()) {
    if (length > LIMITS.pictureBytes) throw SgapsError.limit('bytes of a picture', length, LIMITS.pictureBytes);
    view.setUint32(LENGTH_BYTES * at, length, true);
  }
  view.setUint32(idAt, frameId, true);
  for (const [at, time] of [clientSent, received, processed, sent].entries()) view.setFloat64(timesAt + 8 * at, time, true);
  return bytes;
}

/** Reads a head of `count` lengths and what it announces; `parts` are views. */
function decodePicture(bytes: Uint8Array, count: number): { frameId: number; times: PictureTimes; parts: Uint8Array[] } {
  const idAt = LENGTH_BYTES * count;
  const timesAt = idAt + LENGTH_BYTES;
  let end = timesAt + TIMES_BYTES;
  if (bytes.length < end) throw SgapsError.truncated('a picture');
  const view = new DataView(bytes.buffer, bytes.byteOffset, end);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < count; at++) {
    const start = end;
    end += view.getUint32(LENGTH_BYTES * at, true);
    parts.push(bytes.subarray(start, end));
  }
  if (bytes.length < end) throw SgapsError.truncated('a picture');
  if (bytes.length > end) throw SgapsError.malformed(`picture: ${bytes.length - end} bytes too many`);
  const [clientSent, received, processed, sent] = [0, 8, 16, 24].map((offset) => view.getFloat64(timesAt + offset, true));
  return { frameId: view.getUint32(idAt, true), times: { clientSent, received, processed, sent }, parts };
}
