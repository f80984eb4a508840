import { type FileHandle, open, rm } from 'node:fs/promises';
import { crc32c, SgapsError } from '@sgaps/protocol';
import { toStorageError, writeAll } from '../storage/files.js';
import type { PackedState } from './FileShelf.js';
import { encodeSeekHead, encodeSeekIndex, HEAD_BYTES, type SeekEntry, type SeekIndex } from './seekIndex.js';

/**
 * Writes the states of a recording into a new file, for `SeekFile` to read, and resolves to its bytes. Not made durable: whoever reads it checks all of it. Where it fails the file is
 * removed. Throws `STORAGE_FULL`, `STORAGE_FAILED`, or `CLOSED` once `signal` is aborted.
 *
 * @example
 * ```ts
 * await writeSeekFile('/data/seek/a1.tmp', { identity, spacing: shelf.spacing, points }, shelf.packed());
 * ```
 */
export async function writeSeekFile(
  path: string,
  about: Omit<SeekIndex, 'entries'>,
  states: AsyncIterable<PackedState>,
  signal?: AbortSignal,
): Promise<number> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(path, 'wx');
    const entries: SeekEntry[] = [];
    let end = HEAD_BYTES;
    for await (const { place, bytes, packed } of states) {
      if (signal?.aborted) throw new SgapsError('CLOSED', 'Nobody waits for these states any more.');
      await writeAll(handle, bytes, end);
      entries.push({ place, at: end, length: bytes.length, crc: crc32c(bytes), packed });
      end += bytes.length;
    }
    const index = encodeSeekIndex({ ...about, entries });
    await writeAll(handle, index, end);
    await writeAll(handle, encodeSeekHead(index, end), 0);
    await handle.close();
    return end + index.length;
  } catch (error) {
    // One that exists already is not ours.
    if (handle) {
      await handle.close().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
    }
    throw toStorageError(error, 'keeping decoder states');
  }
}
