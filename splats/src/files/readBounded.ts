import { constants, open } from 'node:fs/promises';
import { isSgapsError, SgapsError } from '@sgaps/protocol';

/** Bytes of a file of splats at most: 8 million of degree 3 as 3DGS writes them, 16 million of degree 1. */
export const MOST_FILE_BYTES = 2 ** 31 - 1;

/** Nobody may ever write to a FIFO: opening it must not wait for that. */
const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * A whole file.
 *
 * @param what names it to viewers, whom the paths of this machine do not concern.
 * @throws SgapsError `NOT_FOUND`, also for what is no file; `LIMIT_EXCEEDED` where it is larger than `most` bytes, before any of it is read; `STORAGE_FAILED`.
 */
export async function readBounded(path: string, most: number, what: string): Promise<Uint8Array> {
  try {
    const file = await open(path, READ_AT_ONCE);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new SgapsError('NOT_FOUND', `There is no ${what}.`);
      if (stats.size > most) throw SgapsError.limit(`size of ${what}, bytes,`, stats.size, most);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileError(cause, what);
  }
}

/** Why a file cannot be had, in words that name no path. */
export function fileError(cause: unknown, what: string): SgapsError {
  if (isSgapsError(cause)) return cause;
  const missing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
  if (missing) return new SgapsError('NOT_FOUND', `There is no ${what}.`, { cause });
  return new SgapsError('STORAGE_FAILED', `The ${what} cannot be read.`, { cause });
}
