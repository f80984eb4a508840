import { crc32c } from '../bytes/crc32c.js';
import { isSgapsError, SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import {
  CHUNK_HEADER_BYTES,
  type ChunkEntry,
  ChunkFlag,
  ChunkKind,
  encodeChunk,
  readChunkBody,
  readChunkHeader,
  writeChunkHeader,
} from './chunk.js';
import { NO_FRAME } from './record.js';
import { type ByteSource, type Compressor, RECORDING } from './types.js';

/** Trailer, the file's last 24 bytes: f64 offset of the footer chunk, u32 its bytes with header, u32 CRC32C of those 12, 'SGAPSEND'. */
const TRAILER_BYTES = 24;
const TRAILER_MAGIC = [0x53, 0x47, 0x41, 0x50, 0x53, 0x45, 0x4e, 0x44];
/** Footer body: u32 chunks, u32 events, chunks × { f64 offset, chunk header }, events × { f64 time, u32 sequence }. */
const ENTRY_BYTES = 8 + CHUNK_HEADER_BYTES;
const EVENT_BYTES = 12;

/**
 * When a game event happened and which record holds it.
 *
 * @example
 * ```ts
 * const marks = reader.index.events.map((event) => event.time);
 * ```
 */
export interface EventMarker {
  /** Milliseconds since the recording's start. */
  readonly time: number;
  readonly sequence: number;
}

/**
 * What a footer says.
 *
 * @example
 * ```ts
 * const index: FooterIndex = { chunks: [], events: [] };
 * ```
 */
export interface FooterIndex {
  readonly chunks: ChunkEntry[];
  readonly events: EventMarker[];
}

/**
 * Footer chunk and trailer for a file whose chunks end at `offset`; null when the index is too big for one chunk (the reader then scans).
 *
 * @example
 * ```ts
 * const bytes = await encodeFooter({ chunks, events }, endOfChunks, compressor);
 * ```
 */
export async function encodeFooter(index: FooterIndex, offset: number, compressor: Compressor): Promise<Uint8Array | null> {
  const { chunks, events } = index;
  const bytes = 8 + chunks.length * ENTRY_BYTES + events.length * EVENT_BYTES;
  if (bytes > LIMITS.chunkBytes) return null;
  const body = new Uint8Array(bytes);
  const view = new DataView(body.buffer);
  view.setUint32(0, chunks.length, true);
  view.setUint32(4, events.length, true);
  let at = 8;
  for (const entry of chunks) {
    view.setFloat64(at, entry.offset, true);
    writeChunkHeader(body, at + 8, entry);
    at += ENTRY_BYTES;
  }
  for (const event of events) {
    view.setFloat64(at, event.time, true);
    view.setUint32(at + 8, event.sequence, true);
    at += EVENT_BYTES;
  }
  const times = chunks.reduce((last, chunk) => Math.max(last, chunk.lastTime), 0);
  const chunk = await encodeChunk(
    {
      kind: ChunkKind.footer,
      flags: ChunkFlag.endOfEpoch,
      part: 0,
      epoch: NO_FRAME,
      records: 0,
      firstSequence: 0,
      lastSequence: 0,
      frames: 0,
      firstTime: 0,
      lastTime: times,
      firstFrame: NO_FRAME,
      lastFrame: NO_FRAME,
    },
    body,
    compressor,
  );
  const out = new Uint8Array(chunk.length + TRAILER_BYTES);
  out.set(chunk);
  const trailer = new DataView(out.buffer, chunk.length);
  trailer.setFloat64(0, offset, true);
  trailer.setUint32(8, chunk.length, true);
  trailer.setUint32(12, crc32c(out, 0, chunk.length, chunk.length + 12), true);
  out.set(TRAILER_MAGIC, chunk.length + 16);
  return out;
}

/** The footer of a closed file, null where there is none that is whole: the chunks themselves tell the same. */
export async function readFooter(
  source: ByteSource,
  start: number,
  size: number,
  compressor: Compressor,
): Promise<FooterIndex | null> {
  try {
    return await readWholeFooter(source, start, size, compressor);
  } catch (error) {
    if (isSgapsError(error)) return null;
    throw error;
  }
}

async function readWholeFooter(
  source: ByteSource,
  start: number,
  size: number,
  compressor: Compressor,
): Promise<FooterIndex | null> {
  if (size < start + CHUNK_HEADER_BYTES + TRAILER_BYTES) return null;
  const trailer = await source.read(size - TRAILER_BYTES, TRAILER_BYTES);
  if (trailer.length < TRAILER_BYTES || TRAILER_MAGIC.some((byte, i) => trailer[16 + i] !== byte)) return null;
  const view = new DataView(trailer.buffer, trailer.byteOffset, TRAILER_BYTES);
  if (view.getUint32(12, true) !== crc32c(trailer, 0, 0, 12)) return null;
  const offset = view.getFloat64(0, true);
  const length = view.getUint32(8, true);
  if (!Number.isSafeInteger(offset) || offset < start || length < CHUNK_HEADER_BYTES || offset + length !== size - TRAILER_BYTES)
    return null;
  const entry = readChunkHeader(await source.read(offset, CHUNK_HEADER_BYTES), 0, offset);
  if (entry === null || entry.kind !== ChunkKind.footer || entry.packedLength !== length - CHUNK_HEADER_BYTES) return null;
  return parseFooter(await readChunkBody(source, entry, compressor), start, offset);
}

function parseFooter(body: Uint8Array, start: number, end: number): FooterIndex {
  if (body.length < 8) throw SgapsError.truncated('the footer index');
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const chunkCount = view.getUint32(0, true);
  const eventCount = view.getUint32(4, true);
  if (chunkCount > RECORDING.chunks) throw SgapsError.limit('chunks', chunkCount, RECORDING.chunks);
  if (eventCount > LIMITS.chunkBytes / EVENT_BYTES) throw SgapsError.limit('events', eventCount, LIMITS.chunkBytes / EVENT_BYTES);
  if (body.length !== 8 + chunkCount * ENTRY_BYTES + eventCount * EVENT_BYTES)
    throw SgapsError.malformed('footer index: counts and size differ');
  const chunks: ChunkEntry[] = [];
  let at = 8;
  let least = start;
  for (let i = 0; i < chunkCount; i++, at += ENTRY_BYTES) {
    const offset = view.getFloat64(at, true);
    const entry = readChunkHeader(body, at + 8, offset);
    if (entry === null || !Number.isSafeInteger(offset) || offset < least) throw SgapsError.malformed('footer index entry');
    least = offset + CHUNK_HEADER_BYTES + entry.packedLength;
    if (least > end) throw SgapsError.malformed('footer index: a chunk behind the footer');
    chunks.push(entry);
  }
  const events: EventMarker[] = [];
  for (let i = 0; i < eventCount; i++, at += EVENT_BYTES) {
    const time = view.getFloat64(at, true);
    if (!(time >= 0 && time <= RECORDING.timeMs)) throw SgapsError.malformed('footer index: event time');
    events.push({ time, sequence: view.getUint32(at + 8, true) });
  }
  return { chunks, events };
}
