import { decodeUtf8, encodeUtf8 } from '../bytes/utf8.js';
import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { readFrameId, writeFrameId } from './frameId.js';
import { PacketStream } from './PacketStream.js';

const HEADER_BYTES = 16;
const METADATA_LENGTH = 8;
const DATA_LENGTH = 12;
/**
 * A picture on its way from the renderer to the transport (P4, P13): what an encoder made, and JSON beside it. The transport knows no encoder: it passes the data on as they are.
 *
 * @example
 * ```ts
 * const payload: RenderPayload = { frameId: 7, metadata: { jpegBytes: 12_000 }, data };
 * ```
 */
export interface RenderPayload {
  /** That of the camera it was made for. */
  readonly frameId: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly data: Uint8Array;
}

/** What its head says of a payload: of the data only how many there are. */
type PayloadHead = Omit<RenderPayload, 'data' | 'metadata'> & {
  readonly metadata: object;
  readonly data: { readonly length: number };
};

/**
 * What goes before a payload's data: u64 frame id, u32 bytes of metadata, u32 bytes of data, little-endian, then the metadata as JSON. The data follow as they are, so that a
 * sender need not copy them.
 *
 * @throws SgapsError `LIMIT_EXCEEDED`, `ARGUMENT_INVALID` for a frame id that is no whole number from 0 to 2⁵³ − 1.
 * @example
 * ```ts
 * socket.cork();
 * socket.write(encodePayloadHead(payload));
 * socket.write(payload.data);
 * socket.uncork();
 * ```
 */
export function encodePayloadHead({ frameId, metadata, data }: PayloadHead): Uint8Array {
  const json = encodeUtf8(JSON.stringify(metadata));
  assertLengths(json.length, data.length);
  const bytes = new Uint8Array(HEADER_BYTES + json.length);
  const view = new DataView(bytes.buffer);
  writeFrameId(view, frameId);
  view.setUint32(METADATA_LENGTH, json.length, true);
  view.setUint32(DATA_LENGTH, data.length, true);
  bytes.set(json, HEADER_BYTES);
  return bytes;
}

/**
 * Reads payloads from a stream that comes in pieces of any size.
 *
 * @param take Gets each payload; `data` is a view that the next piece may overwrite. @param refuse Gets why one is passed over: `BYTES_MALFORMED`. The next is read all the same.
 * @example
 * ```ts
 * const payloads = readPayloads((payload) => broadcast(payload), (error) => log.warn(error));
 * socket.on('data', (piece) => payloads.push(piece));
 * ```
 */
export function readPayloads(take: (payload: RenderPayload) => void, refuse: (error: SgapsError) => void): PacketStream {
  return new PacketStream(HEADER_BYTES, bodyBytes, (packet) => {
    const payload = decodePayload(packet);
    if (payload instanceof SgapsError) refuse(payload);
    else take(payload);
  });
}

function bodyBytes(header: DataView): number {
  const metadata = header.getUint32(METADATA_LENGTH, true);
  const data = header.getUint32(DATA_LENGTH, true);
  assertLengths(metadata, data);
  return metadata + data;
}

function decodePayload(packet: Uint8Array): RenderPayload | SgapsError {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const frameId = readFrameId(view);
  if (Number.isNaN(frameId)) return SgapsError.malformed('payload: its frame id is beyond 2⁵³ − 1');
  const start = HEADER_BYTES + view.getUint32(METADATA_LENGTH, true);
  let metadata: unknown;
  try {
    metadata = JSON.parse(decodeUtf8(packet.subarray(HEADER_BYTES, start)));
  } catch (cause) {
    return new SgapsError('BYTES_MALFORMED', "A payload's metadata is no JSON in UTF-8.", { cause });
  }
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    return SgapsError.malformed('payload: its metadata is no JSON object');
  return { frameId, metadata: metadata as Record<string, unknown>, data: packet.subarray(start) };
}

function assertLengths(metadata: number, data: number): void {
  const { pictureMetadataBytes, pictureBytes } = LIMITS;
  if (metadata > pictureMetadataBytes) throw SgapsError.limit("bytes of a payload's metadata", metadata, pictureMetadataBytes);
  if (data > pictureBytes) throw SgapsError.limit("bytes of a payload's data", data, pictureBytes);
}
