import type { ShelfPlace, StatePoints } from '@sgaps/core';
import { ByteReader, ByteWriter, crc32c, LIMITS, SgapsError } from '@sgaps/protocol';

/** 'SGAPSEEK' */
const MAGIC = [0x53, 0x47, 0x41, 0x50, 0x53, 0x45, 0x45, 0x4b];
const VERSION = 1;
/** Head: magic, u32 version, f64 offset of the index, u32 its bytes, u32 their CRC32C, u32 CRC32C of all before. */
export const HEAD_BYTES = 32;
/** Room for 400,000 places. */
const INDEX_BYTES = LIMITS.chunkBytes;
const IDENTITY_BYTES = 512;
/** A state is some parts of 16 MiB at most. */
const STATE_BYTES = 64 * 1024 * 1024;
/** f64 time, u32 frame, u32 sequence, u32 bytes, f64 offset, u32 length, u32 CRC32C, u8 packed. */
const PLACE_BYTES = 37;

/**
 * Where a state lies in a file of states.
 *
 * @example
 * ```ts
 * const { place, at, length }: SeekEntry = index.entries[0];
 * ```
 */
export interface SeekEntry {
  readonly place: ShelfPlace;
  readonly at: number;
  /** Bytes in the file. */
  readonly length: number;
  /** Of those bytes. */
  readonly crc: number;
  readonly packed: boolean;
}

/**
 * What a file of states says about itself, behind the states.
 *
 * @example
 * ```ts
 * const index: SeekIndex = { identity, spacing: 1000, entries: [], points: null };
 * ```
 */
export interface SeekIndex {
  /** Names the recording and the decoder that the states are of. */
  readonly identity: string;
  /** ms between places. */
  readonly spacing: number;
  /** By time. */
  readonly entries: readonly SeekEntry[];
  /** The game's values; null where it has none. */
  readonly points: StatePoints | null;
}

/**
 * The index as bytes: u16 length and UTF-8 of the identity, f64 spacing, u32 places and those, then u32 moments, u8 values, and as f64 all times and, value by value, what
 * they were. Little endian.
 *
 * @example
 * ```ts
 * const bytes = encodeSeekIndex(index);
 * ```
 */
export function encodeSeekIndex({ identity, spacing, entries, points }: SeekIndex): Uint8Array {
  const writer = new ByteWriter(4096 + entries.length * PLACE_BYTES);
  const name = new TextEncoder().encode(identity);
  if (name.length > IDENTITY_BYTES) throw SgapsError.limit('bytes of an identity', name.length, IDENTITY_BYTES);
  writer.u16(name.length);
  writer.bytes(name);
  writer.f64(spacing);
  writer.u32(entries.length);
  for (const { place, at, length, crc, packed } of entries) {
    writer.f64(place.time);
    writer.u32(place.frameId);
    writer.u32(place.sequence);
    writer.u32(place.bytes);
    writer.f64(at);
    writer.u32(length);
    writer.u32(crc);
    writer.u8(packed ? 1 : 0);
  }
  const { times, values } = points ?? { times: [], values: [] };
  writer.u32(times.length);
  writer.u8(values.length);
  for (const list of [times, ...values]) for (const value of list) writer.f64(value);
  if (writer.length > INDEX_BYTES) throw SgapsError.limit('bytes of an index of states', writer.length, INDEX_BYTES);
  return writer.toBytes();
}

/**
 * Reads what `encodeSeekIndex` wrote; `end` is where the states end in the file. Throws `BYTES_TRUNCATED`, `BYTES_MALFORMED` or `LIMIT_EXCEEDED`.
 *
 * @example
 * ```ts
 * const { entries } = decodeSeekIndex(bytes, head.at);
 * ```
 */
