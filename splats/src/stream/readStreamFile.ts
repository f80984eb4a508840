import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { isSgapsError, SgapsError } from '@sgaps/protocol';

/** Bytes of a .ply at most: 16 million splats of degree 1 with normals. */
export const MOST_PLY_BYTES = 2 ** 31;

/** A frame's file, without its ending. */
export function frameName(frame: number): string {
  return `frames/${String(frame).padStart(6, '0')}`;
}

/**
 * A file of a stream's folder.
 *
 * @param what names it to viewers, whom the paths of this machine do not concern.
 * @throws SgapsError `NOT_FOUND`, `LIMIT_EXCEEDED` where it is larger than `most` bytes, before any of it is read; `STORAGE_FAILED`.
 */
export async function readStreamFile(folder: string, name: string, most: number, what: string): Promise<Uint8Array> {
  try {
    const file = await open(join(folder, name));
    try {
      const { size } = await file.stat();
      if (size > most) throw SgapsError.limit(`size of ${what}, bytes,`, size, most);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (isSgapsError(cause)) throw cause;
    const missing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
    if (missing) throw new SgapsError('NOT_FOUND', `There is no ${what}.`, { cause });
    throw new SgapsError('STORAGE_FAILED', `The ${what} cannot be read.`, { cause });
  }
}
