import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { toStorageError } from '../files.js';
import type { RecordingFolder } from '../RecordingFolder.js';

/**
 * What is noted beside a recording's file that is in a store.
 *
 * @example
 * ```ts
 * const note: StoredNote = { place: 's3://replays/', key: 'a1.sgaps', sha256, bytes: 52_000, mtimeMs };
 * ```
 */
export interface StoredNote {
  /** The store that has it. */
  readonly place: string;
  readonly key: string;
  readonly sha256: string | null;
  /** The file that it is about: another one in its place is not stored yet. */
  readonly bytes: number;
  readonly mtimeMs: number;
}

/**
 * Notes beside the files of recordings, `<id>.stored`: which of them are copies of what a store has, and when they were used last. A file without, or whose note is about another
 * one, may be the only one that there is.
 *
 * @example
 * ```ts
 * const notes = new StoredNotes(folder, blobs.place);
 * if (await notes.isCopy('a1')) await rm(folder.filePath('a1'));
 * ```
 */
export class StoredNotes {
  constructor(
    private readonly folder: RecordingFolder,
    private readonly place: string,
  ) {}

  /** The note, where it is about the store's and the file's present state; else null. */
  async get(id: string): Promise<StoredNote | null> {
    try {
      const note = JSON.parse(await readFile(this.folder.storedNote(id), 'utf8')) as StoredNote;
      return note.place === this.place && (await this.isAbout(note, this.folder.filePath(id))) ? note : null;
    } catch {
      return null;
    }
  }

  /** True where the file there is the one that a note is about. */
  async isAbout(note: StoredNote, path: string): Promise<boolean> {
    const found = await stat(path).catch(() => null);
    return found !== null && found.size === note.bytes && found.mtimeMs === note.mtimeMs;
  }

  /** Notes that a file at `path`, which is the recording's or is about to become it, is in the store. */
  async write(id: string, path: string, { key, sha256 }: Pick<StoredNote, 'key' | 'sha256'>): Promise<void> {
    const note = this.folder.storedNote(id);
    const draft = `${note}.${process.pid}.tmp`;
    try {
      const { size, mtimeMs } = await stat(path);
      const text: StoredNote = { place: this.place, key, sha256, bytes: size, mtimeMs };
      await writeFile(draft, JSON.stringify(text));
      await rename(draft, note);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw toStorageError(error, `noting that recording ${id} is stored`);
    }
  }

  /** Notes that somebody uses it. */
  async use(id: string): Promise<void> {
    const now = new Date();
    // One that is no copy has no note.
    await utimes(this.folder.storedNote(id), now, now).catch(() => undefined);
  }

  /** ms since 1970 at which it was used last. */
  async usedAt(id: string): Promise<number> {
    return (await stat(this.folder.storedNote(id)).catch(() => null))?.mtimeMs ?? 0;
  }

  async remove(id: string): Promise<void> {
    await rm(this.folder.storedNote(id), { force: true });
  }
}
