import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { isSgapsError, SgapsError } from '@sgaps/protocol';
import { within } from '../deadline.js';
import { syncFolder, toStorageError, writeAll } from '../files.js';
import { assertBlobKey, type BlobInfo, type BlobStore } from './BlobStore.js';
import { digestFile } from './FileDigest.js';

/** Copied at once. */
const PIECE = 1024 * 1024;
/** ms that one call of the system may take: a network's folder that is away answers never. */
const ANSWER_WITHIN = 30_000;
const SUM = '.sha256';
const DRAFT = '.tmp';

/**
 * A folder as a store: a disk of the network, say. It must be there: what is not mounted is not to be filled in its place. Each blob is a file, beside it one with its SHA-256.
 *
 * @example
 * ```ts
 * const blobs = new LocalBlobStore('/mnt/replays/sgaps');
 * await blobs.check();
 * ```
 */
export class LocalBlobStore implements BlobStore {
  readonly place: string;

  constructor(private readonly folder: string) {
    this.place = `file://${folder}`;
  }

  async check(): Promise<null> {
    const draft = this.#draft('check');
    await this.#ask('looking at the folder', async () => {
      const found = await stat(this.folder).catch(() => null);
      if (!found?.isDirectory())
        throw new SgapsError('STORAGE_FAILED', `${this.place} is no folder. Mount its disk, or make it: SGAPS does not.`);
      await writeFile(draft, '');
      await rm(draft);
    });
    return null;
  }

  async put(key: string, path: string, signal?: AbortSignal): Promise<BlobInfo> {
    const target = this.#path(key);
    const from = await open(path).catch((error: unknown) => {
      throw toStorageError(error, `opening what is to be stored as ${key}`);
    });
    const draft = this.#draft(key);
    try {
      const { bytes, sha256 } = await digestFile(from, Number.MAX_SAFE_INTEGER);
      const there = await this.head(key);
      if (there?.bytes === bytes && there.sha256 === sha256) return there;
      const to = await this.#ask(`making a file for ${key}`, () => open(draft, 'wx+'));
      try {
        await this.#copy(from, to, bytes, key, signal);
        // Not the bytes that were sent, but those that lie there now.
        const arrived = await this.#ask(`reading ${key} back`, () => digestFile(to, Number.MAX_SAFE_INTEGER), bytes);
        if (arrived.sha256 !== sha256)
          throw new SgapsError('CHECKSUM_MISMATCH', `${this.place} does not hold what was put as ${key}: it is sent again.`);
      } finally {
        await to.close();
      }
      await this.#ask(`putting ${key}`, async () => {
        await writeFile(`${draft}${SUM}`, sha256);
        await rename(`${draft}${SUM}`, target + SUM);
        await rename(draft, target);
        await syncFolder(this.folder);
      });
      return { key, bytes, sha256, modifiedAt: Date.now() };
    } catch (error) {
      for (const left of [draft, `${draft}${SUM}`])
        await within(ANSWER_WITHIN, 'tidying', rm(left, { force: true })).catch(() => undefined);
      throw toStorageError(error, `putting ${key} into ${this.place}`);
    } finally {
      await from.close();
    }
  }

  async get(key: string, range?: { readonly from: number; readonly to: number }): Promise<Readable> {
    const path = this.#path(key);
    if (!(await this.head(key))) throw new SgapsError('NOT_FOUND', `${this.place}, while getting ${key}: it is not there.`);
    return createReadStream(path, range && { start: range.from, end: range.to - 1 });
  }

  async head(key: string): Promise<BlobInfo | null> {
    const path = this.#path(key);
    try {
      return await this.#ask(`looking for ${key}`, async () => {
        const { size, mtimeMs } = await stat(path);
        const sha256 = await readFile(path + SUM, 'utf8').catch(() => null);
        return { key, bytes: size, modifiedAt: mtimeMs, sha256 };
      });
    } catch (error) {
      if (isSgapsError(error) && error.code === 'NOT_FOUND') {
        // Of what is mounted nothing may be there; what is not mounted says nothing.
        await this.check();
        return null;
      }
      throw error;
    }
  }

  async *list(prefix: string): AsyncIterable<BlobInfo> {
    const names = await this.#ask('listing the folder', () => readdir(this.folder));
    for (const key of names.sort()) {
      if (!key.startsWith(prefix) || key.startsWith('.') || key.endsWith(SUM)) continue;
      const found = await this.#ask(`looking at ${key}`, () => stat(join(this.folder, key)).catch(() => null));
      // Gone by now, or none of ours.
      if (found?.isFile()) yield { key, bytes: found.size, modifiedAt: found.mtimeMs, sha256: null };
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    await this.#ask(`deleting ${key}`, async () => {
      for (const file of [path, path + SUM]) await rm(file, { force: true });
      await syncFolder(this.folder);
    });
  }

  async removeParts(before: number, look?: 'look'): Promise<number> {
    return this.#ask('looking for broken-off uploads', async () => {
      let count = 0;
      for (const name of await readdir(this.folder)) {
        if (!/^\..*\.tmp(\.sha256)?$/.test(name)) continue;
        const path = join(this.folder, name);
        const found = await stat(path).catch(() => null);
        if (!found || found.mtimeMs >= before) continue;
        count++;
        if (!look) await rm(path, { force: true });
      }
      return count;
    });
  }

  close(): void {
    // Nothing is open.
  }

  async #copy(from: FileHandle, to: FileHandle, bytes: number, key: string, signal?: AbortSignal): Promise<void> {
    const piece = Buffer.alloc(Math.min(PIECE, Math.max(1, bytes)));
    for (let at = 0; at < bytes; ) {
      if (signal?.aborted) throw new SgapsError('CLOSED', `Putting ${key} was given up.`);
      const { bytesRead } = await from.read(piece, 0, piece.length, at);
      if (bytesRead === 0) break;
      await this.#ask(`writing ${key}`, () => writeAll(to, piece.subarray(0, bytesRead), at));
      at += bytesRead;
    }
    await this.#ask(`writing ${key}`, () => to.sync(), bytes);
  }

  /** Waits for as long as a slow disk takes for so many bytes, and no longer. */
  async #ask<T>(doing: string, work: () => Promise<T>, bytes = 0): Promise<T> {
    try {
      return await within(ANSWER_WITHIN + bytes / 1000, `${doing} (${this.place})`, work());
    } catch (error) {
      throw toStorageError(error, `${doing} (${this.place})`);
    }
  }

  #draft(key: string): string {
    return join(this.folder, `.${key}.${randomUUID()}${DRAFT}`);
  }

  #path(key: string): string {
    assertBlobKey(key);
    if (key.endsWith(SUM)) throw new SgapsError('ARGUMENT_INVALID', `The key of a blob does not end with ${SUM}.`);
    return join(this.folder, key);
  }
}
