import type { BlobStore } from './BlobStore.js';

/** Removes all that a store has of a recording. */
export async function deleteBlobs(blobs: BlobStore, id: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of blobs.list(`${id}.`)) keys.push(key);
  // What is not listed may still have older versions.
  for (const key of new Set([...keys, `${id}.sgaps`, `${id}.webp`])) await blobs.delete(key);
}
