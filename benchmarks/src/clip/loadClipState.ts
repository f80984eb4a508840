import { readFileSync } from 'node:fs';
import { SgapsError } from '@sgaps/protocol';
import type { ClipState } from '@sgaps/server/clips';
import { assertFile } from '../video/assertFile.js';

/**
 * Reads a clip's state. Throws `NOT_FOUND` where the file is missing and `BYTES_MALFORMED` where it is no clip state.
 *
 * @example
 * ```ts
 * const { per_frame } = loadClipState('clip.json');
 * ```
 */
export function loadClipState(path: string): ClipState {
  assertFile(path, 'clip state');
  let state: ClipState;
  try {
    state = JSON.parse(readFileSync(path, 'utf8')) as ClipState;
  } catch (cause) {
    throw new SgapsError('BYTES_MALFORMED', `${path} is not JSON.`, { cause });
  }
  if (!Array.isArray(state.per_frame) || !(state.width > 0) || !(state.height > 0)) {
    throw SgapsError.malformed(`clip state ${path}: per_frame, width and height are needed`);
  }
  return state;
}
