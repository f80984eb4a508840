import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { ReplayFile } from '@sgaps/pipeline';
import { openRecording } from '../storage/openRecording.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';

/** ms between looks where the system tells of no changes. */
const LOOK_EVERY = 100;

/**
 * Opens a recording of a data folder for a renderer, which need not be the process that writes it. Throws what `RecordingReader.open` throws, and `NOT_FOUND`.
 *
 * @example
 * ```ts
 * const file = await openReplayFile('./.sgaps-data/recordings', 'a1');
 * ```
 */
export async function openReplayFile(folder: string, id: string): Promise<ReplayFile> {
  const files = await RecordingFolder.open(folder);
  const path = files.filePath(id);
  const reader = await openRecording(path, files.journalPaths(id), `recording ${id}`);
  return { reader, watch: (changed) => watchFiles(path, id, changed), close: () => reader.close() };
}

/** Tells of changes to a recording's own files. */
function watchFiles(path: string, id: string, changed: () => void): () => void {
  let watcher: FSWatcher | null = null;
  // Some file systems tell of nothing: a look now and then costs little.
  const timer = setInterval(changed, LOOK_EVERY);
  try {
    watcher = watch(dirname(path), (_, name) => {
      if (name === null || name.startsWith(id)) changed();
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = null; // No watches left in the system: the timer does it.
  }
  return () => {
    clearInterval(timer);
    watcher?.close();
  };
}
