import { existsSync } from 'node:fs';
import { SgapsError } from '@sgaps/protocol';

/**
 * Throws `NOT_FOUND` unless `path` is there.
 *
 * @example
 * ```ts
 * assertFile('clip.mkv', 'clip');
 * ```
 */
export function assertFile(path: string, what: string): void {
  if (!existsSync(path)) throw new SgapsError('NOT_FOUND', `No ${what} at ${path}.`);
}
