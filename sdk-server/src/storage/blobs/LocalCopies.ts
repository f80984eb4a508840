import { createHash } from 'node:crypto';
import { linkSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { MIN_FREE_BYTES, toStorageError, writeAll } from '../files.js';
import { PREVIEW_BYTES, type RecordingFolder } from '../RecordingFolder.js';
import type { BlobStore } from './BlobStore.js';
import { keyOf, newestFile } from './blobKeys.js';
import { StoredNotes } from './StoredNotes.js';

/** Bytes that stay free on the disk, for sessions to be recorded: copies go before it is filled. */
const LEFT_FREE = 2 ** 30;
/** ms that a copy stays after its last use. */
const KEEP_FOR = 60_000;
/** ms between two pieces of a blob. */
const IDLE = 30_000;
/** Tries to fetch a recording whose file is replaced, or breaks off, meanwhile. */
const TRIES = 3;

/**
 * Options of `LocalCopies`.
 *
 * @example
 * ```ts
 * const options: LocalCopiesOptions = { folder, blobs, bytes: 50e9, log };
 * ```
 */
export interface LocalCopiesOptions {
  readonly folder: RecordingFolder;
  readonly blobs: BlobStore;
  /** What copies of stored recordings may take together; default: as long as the disk has 1 GiB left. */
  readonly bytes?: number;
  /** ms after its last use within which a copy stays: whoever asked for it is about to open it. Default a minute. */
  readonly keepFor?: number;
  readonly log?: Logger;
}

/**
 * A data folder's files as copies of what a store has: those that are missing are fetched when somebody needs them, the least recently used go when they take too much. A file that is
 * not in the store is never touched. Any number of processes may use a folder.
 *
 * @example
 * ```ts
 * const copies = new LocalCopies({ folder, blobs, bytes: 50e9 });
 * await copies.ensureLocal('a1');
 * const reader = await openRecording(folder.filePath('a1'), [], 'recording a1');
 * ```
 */
export class LocalCopies {
  readonly notes: StoredNotes;
  readonly blobs: BlobStore;
  readonly folder: RecordingFolder;
  readonly #bytes: number;
  readonly #keepFor: number;
  readonly #log: Logger | undefined;
  readonly #fetching = new Map<string, Promise<void>>();
  #makingRoom: Promise<void> | null = null;
  /** Since this process began. */
  readonly figures = { fetched: 0, fetchedBytes: 0, evicted: 0 };

  constructor(options: LocalCopiesOptions) {
    const { folder, blobs, bytes = Number.POSITIVE_INFINITY, keepFor = KEEP_FOR, log } = options;
    this.folder = folder;
    this.blobs = blobs;
    this.#bytes = bytes;
    this.#keepFor = keepFor;
    this.#log = log;
    this.notes = new StoredNotes(folder, blobs.place);
  }

  /** Has a recording's file be there, fetching it where it is not. Throws `NOT_FOUND` where the store has none either, `STORAGE_FULL`, `STORAGE_FAILED`, `CHECKSUM_MISMATCH`. */
  async ensureLocal(id: string): Promise<void> {
    if (this.folder.has(id)) {
      await this.notes.use(id);
      return;
    }
    await this.#once(id, () => this.#fetchFile(id));
  }

  /** Has a recording's thumbnail be there, where there is one. */
  async ensurePreview(id: string): Promise<void> {
    if (this.folder.hasPreview(id)) return;
    await this.#once(`${id}.webp`, async () => {
      const key = keyOf({ id, kind: 'preview', archivedAt: null });
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      try {
        for await (const piece of await this.#pieces(key)) {
          bytes += piece.length;
          if (bytes > PREVIEW_BYTES) throw SgapsError.limit('preview bytes', bytes, PREVIEW_BYTES);
          pieces.push(piece);
        }
      } catch (error) {
        if (isSgapsError(error) && error.code === 'NOT_FOUND') return;
        throw error;
      }
      await this.folder.savePreview(id, Buffer.concat(pieces));
    });
  }

  /** Removes copies, those first that were used least recently, until they take no more than they may and the disk has room. Trouble goes to the log. */
  async makeRoom(): Promise<void> {
    this.#makingRoom ??= this.#evict()
      .catch((error: unknown) => this.#log?.warn({ err: error }, 'no room made among local copies'))
      .finally(() => {
        this.#makingRoom = null;
      });
    await this.#makingRoom;
  }

  /** Removes the local copy of a stored recording; a file that is not stored stays, and false is said. */
  async evict(id: string): Promise<boolean> {
    const note = await this.notes.get(id);
    if (!note) return false;
    const path = this.folder.filePath(id);
    const aside = this.folder.asidePath(id);
    try {
      // Another process may put an archive in its place at this moment: only what was taken aside cannot change any more.
      renameSync(path, aside);
      const found = statSync(aside);
      if (found.size === note.bytes && found.mtimeMs === note.mtimeMs) {
        unlinkSync(aside);
      } else {
        putBack(aside, path);
        return false;
      }
    } catch (error) {
      const failure = toStorageError(error, `removing the local copy of ${id}`);
      // Another process was first.
      if (failure.code === 'NOT_FOUND') return false;
      throw failure;
    }
    await this.notes.remove(id);
    await this.folder.removeKept(id);
    this.figures.evicted++;
    return true;
  }

  /** Who asks for the same at the same time waits for the same. */
  async #once(name: string, work: () => Promise<void>): Promise<void> {
    let fetching = this.#fetching.get(name);
    if (!fetching) {
      fetching = work().finally(() => this.#fetching.delete(name));
      this.#fetching.set(name, fetching);
    }
    await fetching;
  }

  async #fetchFile(id: string): Promise<void> {
    for (let tried = 1; ; tried++) {
      const keys: string[] = [];
      for await (const { key } of this.blobs.list(`${id}.`)) keys.push(key);
      const key = newestFile(keys);
      if (key === null) throw new SgapsError('NOT_FOUND', `Recording ${id} has no file, neither here nor in the store.`);
      try {
        await this.#fetch(id, key);
        void this.makeRoom();
        return;
      } catch (error) {
        const { code } = toStorageError(error, '');
        // An archive may have taken its place, or the connection broke.
        const isPassing = code === 'NOT_FOUND' || code === 'STORAGE_FAILED' || code === 'CHECKSUM_MISMATCH';
        if (!isPassing || tried === TRIES) throw toStorageError(error, `fetching recording ${id}`);
        this.#log?.warn({ err: error, recording: id, tried }, 'recording not fetched, trying again');
      }
    }
  }

  async #fetch(id: string, key: string): Promise<void> {
    const info = await this.blobs.head(key);
    if (!info) throw new SgapsError('NOT_FOUND', `${key} is gone from ${this.blobs.place}.`);
    await this.#assertRoom(info.bytes);
    const draft = this.folder.fetchDraft(id);
    try {
      const handle = await open(draft, 'w');
      try {
        const sha256 = await this.#write(handle, key, info.bytes);
        if (info.sha256 !== null && sha256 !== info.sha256)
          throw new SgapsError('CHECKSUM_MISMATCH', `${key} did not come from ${this.blobs.place} as it was put there.`);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      // The note first: a file without one is taken for the only one.
      await this.notes.write(id, draft, { key, sha256: info.sha256 });
      await rename(draft, this.folder.filePath(id));
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
    this.figures.fetched++;
    this.figures.fetchedBytes += info.bytes;
    this.#log?.info({ recording: id, bytes: info.bytes }, 'recording fetched from the store');
  }

  /** Gives the SHA-256 of what was written. */
  async #write(handle: FileHandle, key: string, bytes: number): Promise<string> {
    const hash = createHash('sha256');
    let at = 0;
    for await (const piece of await this.#pieces(key)) {
      hash.update(piece);
      await writeAll(handle, piece, at);
      at += piece.length;
    }
    if (at !== bytes) throw new SgapsError('STORAGE_FAILED', `${this.blobs.place} sent ${at} of the ${bytes} bytes of ${key}.`);
    return hash.digest('hex');
  }

  /** A blob's bytes, as they come; a store that falls silent is not waited for. */
  async #pieces(key: string): Promise<AsyncIterable<Uint8Array>> {
    const body = await this.blobs.get(key);
    const { place } = this.blobs;
    const silent = () => body.destroy(new SgapsError('STORAGE_FAILED', `${place} fell silent in the middle of ${key}.`));
    return (async function* () {
      const timer = setTimeout(silent, IDLE);
      try {
        for await (const piece of body) {
          yield piece as Uint8Array;
          timer.refresh();
        }
      } catch (error) {
        if (isSgapsError(error)) throw error;
        throw new SgapsError('STORAGE_FAILED', `${place} broke off in the middle of ${key}.`, { cause: error });
      } finally {
        clearTimeout(timer);
        body.destroy();
      }
    })();
  }

  /** Sessions that are being recorded come first. */
  async #assertRoom(bytes: number): Promise<void> {
    const leaves = async () => (await this.folder.disk()).freeBytes - bytes;
    if ((await leaves()) >= LEFT_FREE) return;
    await this.#evict(bytes);
    if ((await leaves()) >= MIN_FREE_BYTES) return;
    throw new SgapsError('STORAGE_FULL', `The disk has no room for ${bytes} bytes of a stored recording: free some.`);
  }

  async #evict(coming = 0): Promise<void> {
    const copies = await this.#copies();
    let taken = copies.reduce((sum, copy) => sum + copy.bytes, 0);
    let { freeBytes } = await this.folder.disk();
    for (const { id, bytes, usedAt } of copies.sort((a, b) => a.usedAt - b.usedAt)) {
      if (taken + coming <= this.#bytes && freeBytes - coming >= LEFT_FREE) return;
      if (Date.now() - usedAt < this.#keepFor || !(await this.evict(id))) continue;
      taken -= bytes;
      freeBytes += bytes;
      this.#log?.debug({ recording: id, bytes }, 'local copy removed: the store has it');
    }
  }

  async #copies(): Promise<{ readonly id: string; readonly bytes: number; readonly usedAt: number }[]> {
    const copies = [];
    for (const id of await this.folder.notedIds()) {
      const note = await this.notes.get(id);
      if (note) copies.push({ id, bytes: note.bytes, usedAt: await this.notes.usedAt(id) });
    }
    return copies;
  }
}

/** What was taken aside was not the copy: it gets its name back. Where that was given again by now it stays aside, which `sgaps doctor` tells. */
function putBack(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  unlinkSync(aside);
}
