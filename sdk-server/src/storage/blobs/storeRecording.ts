import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { SgapsError } from '@sgaps/protocol';
import type { Catalog, RecordingRow } from '../catalog/index.js';
import { openRecording } from '../openRecording.js';
import type { RecordingFolder } from '../RecordingFolder.js';
import { fileKey, keyOf, partOf } from './blobKeys.js';
import { deleteBlobs } from './deleteBlobs.js';
import type { LocalCopies } from './LocalCopies.js';

/**
 * Puts a closed recording's file and thumbnail into the store, notes that, and then removes what the store had in its place before. Gives the file's bytes. Done again after whatever
 * broke it off, it does the rest.
 *
 * @throws SgapsError `NOT_FOUND` where the file or its row is gone by now, `OUT_OF_ORDER` where the file changed meanwhile, `CHECKSUM_MISMATCH` where the store has another file already that it counts as
 * stored, and what the store and reading the recording throw.
 *
 * @example
 * ```ts
 * const bytes = await storeRecording(row, { folder, catalog, copies });
 * ```
 */
export async function storeRecording(
  row: RecordingRow,
  parts: {
    readonly folder: RecordingFolder;
    readonly catalog: Catalog;
    readonly copies: LocalCopies;
    readonly signal?: AbortSignal;
  },
): Promise<number> {
  const { folder, catalog, copies, signal } = parts;
  const { blobs, notes } = copies;
  const { id } = row;
  const path = folder.filePath(id);
  const key = fileKey(id, await archivedAt(id, path));
  const before = await stat(path, { bigint: true });
  const full = folder.fullPath(id);
  if (existsSync(full)) await blobs.put(keyOf({ id, kind: 'full', archivedAt: null }), full, signal);
  if (folder.hasPreview(id)) await blobs.put(keyOf({ id, kind: 'preview', archivedAt: null }), folder.previewPath(id), signal);
  const { sha256, bytes } = await blobs.put(key, path, signal);
  const after = await stat(path, { bigint: true });
  if (after.ino !== before.ino || after.mtimeNs !== before.mtimeNs || after.size !== before.size)
    throw new SgapsError('OUT_OF_ORDER', `Recording ${id} became another while it was stored: it is stored again.`);
  await notes.write(id, path, { key, sha256 });
  if (!(await catalog.update(id, { storedAt: Date.now() }))) {
    // It was deleted meanwhile, perhaps by another machine.
    await deleteBlobs(blobs, id);
    throw new SgapsError('NOT_FOUND', `Recording ${id} was deleted while it was stored.`);
  }
  const old: string[] = [];
  for await (const other of blobs.list(`${id}.`))
    if (partOf(other.key)?.kind === 'file' && other.key !== key) old.push(other.key);
  for (const other of old) await blobs.delete(other);
  return bytes;
}

/** When the file says that it was archived. */
async function archivedAt(id: string, path: string): Promise<number | null> {
  const reader = await openRecording(path, [], `recording ${id}`);
  await reader.close();
  return reader.header.archive?.madeAt ?? null;
}
