import { join } from 'node:path';
import type { Logger } from 'pino';
import { RecordingFolder } from '../RecordingFolder.js';
import { LocalCopies } from './LocalCopies.js';
import { openBlobStore } from './openBlobStore.js';

/**
 * The recordings of a data folder as copies of what the store at an address has; null where none is named. Close its `blobs` when done. Throws `ARGUMENT_INVALID` for an address that is none.
 *
 * @example
 * ```ts
 * const copies = await openCopies({ data: './.sgaps-data', store: process.env.SGAPS_STORE_URL });
 * await copies?.ensureLocal('a1');
 * ```
 */
export async function openCopies(options: {
  readonly data: string;
  readonly store?: string;
  readonly localBytes?: number;
  readonly log?: Logger;
}): Promise<LocalCopies | null> {
  const { data, store, localBytes: bytes, log } = options;
  if (!store) return null;
  const blobs = await openBlobStore(store);
  return new LocalCopies({ folder: await RecordingFolder.open(join(data, 'recordings')), blobs, bytes, log });
}
