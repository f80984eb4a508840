import { crc32c } from '../bytes/crc32c.js';
import { isSgapsError, SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import { readRecord } from './record.js';
import { type ByteSource, type Compressor, RECORDING, type RecordingRecord, type RecordKind } from './types.js';

/**
 * Chunk header, 72 bytes, little endian: u32 magic 'SGCK', u8 kind, u8 flags (1 packed, 2 last of its epoch), u16 part
 * within the epoch, u32 epoch, u32 packed bytes, u32 unpacked bytes, u32 CRC32C of the packed bytes, u32 records, u32 first
 * and last sequence, u32 frames, f64 first and last time, u32 first and last frame, u32 0, u32 CRC32C of the 68 bytes before.
 */
export const CHUNK_HEADER_BYTES = 72;
/** 'SGCK' as a little-endian u32. */
export const CHUNK_MAGIC = 0x4b434753;
/** Flag bits. */
export const ChunkFlag = { packed: 1, endOfEpoch: 2 } as const;
/**
 * Chunk kinds as stored; others are skipped.
 *
 * @example
 * ```ts
 * const seconds = reader.index.chunks.filter((chunk) => chunk.kind === ChunkKind.frames).length;
 * ```
 */
export const ChunkKind = { frames: 1, events: 2, snapshot: 3, audio: 4, footer: 5 } as const;

/** Which kind of chunk a kind of record is sealed into. */
export const CHUNK_OF: Readonly<Record<RecordKind, number>> = {
  coordinates: ChunkKind.frames,
  pixels: ChunkKind.frames,
  event: ChunkKind.events,
  snapshot: ChunkKind.snapshot,
  audio: ChunkKind.audio,
  pictures: ChunkKind.frames,
};

/**
 * What the index knows of a chunk. Times in ms, frames u32 or 0xffffffff for none; `first…` and `last…` are the
 * smallest and largest in the chunk.
 *
 * @example
 * ```ts
 * const bytes = reader.index.chunks.reduce((sum, chunk) => sum + chunk.packedLength, 0);
 * ```
 */
export interface ChunkEntry {
  /** Byte offset of the chunk's header in the file. */
  readonly offset: number;
  /** 1 frames, 2 events, 3 snapshot, 4 audio, 5 footer; anything else is skipped. */
  readonly kind: number;
  /** 1 packed with the compressor, 2 last chunk of its epoch. */
  readonly flags: number;
  readonly part: number;
  readonly epoch: number;
  readonly packedLength: number;
  readonly unpackedLength: number;
  readonly crc: number;
  readonly records: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Game frames in the pixel packets or groups of pictures of the chunk, by their own count. */
  readonly frames: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
}

/** Writes `entry` (its offset apart) as a header at `at`. */
export function writeChunkHeader(bytes: Uint8Array, at: number, entry: Omit<ChunkEntry, 'offset'>): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, CHUNK_HEADER_BYTES);
  view.setUint32(0, CHUNK_MAGIC, true);
  view.setUint8(4, entry.kind);
  view.setUint8(5, entry.flags);
  view.setUint16(6, entry.part, true);
  view.setUint32(8, entry.epoch, true);
  view.setUint32(12, entry.packedLength, true);
  view.setUint32(16, entry.unpackedLength, true);
  view.setUint32(20, entry.crc, true);
  view.setUint32(24, entry.records, true);
  view.setUint32(28, entry.firstSequence, true);
  view.setUint32(32, entry.lastSequence, true);
  view.setUint32(36, entry.frames, true);
  view.setFloat64(40, entry.firstTime, true);
  view.setFloat64(48, entry.lastTime, true);
  view.setUint32(56, entry.firstFrame, true);
  view.setUint32(60, entry.lastFrame, true);
  view.setUint32(64, 0, true);
  view.setUint32(68, crc32c(bytes, 0, at, at + 68), true);
}

