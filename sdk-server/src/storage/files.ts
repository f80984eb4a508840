import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type ByteSource, SgapsError } from '@sgaps/protocol';

/** Bytes of free disk below which a server is unwell, and keeps what there is for recordings. */
export const MIN_FREE_BYTES = 64 * 2 ** 20;

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const READ_ONLY = new Set(['EROFS', 'EACCES', 'EPERM']);

/**
 * An operating system error as a typed one: `STORAGE_FULL` for no space, quota or file size left, `NOT_FOUND` for a missing
 * file, else `STORAGE_FAILED`. A `SgapsError` stays what it is. Clients may be shown it: the system's own words, which name paths, are its cause.
 *
 * @example
 * ```ts
 * try { writeSync(fd, bytes) } catch (error) { fail(toStorageError(error, 'appending to the journal')) }
 * ```
 */
export function toStorageError(error: unknown, doing: string): SgapsError {
  if (error instanceof SgapsError) return error;
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  if (FULL.has(code))
    return new SgapsError('STORAGE_FULL', `No space left while ${doing} (${code}). Free some and recover.`, { cause: error });
  if (code === 'ENOENT') return new SgapsError('NOT_FOUND', `No such file while ${doing}.`, { cause: error });
  if (READ_ONLY.has(code))
    return new SgapsError('STORAGE_FAILED', `The disk may not be written to while ${doing} (${code}).`, { cause: error });
  return new SgapsError('STORAGE_FAILED', `Storage failed while ${doing}: ${code === '' ? message : code}.`, { cause: error });
}

/** Reads a file at any offset. */
class FileSource implements ByteSource {
  constructor(private readonly handle: FileHandle) {}

  async size(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/**
 * A file as a `ByteSource`; `NOT_FOUND` where there is none. Close it when done.
 *
 * @example
 * ```ts
 * const source = await fileSource('/data/recordings/a1.sgaps');
 * ```
 */
export async function fileSource(path: string): Promise<ByteSource> {
  try {
    return new FileSource(await open(path, constants.O_RDONLY));
  } catch (error) {
    throw toStorageError(error, `opening ${path}`);
  }
}

/** Writes all of `bytes` at `position`, however often the system takes only a part. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new SgapsError('STORAGE_FULL', 'The system takes no more bytes for a file.');
    done += bytesWritten;
  }
}

/** Makes created, renamed and removed names in `folder` durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
