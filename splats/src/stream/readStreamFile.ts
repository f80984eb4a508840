import { join } from 'node:path';
import { readBounded } from '../files/readBounded.js';

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
export function readStreamFile(folder: string, name: string, most: number, what: string): Promise<Uint8Array> {
  return readBounded(join(folder, name), most, what);
}
