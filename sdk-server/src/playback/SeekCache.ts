import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { SessionReplica, type StatePoints } from '@sgaps/core';
import { crc32c, isRecordingId, isSgapsError, type RecordingHeader, type RecordingReader, SgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import { toStorageError } from '../storage/files.js';
import { STATES, seekFolderOf } from '../storage/seekPaths.js';
import type { FileShelf } from './FileShelf.js';
import { SeekFile } from './SeekFile.js';
import { writeSeekFile } from './writeSeekFile.js';

/** All packages share one version: what a release changes in the decoder makes the states of others worthless. */
const { version: RELEASE } = createRequire(import.meta.url)('@sgaps/core/package.json') as { version: string };
const BYTES = 2 * 2 ** 30;
/** What must stay free on the disk: sessions are recorded there. */
const LEFT_FREE = 2 ** 30;
const DRAFT = '.tmp';
/** ms after which a draft was left by a process that is gone: writing takes seconds. */
const FORGOTTEN = 600_000;

/** What is kept of a recording. */
interface KeptFile {
  readonly id: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/**
 * Options of `SeekCache.save`.
 *
 * @example
 * ```ts
 * const options: SeekSaveOptions = { identity, points, signal };
 * ```
 */
export interface SeekSaveOptions {
  /** What `identify` gave before the survey began. */
  readonly identity: string;
  readonly points: StatePoints | null;
  readonly signal?: AbortSignal;
  /** Recordings whose states are not to go for these. */
  readonly keep?: ReadonlySet<string>;
}

/**
 * Decoder states of finished recordings, kept over restarts in `seek/` beside their folder, a file each; the least recently used go first. Any number of processes may
 * use the folder, and anything in it may be deleted at any time.
 *
 * @example
 * ```ts
 * const cache = new SeekCache({ recordings: './.sgaps-data/recordings', log });
 * const shelf = await cache.open('a1', reader);
 * ```
 */
export class SeekCache {
  /** Bytes that all files may take together. */
  readonly limit: number;
  readonly #recordings: string;
  readonly #folder: string;
  readonly #log: Logger;
  #warned = false;

  /** `bytes`: default 2 GiB. The folder is made when something is saved. */
  constructor(options: { readonly recordings: string; readonly bytes?: number; readonly log: Logger }) {
    this.#recordings = resolve(options.recordings);
    this.#folder = seekFolderOf(this.#recordings);
    this.limit = options.bytes ?? BYTES;
    this.#log = options.log;
  }

  /** Names a finished recording and the decoder of this build. Null where the recording is gone. */
  async identify(id: string, { grid, schema, tierBits, depth }: RecordingHeader): Promise<string | null> {
    // A decoder that has seen nothing: its state tells the version of each of its parts.
    const form = crc32c(new SessionReplica({ grid, schema, tierBits, depth }).save());
    try {
      const { size, mtimeNs } = await stat(join(this.#recordings, `${id}.sgaps`), { bigint: true });
      return `${id} ${size} ${mtimeNs} ${RELEASE} ${form.toString(16)}`;
    } catch {
      return null;
    }
  }

  /** The states of a recording; null where none are kept, or it is still recorded. What is kept of something else, or damaged, is removed. */
  async open(id: string, { header, index }: Pick<RecordingReader, 'header' | 'index'>): Promise<SeekFile | null> {
    const identity = index.hasFooter ? await this.identify(id, header) : null;
    if (identity === null) return null;
    try {
      return await SeekFile.open(this.#pathOf(id), identity, (error) => void this.#discard(id, error));
    } catch (error) {
      const { code } = toStorageError(error, 'opening decoder states');
      if (code !== 'NOT_FOUND') await this.#discard(id, error);
      return null;
    }
  }

  /**
   * Keeps what a survey of a whole recording has put on a shelf, and resolves to its bytes. Throws `STORAGE_FULL` where it has no room, `STORAGE_FAILED`, `NOT_FOUND` where the recording is
   * another or gone by now, and `CLOSED` once `signal` is aborted.
   */
  async save(id: string, header: RecordingHeader, shelf: FileShelf, options: SeekSaveOptions): Promise<number> {
    const { identity, points, signal, keep = new Set<string>() } = options;
    const draft = join(this.#folder, `${id}.${randomUUID()}${DRAFT}`);
    try {
      if (shelf.failed) throw new SgapsError('STORAGE_FULL', 'The survey had no room for all decoder states.');
      await mkdir(this.#folder, { recursive: true });
      const { packedBytes, places } = shelf.figures;
      const numbers = points ? (1 + points.values.length) * points.times.length : 0;
      await this.#makeRoom(packedBytes + 40 * places + 8 * numbers + 1024, id, keep);
      const bytes = await writeSeekFile(draft, { identity, spacing: shelf.spacing, points }, shelf.packed(), signal);
      // What was deleted meanwhile must not come back.
      if ((await this.identify(id, header)) !== identity) {
        await rm(draft, { force: true });
        throw new SgapsError('NOT_FOUND', `Recording ${id} is not the one any more that was surveyed.`);
      }
      await rename(draft, this.#pathOf(id));
      this.#log.info({ recording: id, bytes }, 'decoder states kept');
      return bytes;
    } catch (error) {
      throw toStorageError(error, `keeping decoder states of ${id}`);
    }
  }

  /** Tells the log, the first time as a warning, that something was not kept: who watches does not notice. */
  notKept(id: string, why: unknown): void {
    const isUsual = isSgapsError(why) && (why.code === 'CLOSED' || why.code === 'NOT_FOUND');
    this.#log[isUsual || this.#warned ? 'debug' : 'warn']({ err: why, recording: id }, 'decoder states not kept for later');
    this.#warned ||= !isUsual;
  }

  /** Removes what is kept of recordings that are gone, and what processes left behind. */
  async tidy(): Promise<void> {
    try {
      const there = new Set(await readdir(this.#recordings));
      for (const { id } of await this.#files()) if (!there.has(`${id}.sgaps`)) await rm(this.#pathOf(id), { force: true });
      await this.#makeRoom(0);
    } catch (error) {
      this.#log.debug({ err: error }, 'decoder states not tidied');
    }
  }

  /** Removes the least recently used until there is room for so many bytes of a recording. Throws `STORAGE_FULL` where those to be kept leave none. */
  async #makeRoom(bytes: number, id = '', keep: ReadonlySet<string> = new Set()): Promise<void> {
    // What is kept of the same one is replaced.
    const files = (await this.#files()).filter((file) => file.id !== id).sort((a, b) => a.usedAt - b.usedAt);
    const total = (some: readonly KeptFile[]) => some.reduce((sum, file) => sum + file.bytes, 0);
    // First whether it can be done at all: nothing is to go for nothing.
    if (total(files.filter((file) => keep.has(file.id))) + bytes > this.limit)
      throw new SgapsError('STORAGE_FULL', `${megabytes(bytes)} of decoder states are more than the limit leaves room for.`);
    let taken = total(files);
    for (const file of files.filter((each) => !keep.has(each.id))) {
      if (taken + bytes <= this.limit) break;
      await rm(this.#pathOf(file.id), { force: true });
      taken -= file.bytes;
    }
    if (bytes === 0) return;
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize - bytes < LEFT_FREE)
      throw new SgapsError('STORAGE_FULL', `${megabytes(bytes)} of decoder states would leave the disk less than 1 GiB.`);
  }

  /** What is kept. Drafts that nobody works on any more are removed on the way. */
  async #files(): Promise<KeptFile[]> {
    const files: KeptFile[] = [];
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const path = join(this.#folder, name);
      const id = name.endsWith(STATES) ? name.slice(0, -STATES.length) : null;
      if (!isRecordingId(id) && !name.endsWith(DRAFT)) continue;
      // Gone by now: another process tidies, too.
      const found = await stat(path).catch(() => null);
      if (!found) continue;
      if (isRecordingId(id)) files.push({ id, bytes: found.size, usedAt: found.mtimeMs });
      else if (Date.now() - found.mtimeMs > FORGOTTEN) await rm(path, { force: true });
    }
    return files;
  }

  async #discard(id: string, why: unknown): Promise<void> {
    const isOld = isSgapsError(why) && why.code === 'VERSION_UNSUPPORTED';
    this.#log[isOld ? 'debug' : 'warn']({ err: why, recording: id }, 'decoder states of no use: removed');
    // A folder that may only be read keeps them, of no use as they are.
    await rm(this.#pathOf(id), { force: true }).catch(() => undefined);
  }

  #pathOf(id: string): string {
    if (!isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'That is no recording id.');
    return join(this.#folder, id + STATES);
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
