import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { SgapsError } from '@sgaps/protocol';
import { toStorageError, writeAll } from '../storage/files.js';

/**
 * Where the bytes of an export go. Nothing of it is seen under its name until `finish`; `discard` removes what there is.
 *
 * @example
 * ```ts
 * const target = await openFile('clip.mp4');
 * await target.write(bytes);
 * await target.finish();
 * ```
 */
export interface ExportTarget {
  /** Bytes written so far. */
  readonly bytes: number;
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Pictures that go somewhere one by one, each with a name.
 *
 * @example
 * ```ts
 * await target.add('frame-00001.png', png);
 * ```
 */
export interface PictureTarget extends Omit<ExportTarget, 'write'> {
  add(name: string, bytes: Uint8Array): Promise<void>;
}

/** A file, written as `<path>.tmp` until it is whole. */
class FileTarget implements ExportTarget {
  bytes = 0;

  constructor(
    readonly path: string,
    readonly handle: FileHandle,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await writeAll(this.handle, bytes, this.bytes);
    } catch (error) {
      throw toStorageError(error, `writing ${this.path}`);
    }
    this.bytes += bytes.length;
  }

  async finish(): Promise<void> {
    try {
      await this.handle.close();
      await rename(`${this.path}.tmp`, this.path);
    } catch (error) {
      throw toStorageError(error, `writing ${this.path}`);
    }
  }

  async discard(): Promise<void> {
    await this.handle.close();
    await rm(`${this.path}.tmp`, { force: true });
  }
}

/**
 * A file that takes an export, its folders made where they are missing. What is there already is replaced once the export is whole.
 *
 * @throws SgapsError `STORAGE_FAILED`, `STORAGE_FULL`.
 *
 * @example
 * ```ts
 * const target = await openFile('clips/jump.mp4');
 * ```
 */
export async function openFile(path: string): Promise<ExportTarget> {
  try {
    await mkdir(dirname(path), { recursive: true });
    return new FileTarget(path, await open(`${path}.tmp`, 'w'));
  } catch (error) {
    throw toStorageError(error, `making ${path}`);
  }
}

/**
 * A stream that takes an export, and is ended with it.
 *
 * @example
 * ```ts
 * const target = openStream(response);
 * ```
 */
export function openStream(stream: Writable): ExportTarget {
  let failure: Error | null = null;
  stream.once('error', (error) => {
    failure = error;
  });
  const target = {
    bytes: 0,
    async write(bytes: Uint8Array): Promise<void> {
      await new Promise<void>((resolve, reject) => {
        // A stream that failed before calls nobody back.
        if (failure) reject(failure);
        else stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      }).catch((error: unknown) => {
        throw toStorageError(error, 'writing to the stream');
      });
      target.bytes += bytes.length;
    },
    finish: () => new Promise<void>((resolve) => void stream.end(resolve)),
    discard: async () => void stream.destroy(),
  };
  return target;
}

/**
 * A folder that takes pictures, `<path>.tmp` until it is whole.
 *
 * @throws SgapsError `ARGUMENT_INVALID` where there is something of that name, `STORAGE_FAILED`, `STORAGE_FULL`.
 *
 * @example
 * ```ts
 * const target = await openFolder('frames');
 * ```
 */
export async function openFolder(path: string): Promise<PictureTarget> {
  if (existsSync(path)) throw new SgapsError('ARGUMENT_INVALID', `${path} is there already; remove it, or name another folder.`);
  const draft = `${path}.tmp`;
  const making = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw toStorageError(error, `writing ${path}`);
    });
  // Left by a process that was killed.
  await making(rm(draft, { recursive: true, force: true }));
  await making(mkdir(draft, { recursive: true }));
  const target = {
    bytes: 0,
    async add(name: string, bytes: Uint8Array): Promise<void> {
      await making(writeFile(join(draft, name), bytes));
      target.bytes += bytes.length;
    },
    finish: () => making(rename(draft, path)),
    discard: () => rm(draft, { recursive: true, force: true }),
  };
  return target;
}
