import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ByteSource, isRecordingId, isSgapsError, type RecordingHeader, RecordingReader, SgapsError } from '@sgaps/protocol';
import { Catalog, type RecordingRow, type RecordingStatus } from './Catalog.js';
import { fileSource, toStorageError } from './files.js';
import { RecordingWriter } from './RecordingWriter.js';
import { recoverRecording } from './recoverRecording.js';
import { zstdCompressor } from './zstd.js';

/** An encoded preview picture is at most this big. */
const PREVIEW_BYTES = 4 * 1024 * 1024;

/**
 * What recovery did to one recording.
 *
 * @example
 * ```ts
 * for (const { id, status, recoveredRecords } of await store.recoverAll()) log.info({ id, status, recoveredRecords });
 * ```
 */
export interface Recovery {
  readonly id: string;
  /** `recovered`, or `failed` with the reason in `error`. */
  readonly status: 'recovered' | 'failed';
  /** Records that were in a journal only. */
  readonly recoveredRecords: number;
  /** Bytes of a half-written chunk that were replaced by the journal's records. */
  readonly cutBytes: number;
  /** Why it failed; of a recovered one, why its thumbnail could not be stored. Null if all is well. */
  readonly error: SgapsError | null;
}

/**
 * All recordings of one data folder: files in `recordings/`, rows in the catalog. Ids are checked, so that none leads out of
 * the folder. One process at a time may write to a folder.
 *
 * @example
 * ```ts
 * const store = await RecordingStore.open({ folder: './.sgaps-data' });
 * await store.recoverAll();
 * const writer = await store.create(header, { roomId });
 * ```
 */
export class RecordingStore {
  private readonly writers = new Map<string, RecordingWriter>();

  private constructor(
    private readonly folder: string,
    /** The list of recordings. */
    readonly catalog: Catalog,
  ) {}