/** The chunk header at `at`, or null where there is none that is whole and within the limits. */
export function readChunkHeader(bytes: Uint8Array, at: number, offset: number): ChunkEntry | null {
  if (at + CHUNK_HEADER_BYTES > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, CHUNK_HEADER_BYTES);
  if (view.getUint32(0, true) !== CHUNK_MAGIC || view.getUint32(68, true) !== crc32c(bytes, 0, at, at + 68)) return null;
  const entry: ChunkEntry = {
    offset,
    kind: view.getUint8(4),
    flags: view.getUint8(5),
    part: view.getUint16(6, true),
    epoch: view.getUint32(8, true),
    packedLength: view.getUint32(12, true),
    unpackedLength: view.getUint32(16, true),
    crc: view.getUint32(20, true),
    records: view.getUint32(24, true),
    firstSequence: view.getUint32(28, true),
    lastSequence: view.getUint32(32, true),
    frames: view.getUint32(36, true),
    firstTime: view.getFloat64(40, true),
    lastTime: view.getFloat64(48, true),
    firstFrame: view.getUint32(56, true),
    lastFrame: view.getUint32(60, true),
  };
  if (entry.packedLength > LIMITS.chunkBytes || entry.unpackedLength > LIMITS.chunkBytes) return null;
  const timesFit = entry.firstTime >= 0 && entry.lastTime >= entry.firstTime && entry.lastTime <= RECORDING.timeMs;
  return timesFit ? entry : null;
}

/** A whole chunk: header and body, packed where that makes it smaller. */
export async function encodeChunk(
  fields: Omit<ChunkEntry, 'offset' | 'packedLength' | 'unpackedLength' | 'crc'>,
  body: Uint8Array,
  compressor: Compressor,
): Promise<Uint8Array> {
  if (body.length > LIMITS.chunkBytes) throw SgapsError.limit('chunk bytes', body.length, LIMITS.chunkBytes);
  const packed = await compressor.compress(body);
  const smaller = packed.length < body.length;
  const stored = smaller ? packed : body;
  const chunk = new Uint8Array(CHUNK_HEADER_BYTES + stored.length);
  chunk.set(stored, CHUNK_HEADER_BYTES);
  writeChunkHeader(chunk, 0, {
    ...fields,
    flags: fields.flags | (smaller ? ChunkFlag.packed : 0),
    packedLength: stored.length,
    unpackedLength: body.length,
    crc: crc32c(stored),
  });
  return chunk;
}

/** The unpacked body of the chunk that `entry` names; the header in the file must still be the indexed one. */
export async function readChunkBody(source: ByteSource, entry: ChunkEntry, compressor: Compressor): Promise<Uint8Array> {
  const length = CHUNK_HEADER_BYTES + entry.packedLength;
  const bytes = await source.read(entry.offset, length);
  if (bytes.length < length) throw SgapsError.truncated('a chunk');
  const header = readChunkHeader(bytes, 0, entry.offset);
  if (header === null || header.crc !== entry.crc || header.packedLength !== entry.packedLength) {
    throw new SgapsError('CHECKSUM_MISMATCH', `The recording is damaged ${placeOf(entry)}: a chunk's header.`);
  }
  if (crc32c(bytes, 0, CHUNK_HEADER_BYTES, length) !== header.crc) {
    throw new SgapsError('CHECKSUM_MISMATCH', `The recording is damaged ${placeOf(entry)}.`);
  }
  const stored = bytes.subarray(CHUNK_HEADER_BYTES, length);
  const body = header.flags & ChunkFlag.packed ? unpack(compressor, stored, header.unpackedLength) : stored;
  if (body.length !== header.unpackedLength)
    throw SgapsError.malformed(`chunk at byte ${entry.offset}: its size is not what its header says`);
  return body;
}

/** Where a chunk lies, for those who want to go on elsewhere. */
function placeOf({ offset, firstTime, lastTime }: ChunkEntry): string {
  return `from ${(firstTime / 1000).toFixed(1)} to ${(lastTime / 1000).toFixed(1)} s (byte ${offset})`;
}

function unpack(compressor: Compressor, stored: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return compressor.decompress(stored, maxBytes);
  } catch (cause) {
    if (isSgapsError(cause)) throw cause;
    throw new SgapsError('BYTES_MALFORMED', 'A chunk does not unpack to the size its header says.', { cause });
  }
}

/** The records of a chunk body, in order; bytes are views of `body`. */
export function* chunkRecords(body: Uint8Array): Generator<RecordingRecord> {
  for (let at = 0; at < body.length; ) {
    const { record, end } = readRecord(body, at, body.length);
    at = end;
    yield record;
  }
}
