import { isSgapsError, type SgapsError } from '../errors.js';
import { CHUNK_OF, type ChunkEntry, ChunkKind, chunkRecords, readChunkBody } from './chunk.js';
import { type EventMarker, readFooter } from './footer.js';
import { recordFrames } from './frameCount.js';
import { JournalTail } from './JournalTail.js';
import { type RecordingHeader, readRecordingHeader } from './RecordingHeader.js';
import { decodeSnapshot, NO_FRAME, RECORD_HEADER_BYTES } from './record.js';
import { epochIsWhole, lastEpochIsWhole, scanChunks } from './scan.js';
import type { ByteSource, Compressor, RecordingRecord, RecordingSnapshot, RecordKind } from './types.js';

/**
 * Where things lie in a recording. Times in ms since its start.
 *
 * @example
 * ```ts
 * timeline.draw(reader.index.duration, reader.index.events);
 * ```
 */
export interface RecordingIndex {
  readonly chunks: readonly ChunkEntry[];
  readonly snapshots: readonly { readonly time: number; readonly sequence: number; readonly frameId: number | null }[];
  /** Times of the snapshots that are large enough to hold a picture: of an archive, some. */
  readonly previews: readonly number[];
  readonly events: readonly EventMarker[];
  /** Largest time of any record, 0 for an empty recording. */
  readonly duration: number;
  /** Game frames in the pixel packets or groups of pictures, by their own count. */
  readonly frames: number;
  readonly records: number;
  /** False while a recording grows, and after a crash until it is recovered. */
  readonly hasFooter: boolean;
  /** Stretches of the file that were passed over as damaged (0 with a footer: then damage shows when read). */
  readonly damaged: number;
  /** Records that are not there any more, by the numbers of those that are. */
  readonly missing: number;
}

/**
 * Options of `RecordingReader.open`.
 *
 * @example
 * ```ts
 * const options: RecordingReaderOptions = { compressor: zstdCompressor };
 * ```
 */
export interface RecordingReaderOptions {
  readonly compressor: Compressor;
  /** The journals of a recording that is open or was left by a crash; read along, in any order. */
  readonly journals?: readonly ByteSource[];
}

/**
 * Which records `RecordingReader.records` gives.
 *
 * @example
 * ```ts
 * for await (const record of reader.records(0, { kinds: ['pixels'], afterSequence: snapshot.sequence })) show(record);
 * ```
 */
export interface RecordQuery {
  /** Default: all but snapshots. */
  readonly kinds?: readonly RecordKind[];
  /** Only records with a larger sequence. Default −1: all. */
  readonly afterSequence?: number;
  /** Only records up to and including this time. */
  readonly toTime?: number;
  /** Told of each chunk that is damaged, which is passed over then. Default: it is thrown. */
  readonly onDamage?: (error: SgapsError) => void;
}

/** Payload bytes of a snapshot that holds a state of one byte and no picture. */
const BARE_SNAPSHOT = 5;
const ALL_BUT_SNAPSHOTS: readonly RecordKind[] = ['coordinates', 'pixels', 'event', 'audio', 'pictures'];

/** Chunks of one kind, read in turn. */
interface Cursor {
  readonly chunks: readonly ChunkEntry[];
  next: number;
  records: Iterator<RecordingRecord> | null;
  /** The record to be given next, null until its chunk is read. */
  head: RecordingRecord | null;
}

/**
 * Reads a recording: finished, left by a crash, or still growing; from a file, memory or over HTTP ranges. Bytes are
 * untrusted: whatever they say, methods throw only `SgapsError` and hold at most one chunk of each kind (16 MiB) at a time.
 *
 * @example
 * ```ts
 * const reader = await RecordingReader.open(source, { compressor });
 * const snapshot = await reader.nearestSnapshot(30_000);
 * for await (const record of reader.records(0, { afterSequence: snapshot?.sequence ?? -1 })) replay(record);
 * ```
 */