  /**
   * Opens the folder, making it where it is missing. `catalog` defaults to the one in the folder.
   *
   * @example
   * ```ts
   * const store = await RecordingStore.open({ folder: './.sgaps-data' });
   * ```
   */
  static async open(options: { readonly folder: string; readonly catalog?: Catalog }): Promise<RecordingStore> {
    const folder = resolve(options.folder, 'recordings');
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw toStorageError(error, `making ${folder}`);
    }
    return new RecordingStore(folder, options.catalog ?? (await Catalog.open(options.folder)));
  }

  /**
   * Creates a recording and its row (`recording`). Throws `ARGUMENT_INVALID` for an id that exists or is unsafe,
   * `STORAGE_FULL`, `STORAGE_FAILED`.
   *
   * @example
   * ```ts
   * const writer = await store.create(header, { roomId: room.roomId, onError: (error) => room.stop(error) });
   * ```
   */
  async create(
    header: RecordingHeader,
    options: {
      readonly roomId?: string;
      readonly onError?: (error: SgapsError) => void;
      readonly onWarning?: (error: SgapsError) => void;
    } = {},
  ): Promise<RecordingWriter> {
    const id = header.recordingId;
    const writer = await RecordingWriter.create(header, {
      path: this.filePath(id),
      journals: this.journalPaths(id),
      compressor: zstdCompressor,
      onError: options.onError,
      onWarning: options.onWarning,
      onClosed: (closed) => this.noteEnd(closed),
    });
    this.writers.set(id, writer);
    try {
      await this.catalog.upsert({ ...rowOf(header, 'recording'), roomId: options.roomId ?? null });
    } catch (error) {
      await writer.close();
      await this.removeFiles(id);
      throw error;
    }
    return writer;
  }

  /**
   * Opens a recording for reading, also one that is still written (`refresh` then picks up more). Close the reader when
   * done. Throws `NOT_FOUND`, and what `RecordingReader.open` throws.
   *
   * @example
   * ```ts
   * const reader = await store.open('a1');
   * try { for await (const record of reader.records()) show(record); } finally { await reader.close(); }
   * ```
   */
  async open(id: string): Promise<RecordingReader> {
    const sources: ByteSource[] = [];
    try {
      const source = await fileSource(this.filePath(id));
      sources.push(source);
      for (const path of this.journalPaths(id)) {
        const journal = await journalSource(path);
        if (journal) sources.push(journal);
      }
      return await RecordingReader.open(source, { compressor: zstdCompressor, journals: sources.slice(1) });
    } catch (error) {
      for (const source of sources) await source.close?.();
      throw toStorageError(error, `opening recording ${id}`);
    }
  }

  /**
   * The writer of a recording that this process is making, undefined if it is not.
   *
   * @example
   * ```ts
   * const live = store.writer(id) !== undefined;
   * ```
   */
  writer(id: string): RecordingWriter | undefined {
    return this.writers.get(id);
  }

  /**
   * Path of a recording's file. Throws `ARGUMENT_INVALID` for an unsafe id.
   *
   * @example
   * ```ts
   * response.sendFile(store.filePath(id));
   * ```
   */
  filePath(id: string): string {
    return this.path(id, '.sgaps');
  }

  /**
   * Stores the thumbnail of a recording (WebP, at most 4 MiB) beside it.
   *
   * @example
   * ```ts
   * await store.savePreview(id, await sharp(rgb, { raw }).webp().toBuffer());
   * ```
   */
  async savePreview(id: string, webp: Uint8Array): Promise<void> {
    if (webp.length > PREVIEW_BYTES) throw SgapsError.limit('preview bytes', webp.length, PREVIEW_BYTES);
    const path = this.path(id, '.webp');
    try {
      await writeFile(`${path}.tmp`, webp);
      await rename(`${path}.tmp`, path);
    } catch (error) {
      throw toStorageError(error, `storing the preview of ${id}`);
    }
  }

  /**
   * The thumbnail of a recording, null if it has none.
   *
   * @example
   * ```ts
   * const webp = await store.readPreview(id);
   * ```
   */
  async readPreview(id: string): Promise<Uint8Array | null> {
    const path = this.path(id, '.webp');
    try {
      return await readFile(path);
    } catch (error) {
      const failure = toStorageError(error, `reading the preview of ${id}`);
      if (failure.code === 'NOT_FOUND') return null;
      throw failure;
    }
  }

  /**
   * Ids of recordings whose journals were left by a crash (or a full disk).
   *
   * @example
   * ```ts
   * if ((await store.leftovers()).length > 0) await store.recoverAll();
   * ```
   */
  async leftovers(): Promise<string[]> {
    const ids = new Set<string>();
    for (const name of await this.names()) {
      const id = /^(.+)\.journal2?$/.exec(name)?.[1];
      if (isRecordingId(id) && !this.writers.has(id)) ids.add(id);
    }
    return [...ids].sort();
  }

  /**
   * Closes one recording that a crash left open and corrects its row. Its thumbnail is the newest picture that a decoder
   * snapshot holds; a recording cut off before its first snapshot (10 s by default) has none. Throws `ARGUMENT_INVALID` while this process writes it.
   *
   * @example
   * ```ts
   * const { status } = await store.recover('a1');
   * ```
   */
  async recover(id: string): Promise<Recovery> {
    const path = this.filePath(id);
    if (this.writers.has(id)) throw new SgapsError('ARGUMENT_INVALID', `Recording ${id} is being written; close it instead.`);
    try {
      const { recoveredRecords, cutBytes } = await recoverRecording(path, this.journalPaths(id), zstdCompressor);
      const error = await this.noteFound(id, 'recovered');
      return { id, status: 'recovered', recoveredRecords, cutBytes, error };
    } catch (error) {
      return this.noteFailure(id, toStorageError(error, `recovering recording ${id}`));
    }
  }

  /**
   * To be called once at start, before any recording is made: recovers all leftovers, puts right rows that still say
   * `recording`, and adds rows for files the catalog does not know.
   *
   * @example
   * ```ts
   * const recovered = await store.recoverAll();
   * ```
   */
  async recoverAll(): Promise<Recovery[]> {
    const results: Recovery[] = [];
    for (const id of await this.leftovers()) {
      if (existsSync(this.filePath(id))) results.push(await this.recover(id));
      else await this.removeFiles(id); // Created, but killed before its file had its name: nothing was ever appended.
    }
    const names = await this.names();
    for (const name of names) if (name.endsWith('.tmp')) await rm(join(this.folder, name), { force: true });
    for (const name of names) {
      const id = /^(.+)\.sgaps$/.exec(name)?.[1];
      if (!isRecordingId(id) || this.writers.has(id) || results.some((result) => result.id === id)) continue;
      const row = await this.catalog.get(id);
      if (row === null || row.status === 'recording') results.push(...(await this.adopt(id)));
    }
    await this.failMissing();
    return results;
  }

  /**
   * Removes a recording for good: its files and its row. A writer that is at it is closed first. False if there was nothing.
   *
   * @example
   * ```ts
   * await store.delete('a1');
   * ```
   */
  async delete(id: string): Promise<boolean> {
    const had = existsSync(this.filePath(id));
    await this.writers.get(id)?.close();
    await this.removeFiles(id);
    return (await this.catalog.delete(id)) || had;
  }

  /**
   * How many recordings there are, their bytes on disk, and what the disk has left.
   *
   * @example
   * ```ts
   * const { freeBytes } = await store.disk();
   * ```
   */
  async disk(): Promise<{ recordings: number; bytes: number; freeBytes: number; totalBytes: number }> {
    try {
      let bytes = 0;
      let count = 0;
      for (const name of await this.names()) {
        if (name.endsWith('.sgaps')) count++;
        const info = await stat(join(this.folder, name)).catch(() => null); // A journal may be gone by now.
        bytes += info?.size ?? 0;
      }
      const { bavail, blocks, bsize } = await statfs(this.folder);
      return { recordings: count, bytes, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch (error) {
      throw toStorageError(error, 'measuring the disk');
    }
  }

  /**
   * Finishes all open recordings, then closes the catalog.
   *
   * @example
   * ```ts
   * process.once('SIGTERM', () => store.close());
   * ```
   */
  async close(): Promise<void> {
    await Promise.all([...this.writers.values()].map((writer) => writer.close()));
    this.catalog.close();
  }

  private path(id: string, ending: string): string {
    if (!isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'A recording id is 1 to 64 of A-Z a-z 0-9 _ -.');
    return join(this.folder, id + ending);
  }

  private journalPaths(id: string): [string, string] {
    return [this.path(id, '.journal'), this.path(id, '.journal2')];
  }

  private async names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch (error) {
      throw toStorageError(error, `listing ${this.folder}`);
    }
  }

  private async removeFiles(id: string): Promise<void> {
    try {
      for (const path of [this.filePath(id), ...this.journalPaths(id), this.path(id, '.webp')]) await rm(path, { force: true });
    } catch (error) {
      throw toStorageError(error, `deleting recording ${id}`);
    }
  }

  /** The row of a writer that has just closed. */
  private async noteEnd(writer: RecordingWriter): Promise<void> {
    this.writers.delete(writer.id);
    const { frames, bytes, bytesUp, bytesDown, durationMs } = writer.figures;
    const status: RecordingStatus = writer.error ? 'failed' : 'finished';
    const endedAt = writer.header.startedAt + durationMs;
    await this.catalog.update(writer.id, { status, endedAt, durationMs, frames, bytes, bytesUp, bytesDown });
  }

  /** The row and thumbnail of a recording whose file alone tells what it holds; gives what kept the thumbnail from being stored. */
  private async noteFound(id: string, status: RecordingStatus): Promise<SgapsError | null> {
    const reader = await this.open(id);
    try {
      let bytes = 0;
      let bytesUp = 0;
      let bytesDown = 0;
      for await (const record of reader.records(0, { kinds: ['coordinates', 'pixels', 'event', 'snapshot', 'audio'] })) {
        bytes += record.bytes.length;
        if (record.kind === 'pixels') bytesUp += record.bytes.length;
        if (record.kind === 'coordinates') bytesDown += record.bytes.length;
      }
      const { duration: durationMs, frames } = reader.index;
      const known = await this.catalog.get(id);
      const row = known ?? rowOf({ ...reader.header, recordingId: id }, status);
      await this.catalog.upsert({
        ...row,
        status,
        endedAt: row.startedAt + durationMs,
        durationMs,
        frames,
        bytes,
        bytesUp,
        bytesDown,
      });
      return await this.pickPreview(id, reader);
    } finally {
      await reader.close();
    }
  }

  /** Takes the newest stored picture as thumbnail where there is none. A recording without one is whole: this never rejects. */
  private async pickPreview(id: string, reader: RecordingReader): Promise<SgapsError | null> {
    try {
      if (existsSync(this.path(id, '.webp'))) return null;
      for (const { time } of reader.index.snapshots.toReversed()) {
        const preview = (await reader.nearestSnapshot(time))?.preview;
        if (!preview || preview.length > PREVIEW_BYTES) continue;
        await this.savePreview(id, preview);
        return null;
      }
      return null;
    } catch (error) {
      return toStorageError(error, `taking a thumbnail of ${id} from its snapshots`);
    }
  }

  /** A file without a journal and without a finished row: it was closed, only the catalog does not know. */
  private async adopt(id: string): Promise<Recovery[]> {
    try {
      const error = await this.noteFound(id, 'finished');
      return error ? [{ id, status: 'recovered', recoveredRecords: 0, cutBytes: 0, error }] : [];
    } catch (error) {
      return [await this.noteFailure(id, toStorageError(error, `reading recording ${id}`))];
    }
  }

  /** A full disk takes no row either; then the row stays as it was and the next start tries again. */
  private async noteFailure(id: string, failure: SgapsError): Promise<Recovery> {
    let error = failure;
    try {
      await this.catalog.update(id, { status: 'failed' });
    } catch (second) {
      error = new SgapsError(failure.code, `${failure.message} Nor could its row be changed: ${String(second)}`, {
        cause: failure,
      });
    }
    return { id, status: 'failed', recoveredRecords: 0, cutBytes: 0, error };
  }

  /** Rows that say `recording` though there is no file. */
  private async failMissing(): Promise<void> {
    for (let offset = 0; ; ) {
      const { items } = await this.catalog.list({ status: 'recording', limit: 500, offset });
      for (const { id } of items) {
        if (this.writers.has(id) || existsSync(this.filePath(id))) offset++;
        else await this.catalog.update(id, { status: 'failed' });
      }
      if (items.length < 500) return;
    }
  }
}

/** A journal to read along; null where there is none, or no more: its recording may be closed at this moment. */
async function journalSource(path: string): Promise<ByteSource | null> {
  try {
    return await fileSource(path);
  } catch (error) {
    if (isSgapsError(error) && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

function rowOf(header: RecordingHeader, status: RecordingStatus): RecordingRow {
  const { recordingId: id, game, engine, startedAt, grid, fps, modelId, meta } = header;
  const counted = { durationMs: 0, frames: 0, bytes: 0, bytesUp: 0, bytesDown: 0 };
  const size = { gridWidth: grid.width, gridHeight: grid.height };
  return {
    id,
    game,
    engine,
    startedAt,
    endedAt: null,
    ...counted,
    ...size,
    fps,
    status,
    modelId,
    meta: { ...meta },
    roomId: null,
  };
}
