import { rm, stat } from 'node:fs/promises';
import type { Catalog } from './catalog/index.js';
import { openRecording } from './openRecording.js';
import type { RecordingFolder } from './RecordingFolder.js';
import { archiveColumns } from './recordingRow.js';

/**
 * Has a recording's row say what its file is, once that may have become an archive, or is none any more, and removes the mark that it was not told yet.
 *
 * @example
 * ```ts
 * await noteArchived('a1', folder, catalog);
 * ```
 */
export async function noteArchived(id: string, folder: RecordingFolder, catalog: Catalog): Promise<void> {
  const path = folder.filePath(id);
  const reader = await openRecording(path, [], `recording ${id}`);
  try {
    const { header, index } = reader;
    // One that was archived may have been put back.
    if (header.archive || (await catalog.get(id))?.archivedAt) {
      const { size } = await stat(path);
      await catalog.update(id, { ...archiveColumns(header, size), frames: index.frames, bytes: size, storedAt: null });
    }
  } finally {
    await reader.close();
  }
  await rm(folder.archivedMark(id), { force: true });
}
