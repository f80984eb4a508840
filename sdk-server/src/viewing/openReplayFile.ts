import { isSgapsError, type RecordingReader, SgapsError } from '@sgaps/protocol';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { openRecording } from '../storage/openRecording.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';

/** A recording as it lies in a folder, opened. */
interface OpenedReplay {
  readonly reader: RecordingReader;
  readonly path: string;
  readonly journals: readonly string[];
}

/**
 * Opens a recording of a folder for somebody who wants to watch it, in whatever way: what may be watched is decided here, for all scenes alike. With `copies` it is fetched where it
 * is not there. Throws what `RecordingReader.open` throws, `NOT_FOUND`, `ARGUMENT_INVALID` for an id that is none, and what fetching throws.
 *
 * @example
 * ```ts
 * const { reader } = await openReplayFile('./.sgaps-data/recordings', 'a1');
 * ```
 */
export async function openReplayFile(folder: string, id: string, copies: LocalCopies | null = null): Promise<OpenedReplay> {
  const files = await RecordingFolder.open(folder);
  const [path, journals] = [files.filePath(id), files.journalPaths(id)];
  const open = async () => {
    await copies?.ensureLocal(id);
    return openRecording(path, journals, `recording ${id}`);
  };
  const reader = await open().catch((cause: unknown) => {
    // Viewers hear of it, whom the paths of this machine do not concern.
    if (isSgapsError(cause) && cause.code === 'NOT_FOUND')
      throw new SgapsError('NOT_FOUND', `There is no recording ${id}.`, { cause });
    throw cause;
  });
  return { reader, path, journals };
}