export class RecordingReader {
  private tailRecords: RecordingRecord[] = [];
  private chunks: ChunkEntry[] = [];
  private markers: EventMarker[] = [];
  private damaged = 0;
  /** Where the scan goes on. */
  private tail: number;
  private hasFooter = false;
  private readonly journals: readonly JournalTail[];
  /** Bytes of the file when it was last looked at. */
  private seenBytes = -1;
  /** The index of `chunks`, and the last sequence in them. */
  private sealed: RecordingIndex;
  private sealedSequence = -1;
  private current: RecordingIndex;

  private constructor(
    private readonly source: ByteSource,
    private readonly options: RecordingReaderOptions,
    /** What the recording says about itself. */
    readonly header: RecordingHeader,
    private readonly start: number,
  ) {
    this.tail = start;
    this.journals = (options.journals ?? []).map((source) => new JournalTail(source));
    this.sealed = this.indexChunks();
    this.current = this.sealed;
  }

  /**
   * Reads header and index. Throws `BYTES_MALFORMED`, `BYTES_TRUNCATED`, `CHECKSUM_MISMATCH`, `LIMIT_EXCEEDED` or
   * `VERSION_UNSUPPORTED` where the bytes are no recording; a missing footer is made up for by scanning.
   *
   * @example
   * ```ts
   * const reader = await RecordingReader.open(memorySource(bytes), { compressor });
   * ```
   */
  static async open(source: ByteSource, options: RecordingReaderOptions): Promise<RecordingReader> {
    const { header, end } = await readRecordingHeader(source, await source.size());
    const reader = new RecordingReader(source, options, header, end);
    await reader.refresh();
    return reader;
  }

  /** Where things lie, as of `open` or the last `refresh`. */
  get index(): RecordingIndex {
    return this.current;
  }

  /** Milliseconds: the largest record time. */
  get duration(): number {
    return this.current.duration;
  }

  /**
   * Picks up what was appended since; true if there is anything new. Reads no more than that, and nothing once the recording is closed.
   *
   * @example
   * ```ts
   * if (await reader.refresh()) for await (const record of reader.records(0, { afterSequence: last })) show(record);
   * ```
   */
  async refresh(): Promise<boolean> {
    if (this.hasFooter) return false;
    const before = this.current;
    // Journals first: what is sealed and gone from them by then is found in the file. A seal that ends between reading one
    // journal and the other can still leave a gap in the sequence; then everything is read once more.
    for (let attempt = 0; attempt < 8; attempt++) {
      if (await this.load()) break;
    }
    this.current = this.addTail(this.sealed);
    return this.current.records !== before.records || this.current.hasFooter !== before.hasFooter;
  }

  /**
   * The records with `time >= fromTime`, in the order they were appended, as of the last `refresh`. Throws
   * `CHECKSUM_MISMATCH` where it meets a damaged chunk.
   *
   * @example
   * ```ts
   * for await (const { kind, time, bytes } of reader.records(10_000)) console.log(kind, time, bytes.length);
   * ```
   */
  async *records(fromTime = 0, query: RecordQuery = {}): AsyncGenerator<RecordingRecord> {
    const { kinds = ALL_BUT_SNAPSHOTS, afterSequence = -1, toTime = Number.POSITIVE_INFINITY, onDamage } = query;
    const wanted = (record: RecordingRecord): boolean =>
      record.time >= fromTime && record.time <= toTime && record.sequence > afterSequence && kinds.includes(record.kind);
    const cursors = [...new Set(kinds.map((kind) => CHUNK_OF[kind]))].map((kind): Cursor => {
      const chunks = this.chunks.filter(
        (chunk) =>
          chunk.kind === kind && chunk.lastTime >= fromTime && chunk.firstTime <= toTime && chunk.lastSequence > afterSequence,
      );
      return { chunks, next: 0, records: null, head: null };
    });
    const tail = this.tailRecords;
    for (let cursor = earliest(cursors); cursor !== null; cursor = earliest(cursors)) {
      const record = cursor.head;
      if (record === null) {
        cursor.records = await this.recordsOf(cursor.chunks[cursor.next++], onDamage);
      } else if (wanted(record)) {
        yield record;
      }
      advance(cursor);
    }
    for (const record of tail) if (wanted(record)) yield record;
  }

