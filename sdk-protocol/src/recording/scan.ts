import { isSgapsError, SgapsError } from '../errors.js';
import {
  CHUNK_HEADER_BYTES,
  CHUNK_MAGIC,
  type ChunkEntry,
  ChunkFlag,
  ChunkKind,
  chunkRecords,
  readChunkBody,
  readChunkHeader,
} from './chunk.js';
import type { EventMarker } from './footer.js';
import { type ByteSource, type Compressor, RECORDING } from './types.js';

const WINDOW_BYTES = 64 * 1024;

/** What a walk over a file's chunks found. */
export interface Scan {
  /** Good chunks in file order, footers left out, kinds this version does not know included. */
  readonly chunks: ChunkEntry[];
  readonly events: EventMarker[];
  /** End of the last good chunk: appending continues here. */
  readonly tail: number;
  /** Places where bytes were no good chunk and were passed over; a torn tail counts as one. */
  readonly damaged: number;
}

/**
 * Walks chunk headers from `start` to `size`. A damaged stretch is passed over by looking for the next whole chunk header.
 * With `verify` every body is read and its checksum tested; without, only events are read (for their markers).
 */
export async function scanChunks(
  source: ByteSource,
  start: number,
  size: number,
  compressor: Compressor,
  verify: boolean,
): Promise<Scan> {
  const chunks: ChunkEntry[] = [];
  const events: EventMarker[] = [];
  let tail = start;
  let damaged = 0;
  for (let at = start; at < size; ) {
    const entry = wholeChunk(await source.read(at, Math.min(CHUNK_HEADER_BYTES, size - at)), 0, at, size);
    if (entry === null) {
      damaged++;
      const next = await findChunk(source, at + 1, size);
      if (next === null) break;
      at = next;
      continue;
    }
    at += CHUNK_HEADER_BYTES + entry.packedLength;
    if (entry.kind === ChunkKind.footer) continue;
    if ((verify || entry.kind === ChunkKind.events) && !(await checkChunk(source, entry, compressor, events))) {
      damaged++;
      continue;
    }
    if (chunks.length >= RECORDING.chunks) throw SgapsError.limit('chunks', chunks.length + 1, RECORDING.chunks);
    chunks.push(entry);
    tail = at;
  }
  return { chunks, events, tail, damaged };
}

/**
 * True for a list whose last epoch is whole: its parts run from 0 to one that is flagged as the last. An empty list is whole.
 */
export function lastEpochIsWhole(chunks: readonly ChunkEntry[]): boolean {
  const last = chunks.at(-1);
  return last === undefined || epochIsWhole(chunks, last.epoch);
}

/** True when the chunks of `epoch` are all there. */
export function epochIsWhole(chunks: readonly ChunkEntry[], epoch: number): boolean {
  let part = 0;
  let ended = false;
  for (let i = chunks.length - 1; i >= 0; i--) {
    const chunk = chunks[i];
    if (chunk.epoch !== epoch) {
      if (ended && chunk.epoch < epoch) break;
      continue;
    }
    if (!ended) {
      if (!(chunk.flags & ChunkFlag.endOfEpoch)) return false;
      ended = true;
      part = chunk.part;
    }
    if (chunk.part !== part) return false;
    if (part === 0) return true;
    part--;
  }
  return false;
}

function wholeChunk(bytes: Uint8Array, at: number, offset: number, size: number): ChunkEntry | null {
  const entry = readChunkHeader(bytes, at, offset);
  return entry !== null && offset + CHUNK_HEADER_BYTES + entry.packedLength <= size ? entry : null;
}

/** Offset of the next whole chunk at or after `from`, null if there is none. */
async function findChunk(source: ByteSource, from: number, size: number): Promise<number | null> {
  for (let at = from; at + CHUNK_HEADER_BYTES <= size; at += WINDOW_BYTES) {
    const window = await source.read(at, Math.min(WINDOW_BYTES + CHUNK_HEADER_BYTES - 1, size - at));
    const end = window.length - CHUNK_HEADER_BYTES;
    const first = CHUNK_MAGIC & 255;
    for (let i = window.indexOf(first); i >= 0 && i <= end && i < WINDOW_BYTES; i = window.indexOf(first, i + 1)) {
      if (wholeChunk(window, i, at + i, size) !== null) return at + i;
    }
  }
  return null;
}

/** Reads a chunk to the end, noting its events; false if it is damaged. */
async function checkChunk(
  source: ByteSource,
  entry: ChunkEntry,
  compressor: Compressor,
  events: EventMarker[],
): Promise<boolean> {
  const found: EventMarker[] = [];
  try {
    const body = await readChunkBody(source, entry, compressor);
    if (entry.kind > ChunkKind.footer || entry.kind === 0) return true;
    for (const record of chunkRecords(body)) {
      if (record.kind === 'event') found.push({ time: record.time, sequence: record.sequence });
    }
  } catch (error) {
    if (isSgapsError(error)) return false;
    throw error;
  }
  if (events.length + found.length > RECORDING.chunks)
    throw SgapsError.limit('events', events.length + found.length, RECORDING.chunks);
  for (const event of found) events.push(event);
  return true;
}
