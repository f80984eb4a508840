import type { BlobStore } from './BlobStore.js';
import { LocalBlobStore } from './LocalBlobStore.js';
import { readStoreAddress } from './storeAddress.js';

/**
 * The store at an address: `s3://bucket/prefix?endpoint=https://host&region=name&style=path`, with credentials from where AWS' tools look for them (environment, profile, role), or `file:///folder`, which
 * must be there. Asks it nothing yet: see `BlobStore.check`. Throws `ARGUMENT_INVALID` for another address.
 *
 * @example
 * ```ts
 * const blobs = await openBlobStore('file:///mnt/replays/sgaps');
 * await blobs.check();
 * ```
 */
export async function openBlobStore(address: string): Promise<BlobStore> {
  const read = readStoreAddress(address);
  if (read.kind === 'folder') return new LocalBlobStore(read.folder);
  // Only who needs it loads what is large.
  const { S3BlobStore } = await import('./S3BlobStore.js');
  return new S3BlobStore(read);
}
