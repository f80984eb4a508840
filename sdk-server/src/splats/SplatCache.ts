import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { isRecordingId, SgapsError } from '@sgaps/protocol';
import { readPly, type SplatCamera, writePly } from '@sgaps/splats';
import type { Logger } from 'pino';
import { toStorageError } from '../storage/files.js';
import { FREE, freeFolderOf } from '../storage/freePaths.js';
import type { RecordingSplats } from './replaySplats.js';

/** All packages share one version: what a release changes in how splats are built makes those of others worthless. */
const { version: RELEASE } = createRequire(import.meta.url)('@sgaps/splats/package.json') as { version: string };
/** Counts up with what is built otherwise within a release. */
const FORM = 1;
const BYTES = 2 * 2 ** 30;
/** What must stay free on the disk: sessions are recorded there. */
const LEFT_FREE = 2 ** 30;
const DRAFT = '.tmp';
/** ms after which a draft was left by a process that is gone. */
const FORGOTTEN = 600_000;
/** Bytes of what is told in front of the splats. */
const MOST_HEAD = 65_536;

interface Head {
  readonly identity: string;
  readonly sky: number;
  readonly frames: number;
  readonly camera: Omit<SplatCamera, 'view'> & { readonly view: readonly number[] };
}

/**
 * Splats built of finished recordings, kept in `free/` beside their folder, a file each: u32 length of a JSON head, the head, a PLY file. The least recently used go
 * first; a recording that is removed takes its file along. Any number of processes may use the folder, and anything in it may be deleted at any time.
 *
 * @example
 * ```ts
 * const cache = new SplatCache({ recordings: './.sgaps-data/recordings', log });
 * const splats = (await cache.open('a1')) ?? (await build());
 * ```
 */
export class SplatCache {
  readonly #recordings: string;
  readonly #folder: string;
  readonly #bytes: number;
  readonly #log: Logger;

  /** `bytes`: that all files may take together; default 2 GiB, 0 for none. */
  constructor({
    recordings,
    bytes = BYTES,
    log,
  }: { readonly recordings: string; readonly bytes?: number; readonly log: Logger }) {
    this.#recordings = resolve(recordings);
    this.#folder = freeFolderOf(this.#recordings);
    this.#bytes = bytes;
    this.#log = log;
  }

  /** Names a finished recording and what builds splats of it. Null where the recording is gone. */
  async identify(id: string): Promise<string | null> {
    try {
      const { size, mtimeNs } = await stat(join(this.#recordings, `${nameOf(id)}.sgaps`), { bigint: true });
      return `${id} ${size} ${mtimeNs} ${RELEASE} ${FORM}`;
    } catch {
      return null;
    }
  }

  /** What is kept of a recording; null where nothing is. What is kept of something else, or damaged, is removed. */
  async open(id: string): Promise<RecordingSplats | null> {
    const path = this.#pathOf(id);
    const identity = await this.identify(id);
    if (identity === null) return null;
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch {
      return null;
    }
    try {
      const splats = await read(bytes, identity);
      // When it was used last.
      await utimes(path, new Date(), new Date()).catch(() => undefined);
      return splats;
    } catch (error) {
      this.#log.debug({ err: error, recording: id }, 'splats of no use: removed');
      await rm(path, { force: true }).catch(() => undefined);
      return null;
    }
  }

  /** Keeps splats of the recording that was named `identity` when they were begun. Whoever watches does not notice where that fails: it is logged. */
  async save(id: string, identity: string, splats: RecordingSplats): Promise<void> {
    const draft = join(this.#folder, `${nameOf(id)}.${randomUUID()}${DRAFT}`);
    try {
      const { sky, frames, camera } = splats;
      const head = Buffer.from(
        JSON.stringify({ identity, sky, frames, camera: { ...camera, view: [...camera.view] } } satisfies Head),
      );
      const length = Buffer.alloc(4);
      length.writeUInt32LE(head.length);
      const ply = writePly(splats.cloud);
      await mkdir(this.#folder, { recursive: true });
      await this.#makeRoom(id, 4 + head.length + ply.length);
      const file = await open(draft, 'wx');
      try {
        for (const part of [length, head, ply]) await file.writeFile(part);
      } finally {
        await file.close();
      }
      // What was deleted meanwhile must not come back.
      if ((await this.identify(id)) !== identity) throw new SgapsError('NOT_FOUND', `Recording ${id} is gone, or another.`);
      await rename(draft, this.#pathOf(id));
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      this.#log.warn({ err: toStorageError(error, `keeping splats of ${id}`), recording: id }, 'splats not kept for later');
    }
  }

  /** Removes what is kept of recordings that are gone, and what processes left behind. */
  async tidy(): Promise<void> {
    try {
      for (const { name, id, usedAt } of await this.#files()) {
        const isLost = id === null ? Date.now() - usedAt > FORGOTTEN : (await this.identify(id)) === null;
        if (isLost) await rm(join(this.#folder, name), { force: true });
      }
    } catch (error) {
      this.#log.debug({ err: error }, 'splats not tidied');
    }
  }

  async #makeRoom(id: string, bytes: number): Promise<void> {
    if (bytes > this.#bytes) throw new SgapsError('STORAGE_FULL', `Splats of ${bytes} bytes are more than may be kept in all.`);
    const files = (await this.#files()).filter((file) => file.id !== id).sort((a, b) => a.usedAt - b.usedAt);
    let taken = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files) {
      if (taken + bytes <= this.#bytes) break;
      if (file.id === null) continue;
      await rm(join(this.#folder, file.name), { force: true });
      taken -= file.bytes;
    }
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize - bytes < LEFT_FREE) throw new SgapsError('STORAGE_FULL', 'Splats would leave the disk less than 1 GiB.');
  }

  /** What lies there; drafts have no id. */
  async #files(): Promise<
    { readonly name: string; readonly id: string | null; readonly bytes: number; readonly usedAt: number }[]
  > {
    const files = [];
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const id = name.endsWith(FREE) ? name.slice(0, -FREE.length) : null;
      if (id === null ? !name.endsWith(DRAFT) : !isRecordingId(id)) continue;
      const found = await stat(join(this.#folder, name)).catch(() => null);
      if (found) files.push({ name, id, bytes: found.size, usedAt: found.mtimeMs });
    }
    return files;
  }

  #pathOf(id: string): string {
    return join(this.#folder, nameOf(id) + FREE);
  }
}

function nameOf(id: string): string {
  if (!isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'That is no recording id.');
  return id;
}

async function read(bytes: Uint8Array, identity: string): Promise<RecordingSplats> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 4 ? MOST_HEAD : view.getUint32(0, true);
  if (length >= MOST_HEAD || 4 + length > bytes.length) throw SgapsError.malformed('kept splats');
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Head;
  if (head.identity !== identity) throw new SgapsError('VERSION_UNSUPPORTED', 'They are of another recording or version.');
  const cloud = await readPly(bytes.subarray(4 + length));
  return { cloud, sky: head.sky, frames: head.frames, camera: { ...head.camera, view: Float32Array.from(head.camera.view) } };
}
