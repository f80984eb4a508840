import { resolve } from 'node:path';
import { type RecordingHeader, type RecordingReader, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { LocalCopies } from './blobs/LocalCopies.js';
import { openBlobStore } from './blobs/openBlobStore.js';
import { Catalog, type RecordingRow, type RecordingStatus } from './catalog/index.js';
import { EndTeller } from './EndTeller.js';
import { openRecording } from './openRecording.js';
import { inStoreError, RecordingDeletion, type UnfinishedDeletion } from './RecordingDeletion.js';
import { RecordingFolder } from './RecordingFolder.js';
import { RecordingRecovery, type Recovery } from './RecordingRecovery.js';
import { RecordingWriter } from './RecordingWriter.js';
import { Retries } from './Retries.js';
import { rowOf } from './recordingRow.js';
import { zstdCompressor } from './zstd.js';

/** ms that deletions which were begun may take at start. */
const DELETIONS_WITHIN = 10_000;
/** Characters of what is said of a hold. */
const MOST_REASON = 500;
/** ms after which a recording that its disk had failed is put right, and again until it is. */
const MEND_EVERY = 5000;

/**
 * Which process records what.
 *
 * @example
 * ```ts
 * const owners: RecordingOwners = { id: 'replay-1.17.a3', isAlive: async (id) => id === 'replay-1.17.a3' };
 * ```
 */
export interface RecordingOwners {
  /** This process. */
  readonly id: string;
  /** False where a process is known to be dead. */
  isAlive(owner: string): Promise<boolean>;
}

/**
 * All recordings of one data folder: files in `recordings/`, rows in the catalog. Ids are checked, so that none leads out of
 * the folder. Several processes may write to a folder, each with an id of its own as `owner`.
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
  private readonly finishListeners = new Set<(id: string) => void>();
  private readonly recovery: RecordingRecovery;
  private readonly deletion: RecordingDeletion;
  private readonly ends: EndTeller;
  private readonly mending: Retries;

  private constructor(
    private readonly folder: RecordingFolder,
    /** The list of recordings. */
    readonly catalog: Catalog,
    /** Its files as copies of what a blob store has; null where they are the only ones. */
    readonly copies: LocalCopies | null,
    private readonly owners: RecordingOwners | null,
    mendEvery: number,
  ) {
    this.ends = new EndTeller(catalog);
    this.mending = new Retries(mendEvery);
    this.deletion = new RecordingDeletion({ folder, catalog, copies, close: (id) => this.writers.get(id)?.close() });
    const isOpen = (id: string) => this.writers.has(id) || this.deletion.isGoing(id);
    const isAlive = owners === null ? undefined : (owner: string) => owners.isAlive(owner);
    const isCopy = async (id: string) => (await copies?.notes.get(id)) != null;
    this.recovery = new RecordingRecovery({ folder, catalog, isOpen, isAlive, isCopy, open: (id) => this.open(id) });
  }

  /**
   * Opens the folder, making it where it is missing. `catalog` defaults to the one in the folder, or in the database at `database` (see `Catalog.open`). With `store`, the address of a blob store,
   * files that are missing are fetched from there; `localBytes` and `log` are those of `LocalCopies`. Without `owners` no other process may write to the folder.
   *
   * @example
   * ```ts
   * const store = await RecordingStore.open({ folder: './.sgaps-data' });
   * ```
   */
  static async open(options: {
    readonly folder: string;
    readonly catalog?: Catalog;
    readonly database?: string;
    readonly owners?: RecordingOwners;
    readonly store?: string;
    readonly localBytes?: number;
    readonly log?: Logger;
    /** ms after which a recording that its disk had failed is put right, and again until it is; default 5,000. */
    readonly mendEvery?: number;
  }): Promise<RecordingStore> {
    const folder = await RecordingFolder.open(resolve(options.folder, 'recordings'));
    const { owners = null, localBytes: bytes, log } = options;
    const blobs = options.store ? await openBlobStore(options.store) : null;
    const copies = blobs ? new LocalCopies({ folder, blobs, bytes, log }) : null;
    const catalog = options.catalog ?? (await Catalog.open(options.folder, { url: options.database }));
    return new RecordingStore(folder, catalog, copies, owners, options.mendEvery ?? MEND_EVERY);
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
      /** Id of the recording that this one goes on from; default what its header says (`meta.continues`). */
      readonly continues?: string | null;
      readonly onError?: (error: SgapsError) => void;
      readonly onWarning?: (error: SgapsError) => void;
      /** See `RecordingWriterOptions.closeWithin`. */
      readonly closeWithin?: number;
    } = {},
  ): Promise<RecordingWriter> {
    const id = header.recordingId;
    if (this.folder.has(id)) throw new SgapsError('ARGUMENT_INVALID', `Recording ${id} exists already.`);
    // The row is there before the file, so that no other process takes the file for one that nobody owns.
    const row = rowOf(header, 'recording');
    const { roomId = null, continues = row.continues } = options;
    await this.catalog.upsert({ ...row, roomId, continues, owner: this.owners?.id ?? null });
    try {
      return await this.createFile(header, options);
    } catch (error) {
      // Of a row that cannot be taken away it is said, at least, that nobody records it.
      await this.catalog.delete(id).catch(() => this.ends.tellLater(id, { status: 'failed', owner: null }));
      throw error;
    }
  }

  private async createFile(
    header: RecordingHeader,
    options: Parameters<RecordingStore['create']>[1] = {},
  ): Promise<RecordingWriter> {
    const id = header.recordingId;
    const writer = await RecordingWriter.create(header, {
      path: this.folder.filePath(id),
      journals: this.folder.journalPaths(id),
      compressor: zstdCompressor,
      onError: options.onError,
      onWarning: options.onWarning,
      closeWithin: options.closeWithin,
      onClosed: (closed) => this.noteEnd(closed),
    });
    this.writers.set(id, writer);
    return writer;
  }

  /**
   * Calls `listener` with the id of each recording that this process has made and finished, when its file is complete; returns the way to stop that.
   *
   * @example
   * ```ts
   * const stop = store.onFinished((id) => upload(store.filePath(id)));
   * ```
   */
  onFinished(listener: (id: string) => void): () => void {
    this.finishListeners.add(listener);
    return () => this.finishListeners.delete(listener);
  }

  /**
   * Calls `hook` with the id of each recording that is deleted, once its files are gone from the data folder and before what the blob store has of it is deleted: whoever keeps anything else of it removes that. The
   * deletion waits for it; where it rejects, it is called again later, also after a restart, until it has done so. What is gone already is no error. Returns
   * the way to stop that.
   *
   * @example
   * ```ts
   * const stop = store.onDelete((id) => exports.removeOf(id));
   * ```
   */
  onDelete(hook: (id: string) => Promise<void>): () => void {
    return this.deletion.onDelete(hook);
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
    await this.ensureLocal(id);
    return openRecording(this.folder.filePath(id), this.folder.journalPaths(id), `recording ${id}`);
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
   * What this process is recording now.
   *
   * @example
   * ```ts
   * let bytes = 0;
   * for (const writer of store.openWriters()) bytes += writer.figures.bytes;
   * ```
   */
  openWriters(): Iterable<RecordingWriter> {
    return this.writers.values();
  }

  /**
   * Has a recording's file be in the folder, fetching it from the blob store where it is not. Throws `NOT_FOUND`, `STORAGE_FULL`, `STORAGE_FAILED`.
   *
   * @example
   * ```ts
   * await store.ensureLocal(id);
   * response.sendFile(store.filePath(id));
   * ```
   */
  async ensureLocal(id: string): Promise<void> {
    // An unsafe id throws.
    this.folder.filePath(id);
    await this.copies?.ensureLocal(id);
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
    return this.folder.filePath(id);
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
    await this.folder.savePreview(id, webp);
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
    await this.copies?.ensurePreview(id);
    return this.folder.readPreview(id);
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
    return this.recovery.leftovers();
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
    this.folder.filePath(id);
    if (this.writers.has(id)) throw new SgapsError('ARGUMENT_INVALID', `Recording ${id} is being written; close it instead.`);
    return this.recovery.one(id);
  }

  /**
   * Makes the row of a closed recording anew from its file, which is read whole. Throws `ARGUMENT_INVALID` while this process writes it.
   *
   * @example
   * ```ts
   * const { error } = await store.adopt('a1');
   * ```
   */
  async adopt(id: string): Promise<Recovery> {
    this.folder.filePath(id);
    if (this.writers.has(id)) throw new SgapsError('ARGUMENT_INVALID', `Recording ${id} is being written.`);
    return this.recovery.adopt(id);
  }

  /**
   * To be called once at start, before any recording is made: recovers all leftovers, puts right rows that still say
   * `recording`, and adds rows for files the catalog does not know. Recordings of other processes that live are left alone. Before that it finishes deletions that were begun.
   *
   * @example
   * ```ts
   * const recovered = await store.recoverAll();
   * ```
   */
  async recoverAll(options: { readonly others?: boolean } = {}): Promise<Recovery[]> {
    // What cannot be finished now is tried again (see `finishDeletions`): a blob store that does not answer keeps no server from starting.
    await this.deletion.finish(DELETIONS_WITHIN);
    return this.recovery.all(options);
  }

  /**
   * Closes what a process that is dead was recording.
   *
   * @example
   * ```ts
   * if (!(await owners.isAlive(owner))) await store.recoverOwned(owner);
   * ```
   */
  async recoverOwned(owner: string): Promise<Recovery[]> {
    return this.recovery.ofOwner(owner);
  }

  /**
   * Whether a recording is being made, in this process or another that lives.
   *
   * @example
   * ```ts
   * if (await store.isRecording(row)) throw new Error('It is still being recorded.');
   * ```
   */
  async isRecording({ id, status, owner }: Pick<RecordingRow, 'id' | 'status' | 'owner'>): Promise<boolean> {
    if (this.writers.has(id)) return true;
    return status === 'recording' && owner !== null && ((await this.owners?.isAlive(owner)) ?? false);
  }

  /**
   * Removes a recording for good: its row, its files, what is kept to be quick with it, and by `onDelete` all else. A writer that is at it is closed first; who watches it sees its
   * pictures until he turns away. What is interrupted, by whatever, is finished by `finishDeletions`. False if there was nothing.
   *
   * Throws `OUT_OF_ORDER` for a recording that is held (see `hold`), `STORAGE_FAILED` where something could not be removed yet: it is no longer listed then.
   *
   * @example
   * ```ts
   * await store.delete('a1');
   * ```
   */
  async delete(id: string): Promise<boolean> {
    if (!this.copies && (await this.catalog.get(id))?.storedAt != null) throw inStoreError(id);
    return this.deletion.delete(id);
  }

  /**
   * Finishes deletions that were begun, by whichever process, and removes from this machine's folder what another one has deleted. Tells of those that it could not finish.
   *
   * @example
   * ```ts
   * for (const { id, error } of await store.finishDeletions()) log.warn({ err: error, recording: id }, 'deletion not finished');
   * ```
   */
  async finishDeletions(): Promise<UnfinishedDeletion[]> {
    return this.deletion.finish();
  }

  /**
   * Forbids to delete a recording (legal hold), and says why; null allows it again. False where there is no such recording.
   *
   * @example
   * ```ts
   * await store.hold('a1', 'case 2026-17');
   * ```
   */
  async hold(id: string, reason: string | null): Promise<boolean> {
    if (reason !== null && (reason.trim() === '' || reason.length > MOST_REASON))
      throw new SgapsError('ARGUMENT_INVALID', `Say why it is held, in 1 to ${MOST_REASON} characters.`);
    return this.catalog.update(id, { held: reason });
  }

  /**
   * What the disk has and has left, bytes; nothing where it may not be written to. Two calls of the system, however many recordings there are.
   *
   * @example
   * ```ts
   * const { freeBytes } = await store.disk();
   * ```
   */
  async disk(): Promise<{ freeBytes: number; totalBytes: number }> {
    return this.folder.disk();
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
    await this.mending.close();
    await this.ends.close();
    await this.catalog.close();
    this.copies?.blobs.close();
  }

  /**
   * Once it is closed: whether rows still name this process as owner, because the catalog could not be told how they ended or the disk did not take them. They are for whoever
   * finds that this process is dead.
   *
   * @example
   * ```ts
   * await store.close();
   * await processes.leave({ known: store.hasLeft });
   * ```
   */
  get hasLeft(): boolean {
    return this.ends.size > 0 || this.mending.size > 0;
  }

  /** The row of a writer that has just closed. What the disk did not take is put right when there is room again, or by the next start. */
  private async noteEnd(writer: RecordingWriter): Promise<void> {
    const { id, error } = writer;
    this.writers.delete(id);
    const { frames, bytes, bytesUp, bytesDown, durationMs } = writer.figures;
    const status: RecordingStatus = error ? 'failed' : 'finished';
    if (error) this.mending.add(id, () => this.mend(writer));
    else this.tellFinished(id);
    const endedAt = writer.header.startedAt + durationMs;
    // What is to be mended stays this process's own: another that starts here must not recover it at the same time.
    const owner = error ? {} : { owner: null };
    await this.ends.tell(id, { status, endedAt, durationMs, frames, bytes, bytesUp, bytesDown, ...owner });
  }

  /** Recovers a recording that its storage stopped. Rejects while that does not work. */
  private async mend({ id, released }: RecordingWriter): Promise<void> {
    // A disk that hangs may still come back to what it was told.
    if (!released) throw new SgapsError('STORAGE_FAILED', `The files of recording ${id} are still being closed.`);
    if (!this.folder.has(id) || this.deletion.isGoing(id)) return;
    const { status, error } = await this.recovery.one(id, { ours: true });
    if (status === 'failed' && error) throw error;
    this.ends.forget(id);
    this.tellFinished(id);
  }

  private tellFinished(id: string): void {
    if (this.deletion.isGoing(id)) return;
    for (const listener of this.finishListeners) listener(id);
  }
}
