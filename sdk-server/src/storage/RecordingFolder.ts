import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecordingId, SgapsError } from '@sgaps/protocol';
import { toStorageError } from './files.js';
import { FREE, freeFolderOf } from './freePaths.js';
import { STATES, seekFolderOf } from './seekPaths.js';

/** An encoded preview picture is at most this big. */
export const PREVIEW_BYTES = 4 * 1024 * 1024;
/** ms after which nobody makes a file any more: what is made besides archives is small. */
const DRAFT_MS = 60_000;
/** How the names of files beside archives end. */
const MARK = '.archived';
const FULL = '.full.sgaps';

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

  has(id: string): boolean {
    return existsSync(this.filePath(id));
  }

  hasJournal(id: string): boolean {
    return this.journalPaths(id).some((path) => existsSync(path));
  }

  hasPreview(id: string): boolean {
    return existsSync(this.pathOf(id, '.webp'));
  }

  /** Ids of recordings that have a journal. */
  async journalIds(): Promise<string[]> {
    return this.idsOf(/^(.+)\.journal2?$/);
  }

  /** Ids of recordings that may have been archived without the catalog being told. */
  async archivedIds(): Promise<string[]> {
    return this.idsOf(/^(.+)\.archived$/);
  }

  /** Ids of recordings that have a file. */
  async fileIds(): Promise<string[]> {
    return this.idsOf(/^(.+)\.sgaps$/);
  }

  /** Removes what was being made when a process ended; what another one is making stays. Where `others` record, only what is older than any of them takes. */
  async removeDrafts(others = false): Promise<void> {
    for (const name of await this.names()) {
      const maker = Number(/\.(\d+)\.archive\.tmp$/.exec(name)?.[1] ?? 0);
      if (!name.endsWith('.tmp') || (maker > 0 && maker !== process.pid && isRunning(maker))) continue;
      const path = join(this.path, name);
      if (others && !((await ageOf(path)) > DRAFT_MS)) continue;
      await rm(path, { force: true });
    }
  }

  /** Removes all files of a recording, also what renderers keep of it to be quick. */
  async remove(id: string): Promise<void> {
    try {
      const own = [this.filePath(id), ...this.journalPaths(id), this.pathOf(id, '.webp')];
      for (const path of [...own, this.archivedMark(id), this.fullPath(id)]) await rm(path, { force: true });
      await this.removeKept(id);
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

  /** What the disk has, bytes. One call of the system, however many recordings there are. */
  async disk(): Promise<{ freeBytes: number; totalBytes: number }> {
    try {
      const { bavail, blocks, bsize } = await statfs(this.path);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
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

/** ms since a file was last written; NaN where it is gone. */
async function ageOf(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.NaN,
  );
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's may not be signalled, and runs.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