  /**
   * The event records, in the order they were appended.
   *
   * @example
   * ```ts
   * for await (const event of reader.events()) console.log(event.time);
   * ```
   */
  events(): AsyncGenerator<RecordingRecord> {
    return this.records(0, { kinds: ['event'] });
  }

  /**
   * The latest whole snapshot at or before `time` (ms), null if there is none. A damaged one is passed over for the one
   * before it: playing from there gives the same frames.
   *
   * @example
   * ```ts
   * const snapshot = await reader.nearestSnapshot(30_000);
   * ```
   */
  async nearestSnapshot(time: number): Promise<RecordingSnapshot | null> {
    const inTail = this.tailRecords.filter((record) => record.kind === 'snapshot' && record.time <= time).at(-1);
    if (inTail) return toSnapshot(inTail);
    for (let i = this.chunks.length - 1; i >= 0; i--) {
      const entry = this.chunks[i];
      if (entry.kind !== ChunkKind.snapshot || entry.firstTime > time) continue;
      try {
        const [record] = chunkRecords(await readChunkBody(this.source, entry, this.options.compressor));
        if (record?.kind === 'snapshot' && record.time <= time) return toSnapshot(record);
      } catch (error) {
        if (!isSgapsError(error)) throw error;
      }
    }
    return null;
  }

  /** Closes the sources. */
  async close(): Promise<void> {
    await this.source.close?.();
    for (const journal of this.journals) await journal.close();
  }

  /** The records of a chunk; none of a damaged one, where somebody is told. */
  private async recordsOf(chunk: ChunkEntry, onDamage: RecordQuery['onDamage']): Promise<Iterator<RecordingRecord>> {
    const { compressor } = this.options;
    if (!onDamage) return chunkRecords(await readChunkBody(this.source, chunk, compressor));
    try {
      return [...chunkRecords(await readChunkBody(this.source, chunk, compressor))].values();
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      onDamage(error);
      return [].values();
    }
  }

  /** One pass over journals and file; false where they did not fit together because a seal ended in between. */
  private async load(): Promise<boolean> {
    const { compressor } = this.options;
    const journals = [];
    for (const journal of this.journals) {
      const epoch = await journal.read();
      if (epoch !== null) journals.push({ epoch, records: journal.records });
    }
    journals.sort((a, b) => a.epoch - b.epoch);
    const size = await this.source.size();
    const footer = size === this.seenBytes ? null : await readFooter(this.source, this.start, size, compressor);
    this.seenBytes = size;
    if (footer !== null) {
      this.chunks = footer.chunks;
      this.markers = footer.events;
      this.tailRecords = [];
      this.hasFooter = true;
      this.damaged = 0;
      this.sealed = this.indexChunks();
      return true;
    }
    const scan = await scanChunks(this.source, this.tail, size, compressor, false);
    const chunks = scan.chunks;
    let tail = scan.tail;
    // An epoch that is being sealed right now shows some of its chunks: its journal is the better source.
    const last = chunks.at(-1);
    if (last && !lastEpochIsWhole([...this.chunks, ...chunks]) && journals.some((journal) => journal.epoch === last.epoch)) {
      while (chunks.at(-1)?.epoch === last.epoch) tail = (chunks.pop() as ChunkEntry).offset;
    }
    const kept =
      chunks.length === scan.chunks.length ? scan.events : scan.events.filter((event) => event.sequence <= lastSequence(chunks));
    for (const chunk of chunks) this.chunks.push(chunk);
    for (const event of kept) this.markers.push(event);
    this.tail = tail;
    this.damaged = scan.damaged;
    if (chunks.length > 0) {
      this.sealed = this.indexChunks();
      this.sealedSequence = lastSequence(this.chunks);
    }
    const sealed = this.sealedSequence;
    this.tailRecords = journals
      .filter((journal) => !epochIsWhole(this.chunks, journal.epoch))
      .flatMap((journal) => journal.records)
      .filter((record) => record.sequence > sealed);
    return this.tailRecords.length === 0 || this.tailRecords[0].sequence === sealed + 1;
  }

