import { isSgapsError, type RecordingReader, SgapsError } from '@sgaps/protocol';
import { openRecording } from '../storage/openRecording.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';

/** A recording as it lies in a folder, opened. */
interface OpenedReplay {
  readonly reader: RecordingReader;
  readonly path: string;
  readonly journals: readonly string[];
}

/**
 * Opens a recording of a folder for somebody who wants to watch it, in whatever way: what may be watched is decided here, for all scenes alike. Throws what
 * `RecordingReader.open` throws, `NOT_FOUND`, `ARGUMENT_INVALID` for an id that is none.
 *
 * @example
 * ```ts
 * const { reader } = await openReplayFile('./.sgaps-data/recordings', 'a1');
 * ```
 */
export async function openReplayFile(folder: string, id: string): Promise<OpenedReplay> {
  const files = await RecordingFolder.open(folder);
  const [path, journals] = [files.filePath(id), files.journalPaths(id)];
  const reader = await openRecording(path, journals, `recording ${id}`).catch((cause: unknown) => {
    // Viewers hear of it, whom the paths of this machine do not concern.
    if (isSgapsError(cause) && cause.code === 'NOT_FOUND')
      throw new SgapsError('NOT_FOUND', `There is no recording ${id}.`, { cause });
    throw cause;
  });
  return { reader, path, journals };
}
