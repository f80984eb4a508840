import { SgapsError } from '../errors.js';

const H264_HEADER_BYTES = 40;
const JPEG_HEADER_BYTES = 44;
/** Bytes of one part of a picture. */
const MOST = 64 * 1024 * 1024;

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
  assertLength(length);
  const bytes = new Uint8Array(H264_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint32(4, frameId, true);
  writeTimes(view, 8, times);
  return bytes;
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
  const view = headOf(bytes, H264_HEADER_BYTES);
  assertTotal(bytes, H264_HEADER_BYTES + view.getUint32(0, true));
  return { frameId: view.getUint32(4, true), times: readTimes(view, 8), unit: bytes.subarray(H264_HEADER_BYTES) };
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
  assertLength(jpegBytes);
  assertLength(depthBytes);
  const bytes = new Uint8Array(JPEG_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, jpegBytes, true);
  view.setUint32(4, depthBytes, true);
  view.setUint32(8, frameId, true);
  writeTimes(view, 12, times);
  return bytes;
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
  const view = headOf(bytes, JPEG_HEADER_BYTES);
  const depthAt = JPEG_HEADER_BYTES + view.getUint32(0, true);
  assertTotal(bytes, depthAt + view.getUint32(4, true));
  const jpeg = bytes.subarray(JPEG_HEADER_BYTES, depthAt);
  return { frameId: view.getUint32(8, true), times: readTimes(view, 12), jpeg, depth: bytes.subarray(depthAt) };
}

function writeTimes(view: DataView, at: number, { clientSent, received, processed, sent }: PictureTimes): void {
  view.setFloat64(at, clientSent, true);
  view.setFloat64(at + 8, received, true);
  view.setFloat64(at + 16, processed, true);
  view.setFloat64(at + 24, sent, true);
}

function readTimes(view: DataView, at: number): PictureTimes {
  const [clientSent, received, processed, sent] = [0, 8, 16, 24].map((offset) => view.getFloat64(at + offset, true));
  return { clientSent, received, processed, sent };
}

function headOf(bytes: Uint8Array, length: number): DataView {
  if (bytes.length < length) throw SgapsError.truncated('a picture');
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function assertTotal(bytes: Uint8Array, expected: number): void {
  if (bytes.length < expected) throw SgapsError.truncated('a picture');
  if (bytes.length > expected) throw SgapsError.malformed(`picture: ${bytes.length - expected} bytes too many`);
}

function assertLength(length: number): void {
  if (length > MOST) throw SgapsError.limit('bytes of a picture', length, MOST);
}
