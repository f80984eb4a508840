import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { isRecordingId, isSgapsError, SgapsError } from '@sgaps/protocol';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';

/**
 * Where a recording's bytes lie, and what its clips are called.
 *
 * @example
 * ```ts
 * const { name, path }: FoundRecording = await findRecording('a1', './.sgaps-data');
 * ```
 */
export interface FoundRecording {
  /** Letters, digits, '.', '_' and '-'. */
  readonly name: string;
  readonly path: string;
  readonly journalPaths: readonly string[];
}

/**
 * Finds a recording by its id in a data folder, or by its file: what ends with `.sgaps` or has a slash in it. With `copies` it is fetched from the store where it is not there. Throws `NOT_FOUND`, and
 * `ARGUMENT_INVALID` for what is neither.
 *
 * @example
 * ```ts
 * const found = await findRecording('downloads/arena-1.sgaps', './.sgaps-data');
 * ```
 */
export async function findRecording(given: string, data: string, copies: LocalCopies | null = null): Promise<FoundRecording> {
  const isFile = given.endsWith('.sgaps') || /[/\\]/.test(given);
  if (!isFile && !isRecordingId(given))
    throw new SgapsError('ARGUMENT_INVALID', `'${given}' is neither the id of a recording nor a .sgaps file.`);
  const path = isFile ? resolve(given) : resolve(data, 'recordings', `${given}.sgaps`);
  if (!isFile)
    await copies?.ensureLocal(given).catch((error: unknown) => {
      // That is said better below.
      if (!isSgapsError(error) || error.code !== 'NOT_FOUND') throw error;
    });
  if (!existsSync(path)) {
    const where = isFile ? 'Check the path' : 'Name its data folder with --data, or its .sgaps file';
    throw new SgapsError('NOT_FOUND', `There is no recording at ${path}. ${where}.`);
  }
  const name = basename(path, '.sgaps').replace(/[^\w.-]+/g, '-');
  const beside = path.replace(/\.sgaps$/, '');
  return { name, path, journalPaths: isFile ? [] : [`${beside}.journal`, `${beside}.journal2`] };
}
