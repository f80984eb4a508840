/**
 * What one record of a recording holds: a coordinate packet sent to the client, a pixel packet received from it (both
 * exactly as exchanged), a game event, a decoder snapshot, audio (reserved), or, of an archive, a group of pictures in the place of packets.
 *
 * @example
 * ```ts
 * const kinds: RecordKind[] = ['coordinates', 'pixels'];
 * ```
 */
export type RecordKind = 'coordinates' | 'pixels' | 'event' | 'snapshot' | 'audio' | 'pictures';

/**
 * One record of a recording.
 *
 * @example
 * ```ts
 * for await (const record of reader.records()) if (record.kind === 'pixels') decoder.decode(record.bytes);
 * ```
 */
export interface RecordingRecord {
  readonly kind: RecordKind;
  /** Milliseconds since the recording's start, 0 … `RECORDING.timeMs`. */
  readonly time: number;
  /** 0, 1, 2 … in the order records were appended; u32. */
  readonly sequence: number;
  /** Frames the record covers (u32), null where it names none. */
  readonly firstFrame: number | null;
  readonly lastFrame: number | null;
  readonly bytes: Uint8Array;
}

/**
 * A stored decoder state: what the session's decoder knew after all records with a smaller sequence.
 *
 * @example
 * ```ts
 * const snapshot = await reader.nearestSnapshot(30_000);
 * if (snapshot) decoder.restore(snapshot.state);
 * ```
 */
export interface RecordingSnapshot {
  readonly time: number;
  readonly sequence: number;
  /** Last frame decoded before the snapshot, null if none. */
  readonly frameId: number | null;
  /** Opaque decoder state. */
  readonly state: Uint8Array;
  /** An encoded picture (WebP), null if none was stored. */
  readonly preview: Uint8Array | null;
}

/**
 * Packs chunk bodies. Injected, because zstd comes from `node:zlib` on a server and from WebAssembly in a browser.
 *
 * @example
 * ```ts
 * const reader = await RecordingReader.open(source, { compressor: zstdCompressor });
 * ```
 */
export interface Compressor {
  readonly name: 'zstd';
  /** May work beside the caller, who leaves `bytes` alone until it is done. May give them back as they are where that is no loss. */
  compress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Throws when the bytes are not its own or unpack to more than `maxBytes`; must not allocate far beyond `maxBytes`. */
  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array;
}

/**
 * Random access to a file, a memory block or an HTTP resource (range requests).
 *
 * @example
 * ```ts
 * const source: ByteSource = {
 *   size: () => length,
 *   read: async (offset, length) => new Uint8Array(await (await fetch(url, {
 *     headers: { range: `bytes=${offset}-${offset + length - 1}` } })).arrayBuffer()),
 * };
 * ```
 */
export interface ByteSource {
  /** Bytes there are now; may grow while a recording is being written. */
  size(): Promise<number> | number;
  /** Up to `length` bytes from `offset`; fewer only at the end. The bytes must not be reused by a later read. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close?(): Promise<void> | void;
}

/**
 * Bounds of the recording format, checked before anything is allocated.
 *
 * @example
 * ```ts
 * if (bytes.length > RECORDING.recordBytes) return;
 * ```
 */
export const RECORDING = {
  /** Version this code writes; a higher one is refused with `VERSION_UNSUPPORTED`. */
  version: 1,
  /** Version of a file whose header says `archive`: those who know no `pictures` refuse it. */
  archiveVersion: 2,
  /** Pictures of one record of an archive. */
  groupFrames: 32,
  /** Bytes of one record's payload: one record with its header always fits one chunk. */
  recordBytes: 16 * 1024 * 1024 - 64,
  /** Bytes of the header block. */
  headerBytes: 256 * 1024,
  /** A sealed chunk's body is closed at this size, a single larger record apart. */
  chunkTargetBytes: 4 * 1024 * 1024,
  /** Chunks of one file, event markers of one index. */
  chunks: 1_000_000,
  /** Bytes of one journal file. */
  journalBytes: 128 * 1024 * 1024,
  /** Seven days. */
  timeMs: 7 * 24 * 3600 * 1000,
  /** Entries, key and value characters of `RecordingHeader.meta`. */
  metaEntries: 64,
  metaKey: 128,
  metaValue: 4096,
} as const;

/** A ByteSource over bytes in memory. */
class MemorySource implements ByteSource {
  constructor(private readonly bytes: Uint8Array) {}

  size(): number {
    return this.bytes.length;
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return Promise.resolve(this.bytes.subarray(offset, offset + length));
  }
}

/**
 * A `ByteSource` over bytes in memory.
 *
 * @example
 * ```ts
 * const reader = await RecordingReader.open(memorySource(bytes), { compressor });
 * ```
 */
export function memorySource(bytes: Uint8Array): ByteSource {
  return new MemorySource(bytes);
}