  /** What the file's chunks say, without the journals. */
  private indexChunks(): RecordingIndex {
    const snapshots = [];
    const previews = [];
    let duration = 0;
    let frames = 0;
    let records = 0;
    let last = -1;
    for (const chunk of this.chunks) {
      if (chunk.records > 0) last = Math.max(last, chunk.lastSequence);
      duration = Math.max(duration, chunk.lastTime);
      frames += chunk.frames;
      records += chunk.records;
      if (chunk.kind !== ChunkKind.snapshot) continue;
      snapshots.push({
        time: chunk.firstTime,
        sequence: chunk.firstSequence,
        frameId: chunk.lastFrame === NO_FRAME ? null : chunk.lastFrame,
      });
      if (chunk.unpackedLength - RECORD_HEADER_BYTES > BARE_SNAPSHOT) previews.push(chunk.firstTime);
    }
    const { hasFooter, damaged } = this;
    return {
      chunks: this.chunks.slice(),
      snapshots,
      previews,
      events: this.markers.slice(),
      duration,
      frames,
      records,
      hasFooter,
      damaged,
      missing: Math.max(0, last + 1 - records),
    };
  }

  /** The index with what the journals hold beyond the chunks. */
  private addTail(sealed: RecordingIndex): RecordingIndex {
    const snapshots = [];
    const previews = [];
    const events = [];
    let { duration, frames } = sealed;
    const records = sealed.records + this.tailRecords.length;
    const last = this.tailRecords.at(-1)?.sequence;
    for (const record of this.tailRecords) {
      const { kind, time, sequence, lastFrame } = record;
      duration = Math.max(duration, time);
      frames += recordFrames(record);
      if (kind === 'snapshot') snapshots.push({ time, sequence, frameId: lastFrame });
      if (kind === 'snapshot' && record.bytes.length > BARE_SNAPSHOT) previews.push(time);
      if (kind === 'event') events.push({ time, sequence });
    }
    return {
      ...sealed,
      snapshots: snapshots.length > 0 ? [...sealed.snapshots, ...snapshots] : sealed.snapshots,
      previews: previews.length > 0 ? [...sealed.previews, ...previews] : sealed.previews,
      events: events.length > 0 ? [...sealed.events, ...events] : sealed.events,
      duration,
      frames,
      records,
      damaged: this.damaged,
      missing: last === undefined ? sealed.missing : Math.max(0, last + 1 - records),
    };
  }
}

function toSnapshot(record: RecordingRecord): RecordingSnapshot {
  const { time, sequence, lastFrame: frameId } = record;
  return { time, sequence, frameId, ...decodeSnapshot(record.bytes) };
}

function lastSequence(chunks: readonly ChunkEntry[]): number {
  return chunks.reduce((last, chunk) => (chunk.records > 0 ? Math.max(last, chunk.lastSequence) : last), -1);
}

/** The cursor whose next record was appended first; an unread chunk counts by its header. Null when all are done. */
function earliest(cursors: readonly Cursor[]): Cursor | null {
  let best: Cursor | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const cursor of cursors) {
    const sequence =
      cursor.head?.sequence ?? (cursor.next < cursor.chunks.length ? cursor.chunks[cursor.next].firstSequence : null);
    if (sequence === null || sequence >= least) continue;
    best = cursor;
    least = sequence;
  }
  return best;
}

function advance(cursor: Cursor): void {
  const step = cursor.records?.next();
  cursor.head = step === undefined || step.done ? null : step.value;
}