export function decodeSeekIndex(bytes: Uint8Array, end: number): SeekIndex {
  const reader = new ByteReader(bytes);
  const nameLength = reader.u16('identity');
  if (nameLength > IDENTITY_BYTES) throw SgapsError.limit('bytes of an identity', nameLength, IDENTITY_BYTES);
  const identity = new TextDecoder().decode(reader.bytes(nameLength, 'identity'));
  const spacing = reader.f64('spacing');
  if (!(spacing > 0 && spacing < Number.POSITIVE_INFINITY)) throw SgapsError.malformed('spacing of states');
  const count = reader.u32('places');
  if (count * PLACE_BYTES > reader.remaining) throw SgapsError.truncated('places of states');
  const entries: SeekEntry[] = [];
  for (let i = 0, last = -1; i < count; i++) {
    const entry = readEntry(reader, end);
    if (!(entry.place.time > last)) throw SgapsError.malformed('places of states: not by time');
    last = entry.place.time;
    entries.push(entry);
  }
  const points = readPoints(reader);
  reader.end('index of states');
  return { identity, spacing, entries, points };
}

function readEntry(reader: ByteReader, end: number): SeekEntry {
  const [time, frameId, sequence, bytes] = [
    reader.f64('time'),
    reader.u32('frame'),
    reader.u32('sequence'),
    reader.u32('state bytes'),
  ];
  const [at, length, crc, packed] = [reader.f64('offset'), reader.u32('length'), reader.u32('checksum'), reader.u8('packed')];
  if (!Number.isFinite(time)) throw SgapsError.malformed('time of a state');
  if (bytes > STATE_BYTES) throw SgapsError.limit('bytes of a state', bytes, STATE_BYTES);
  if (packed > 1 || (packed === 0 && length !== bytes)) throw SgapsError.malformed('length of a state');
  if (!Number.isSafeInteger(at) || at < HEAD_BYTES || at + length > end)
    throw SgapsError.malformed('place of a state in its file');
  return { place: { time, frameId, sequence, bytes }, at, length, crc, packed: packed === 1 };
}

function readPoints(reader: ByteReader): StatePoints | null {
  const count = reader.u32('moments');
  const values = reader.u8('values');
  if (values > LIMITS.values) throw SgapsError.limit('values', values, LIMITS.values);
  if (8 * count * (values + 1) !== reader.remaining) throw SgapsError.malformed('values over time');
  const list = () => Array.from({ length: count }, () => reader.f64('value'));
  const times = list();
  const points = { times, values: Array.from({ length: values }, list) };
  return count > 0 ? points : null;
}

/**
 * The first bytes of a file of states, for an index of these bytes at `at`.
 *
 * @example
 * ```ts
 * await writeAll(handle, encodeSeekHead(index, end), 0);
 * ```
 */
export function encodeSeekHead(index: Uint8Array, at: number): Uint8Array {
  const writer = new ByteWriter(HEAD_BYTES);
  writer.bytes(Uint8Array.from(MAGIC));
  writer.u32(VERSION);
  writer.f64(at);
  writer.u32(index.length);
  writer.u32(crc32c(index));
  writer.u32(crc32c(writer.toBytes()));
  return writer.toBytes();
}

/**
 * Where the index of a file of so many bytes lies, and its checksum. Throws `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `CHECKSUM_MISMATCH`, `VERSION_UNSUPPORTED` or
 * `LIMIT_EXCEEDED`.
 *
 * @example
 * ```ts
 * const { at, length } = decodeSeekHead(bytes, size);
 * ```
 */
export function decodeSeekHead(bytes: Uint8Array, fileBytes: number): { at: number; length: number; crc: number } {
  const reader = new ByteReader(bytes);
  const magic = reader.bytes(MAGIC.length, 'states');
  if (MAGIC.some((byte, i) => magic[i] !== byte)) throw SgapsError.malformed('states: not a file of them');
  const version = reader.u32('version');
  if (version !== VERSION)
    throw new SgapsError('VERSION_UNSUPPORTED', `States of version ${version}, this build reads ${VERSION}.`);
  const [at, length, crc] = [reader.f64('offset'), reader.u32('length'), reader.u32('checksum')];
  if (reader.u32('checksum of the head') !== crc32c(bytes, 0, 0, HEAD_BYTES - 4))
    throw new SgapsError('CHECKSUM_MISMATCH', 'The head of a file of states is damaged.');
  if (length > INDEX_BYTES) throw SgapsError.limit('bytes of an index of states', length, INDEX_BYTES);
  if (!Number.isSafeInteger(at) || at < HEAD_BYTES || at + length !== fileBytes) throw SgapsError.truncated('states');
  return { at, length, crc };
}
