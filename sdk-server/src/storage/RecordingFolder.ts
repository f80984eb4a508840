import { constants, existsSync } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isRecordingId, SgapsError } from '@sgaps/protocol';
import { syncFolder, toStorageError } from './files.js';
import { FREE, freeFolderOf } from './freePaths.js';
import { STATES, seekFolderOf } from './seekPaths.js';

/** An encoded preview picture is at most this big. */
export const PREVIEW_BYTES = 4 * 1024 * 1024;
/** ms after which nobody makes a file any more: what is made besides archives is small. */
const DRAFT_MS = 60_000;
/** How the names of files beside archives end. */
const MARK = '.archived';
const FULL = '.full.sgaps';
const NOTE = '.stored';
const ASIDE = '.aside';

/**
 * The folder that holds the files of all recordings: `<id>.sgaps`, its journals while it is open, `<id>.webp`, of an archive perhaps `<id>.full.sgaps`. Ids are checked,
 * so that none leads out of the folder.
 *
 * @example
 * ```ts
 * const folder = await RecordingFolder.open('./.sgaps-data/recordings');
 * await folder.savePreview('a1', webp);
 * ```
 */
export class RecordingFolder {
  private constructor(private readonly path: string) {}

  /** Opens the folder, making it where it is missing. */
  static async open(path: string): Promise<RecordingFolder> {
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      throw toStorageError(error, `making ${path}`);
    }
    return new RecordingFolder(path);
  }

  /** Path of a recording's file. Throws `ARGUMENT_INVALID` for an unsafe id, as all of these do. */
  filePath(id: string): string {
    return this.pathOf(id, '.sgaps');
  }

  journalPaths(id: string): [string, string] {
    return [this.pathOf(id, '.journal'), this.pathOf(id, '.journal2')];
  }

  /** Where a process makes an archive of it. */
  archiveDraft(id: string): string {
    return this.pathOf(id, `.${process.pid}.archive.tmp`);
  }

  /** There while its catalog may not know yet that it is archived. */
  archivedMark(id: string): string {
    return this.pathOf(id, MARK);
  }

  /** The recording that an archive was made from, where it was kept. */
  fullPath(id: string): string {
    return this.pathOf(id, FULL);
  }

  /** Beside a file that is in a store as well: see `StoredNotes`. */
  storedNote(id: string): string {
    return this.pathOf(id, NOTE);
  }

  /** Where a process fetches it from a store to. */
  fetchDraft(id: string): string {
    return this.pathOf(id, `.${process.pid}.fetch.tmp`);
  }

  /** Where its file is for the moment in which it is decided whether it may go. */
  asidePath(id: string): string {
    return this.pathOf(id, ASIDE);
  }

  hasJournals(id: string): boolean {
    return this.journalPaths(id).some((path) => existsSync(path));
  }

  has(id: string): boolean {
    return existsSync(this.filePath(id));
  }

  previewPath(id: string): string {
    return this.pathOf(id, '.webp');
  }

  hasPreview(id: string): boolean {
    return existsSync(this.previewPath(id));
  }

  /** Ids of recordings that have a journal. */
  async journalIds(): Promise<string[]> {
    return this.idsOf(/^(.+)\.journal2?$/);
  }

  /** Ids of recordings that may have been archived without the catalog being told. */
  async archivedIds(): Promise<string[]> {
    return this.idsOf(/^(.+)\.archived$/);
  }

  /** Ids of recordings of which there is any file at all. */
  async ids(): Promise<string[]> {
    return this.idsOf(/^([^.]+)\./);
  }

  /** Ids of recordings that have a file. */
  async fileIds(): Promise<string[]> {
    return this.idsOf(/^(.+)\.sgaps$/);
  }

  /** Ids of recordings with a note that a store has them. */
  async notedIds(): Promise<string[]> {
    return this.idsOf(/^(.+)\.stored$/);
  }

  /** Gives files their names back that were taken aside when a process ended. Where `others` record, only what none of them has just taken aside. */
  async returnAside(others = false): Promise<void> {
    for (const id of await this.idsOf(/^(.+)\.aside$/)) {
      if (others && !((await ageOf(this.asidePath(id))) > DRAFT_MS)) continue;
      if (!this.has(id)) await rename(this.asidePath(id), this.filePath(id));
    }
  }

  /** Removes what was being made when a process ended; what another one is making stays. Where `others` record, only what is older than any of them takes. */
  async removeDrafts(others = false): Promise<void> {
    for (const name of await this.names()) {
      const maker = Number(/\.(\d+)\.(?:archive|fetch)\.tmp$/.exec(name)?.[1] ?? 0);
      if (!name.endsWith('.tmp') || (maker > 0 && maker !== process.pid && isRunning(maker))) continue;
      const path = join(this.path, name);
      if (others && !((await ageOf(path)) > DRAFT_MS)) continue;
      await rm(path, { force: true });
    }
  }

  /** Removes all files of a recording, for good: its own, what renderers keep of it to be quick, and clips to fine-tune on, where they were made in the data folder. */
  async remove(id: string): Promise<void> {
    // An unsafe one throws.
    this.filePath(id);
    try {
      for (const folder of [this.path, seekFolderOf(this.path), freeFolderOf(this.path)]) await removeNamed(folder, `${id}.`);
      for (const folder of await clipFolders(dirname(this.path)))
        for (const clip of [id, `${id}-judged`]) await removeNamed(folder, `${clip}.`);
      await syncFolder(this.path);
    } catch (error) {
      throw toStorageError(error, `deleting recording ${id}`);
    }
  }

  /** Removes what renderers keep of a recording to be quick: decoder states and splats. */
  async removeKept(id: string): Promise<void> {
    for (const path of [join(seekFolderOf(this.path), id + STATES), join(freeFolderOf(this.path), id + FREE)])
      await rm(path, { force: true });
  }

  async savePreview(id: string, webp: Uint8Array): Promise<void> {
    if (webp.length > PREVIEW_BYTES) throw SgapsError.limit('preview bytes', webp.length, PREVIEW_BYTES);
    const path = this.pathOf(id, '.webp');
    try {
      await writeFile(`${path}.tmp`, webp);
      await rename(`${path}.tmp`, path);
    } catch (error) {
      throw toStorageError(error, `storing the preview of ${id}`);
    }
  }

  /** The thumbnail, null where there is none. */
  async readPreview(id: string): Promise<Uint8Array | null> {
    const path = this.pathOf(id, '.webp');
    try {
      return await readFile(path);
    } catch (error) {
      const failure = toStorageError(error, `reading the preview of ${id}`);
      if (failure.code === 'NOT_FOUND') return null;
      throw failure;
    }
  }

  /** What the disk has, bytes; nothing is free where it may not be written to. Two calls of the system, however many recordings there are. */
  async disk(): Promise<{ freeBytes: number; totalBytes: number }> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.path);
      const isWritable = await access(this.path, constants.W_OK).then(
        () => true,
        () => false,
      );
      return { freeBytes: isWritable ? bavail * bsize : 0, totalBytes: blocks * bsize };
    } catch (error) {
      throw toStorageError(error, 'measuring the disk');
    }
  }

  private pathOf(id: string, ending: string): string {
    if (!isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'A recording id is 1 to 64 of A-Z a-z 0-9 _ -.');
    return join(this.path, id + ending);
  }

  private async idsOf(pattern: RegExp): Promise<string[]> {
    const ids = new Set<string>();
    for (const name of await this.names()) {
      const id = pattern.exec(name)?.[1];
      if (isRecordingId(id)) ids.add(id);
    }
    return [...ids].sort();
  }

  private async names(): Promise<string[]> {
    try {
      return await readdir(this.path);
    } catch (error) {
      throw toStorageError(error, `listing ${this.path}`);
    }
  }
}

/** ms since a file was last written or renamed; NaN where it is gone. */
async function ageOf(path: string): Promise<number> {
  return stat(path).then(
    ({ ctimeMs }) => Date.now() - ctimeMs,
    () => Number.NaN,
  );
}

/** Removes all files whose names begin so. What is being made goes first: it can take no other's place then. */
async function removeNamed(folder: string, start: string): Promise<void> {
  const names = (await namesIn(folder)).filter((name) => name.startsWith(start));
  const isDraft = (name: string): boolean => name.endsWith('.tmp');
  for (const name of [...names.filter(isDraft), ...names]) await rm(join(folder, name), { recursive: true, force: true });
}

/** Folders of clips in those of a data folder. */
async function clipFolders(data: string): Promise<string[]> {
  const entries = await readdir(data, { withFileTypes: true });
  return [data, ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(data, name))].map((path) =>
    join(path, 'clips'),
  );
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's may not be signalled, and runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
