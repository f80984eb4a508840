import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { fileError } from '../files/readBounded.js';
import { readCloudFile } from '../files/readCloudFile.js';

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const ENDINGS = ['', '.ply', '.splat', '.spz'];

/** A file as it was when it was read last. */
interface Known {
  /** When it was written, and its size: another one is read anew. */
  readonly stamp: string;
  reading: Promise<SplatCloud> | null;
  /** As long as anybody has it. */
  cloud: WeakRef<SplatCloud> | null;
}

/**
 * Clouds by name, in a folder of files, and streams, which are folders in it.
 *
 * @example
 * ```ts
 * const cloud = await new SplatFolder('./splats').open('garden');
 * ```
 */
export class SplatFolder {
  readonly #known = new Map<string, Known>();

  constructor(private readonly folder: string) {}

  /**
   * The cloud of a file, whose name may do without its ending; it is read in a thread of its own. All who ask while somebody has it are given the same: nobody may write to it.
   *
   * @throws SgapsError `NOT_FOUND`, `LIMIT_EXCEEDED` for a file of 2 GiB and more, `STORAGE_FAILED`, and what `readSplats` throws.
   */
  async open(name: string): Promise<SplatCloud> {
    const missing = (cause?: unknown) => new SgapsError('NOT_FOUND', `There are no splats named ${name}.`, { cause });
    if (!NAME.test(name)) throw missing();
    const entries = await readdir(this.folder, { withFileTypes: true }).catch((cause: unknown) => {
      throw missing(cause);
    });
    const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
    const file = ENDINGS.map((ending) => name + ending).find((wanted) => files.includes(wanted));
    if (file === undefined) throw missing();
    return this.#share(file, `file of the splats ${name}`);
  }

  /** The folder of a stream. @throws SgapsError `NOT_FOUND` where there is none of this name. */
  async stream(name: string): Promise<string> {
    const missing = (cause?: unknown) => new SgapsError('NOT_FOUND', `There is no stream named ${name}.`, { cause });
    if (!NAME.test(name)) throw missing();
    const folder = join(this.folder, name);
    await stat(join(folder, 'stream.json')).catch((cause: unknown) => {
      throw missing(cause);
    });
    return folder;
  }

  async #share(name: string, what: string): Promise<SplatCloud> {
    const path = join(this.folder, name);
    const { mtimeMs, size } = await stat(path).catch((cause: unknown) => {
      throw fileError(cause, what);
    });
    const stamp = `${mtimeMs} ${size}`;
    const before = this.#known.get(name);
    const known: Known = before?.stamp === stamp ? before : { stamp, reading: null, cloud: null };
    this.#known.set(name, known);
    const cloud = known.cloud?.deref();
    if (cloud) return cloud;
    known.reading ??= readCloudFile({ path, name, what }).finally(() => {
      known.reading = null;
    });
    const read = await known.reading;
    known.cloud = new WeakRef(read);
    return read;
  }
}
