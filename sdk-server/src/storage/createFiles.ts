import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeRecordingHeader, type RecordingHeader, SgapsError } from '@sgaps/protocol';
import { syncFolder, toStorageError, writeAll } from './files.js';
import { JournalFile } from './JournalFile.js';

/** The files of a recording that has just begun. */
export interface NewFiles {
  readonly handle: FileHandle;
  /** Bytes of the header, which are in the file. */
  readonly headerBytes: number;
  readonly journals: readonly [JournalFile, JournalFile];
}

/**
 * Creates a recording's file with its header, durable before this resolves, and two empty journals. Leaves nothing behind when it
 * throws: `ARGUMENT_INVALID` when the recording exists, `STORAGE_FULL` or `STORAGE_FAILED` when the disk does not take it.
 */
export async function createFiles(
  header: RecordingHeader,
  path: string,
  journalPaths: readonly [string, string],
): Promise<NewFiles> {
  const head = encodeRecordingHeader(header);
  const draft = `${path}.tmp`;
  if (existsSync(path)) throw new SgapsError('ARGUMENT_INVALID', `Recording ${header.recordingId} exists already.`);
  let handle: FileHandle | undefined;
  const journals: JournalFile[] = [];
  try {
    handle = await open(draft, 'w+');
    await writeAll(handle, head, 0);
    await handle.datasync();
    for (const journal of journalPaths) journals.push(new JournalFile(journal));
    await rename(draft, path);
    await syncFolder(dirname(path));
    return { handle, headerBytes: head.length, journals: [journals[0], journals[1]] };
  } catch (error) {
    for (const journal of journals) journal.close();
    await handle?.close().catch(() => undefined);
    // A disk that takes nothing any more may not let go either; a start of the server looks for what is left.
    for (const made of [draft, path, ...journalPaths]) await rm(made, { force: true }).catch(() => undefined);
    throw toStorageError(error, `creating recording ${header.recordingId}`);
  }
}
