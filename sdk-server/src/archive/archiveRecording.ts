import { existsSync } from 'node:fs';
import { link, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type RecordingReader, SgapsError } from '@sgaps/protocol';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { MIN_FREE_BYTES, syncFolder, toStorageError } from '../storage/files.js';
import type { Catalog } from '../storage/index.js';
import { noteArchived } from '../storage/noteArchived.js';
import { openRecording } from '../storage/openRecording.js';
import type { RecordingFolder } from '../storage/RecordingFolder.js';
import { checkArchive } from './checkArchive.js';
import { type MakeArchiveOptions, makeArchive, noSmaller } from './makeArchive.js';

/** dB below which an archive does not take a recording's place where nothing was asked for: blocks and smears are plain to see then. */
const LEAST_PSNR = 30;

/**
 * How a recording is archived.
 *
 * @example
 * ```ts
 * const options: ArchiveRecordingOptions = { folder, catalog, archiveModel: null };
 * ```
 */
export interface ArchiveRecordingOptions extends Omit<MakeArchiveOptions, 'from'> {
  readonly folder: RecordingFolder;
  /** Whose row is to tell of it. */
  readonly catalog: Catalog;
  /** Fetches it where it is not there. */
  readonly copies?: LocalCopies | null;
  /** Keeps the recording as it was, beside the archive as `ID.full.sgaps`. Default false. */
  readonly keep?: boolean;
  /** Told of what is done, for tests that end the process there. */
  readonly onStep?: (step: 'written' | 'checked' | 'kept' | 'marked' | 'replaced' | 'noted') => void;
}

/**
 * What became of a recording.
 *
 * @example
 * ```ts
 * const { from, bytes, psnr }: ArchivedRecording = await archiveRecording('a1', options);
 * ```
 */
export interface ArchivedRecording {
  /** Bytes of the file, before and now. */
  readonly from: number;
  readonly bytes: number;
  readonly frames: number;
  /** Seconds that it lasts. */
  readonly seconds: number;
  /** Of the archive's pictures against those that the recording showed, dB. */
  readonly psnr: number;
  /** name@version; '' without. */
  readonly modelId: string;
}

/**
 * Puts an archive in the place of a finished recording. The new file is written beside it, read back, and only then takes its name: whatever happens, one of the two is whole. Who
 * reads the recording meanwhile goes on with the old file.
 *
 * @throws SgapsError `NOT_FOUND` for a recording that is not there, changed meanwhile, or has no frames, `OUT_OF_ORDER` for one that is still recorded or archived already, `UNSUPPORTED` where the
 * archive would be no smaller, or below 30 dB and neither quality nor bytes were asked for, `STORAGE_FULL`, `CLOSED` once the signal is aborted, and what reading a damaged recording, making an archive and storage throw. The recording then is as it was.
 *
 * @example
 * ```ts
 * const { from, bytes } = await archiveRecording('a1', { folder, catalog, archiveModel: null });
 * ```
 */
export async function archiveRecording(id: string, options: ArchiveRecordingOptions): Promise<ArchivedRecording> {
  const { folder, catalog, larger = false, onStep = () => undefined } = options;
  const path = folder.filePath(id);
  const draft = folder.archiveDraft(id);
  await options.copies?.ensureLocal(id);
  const reader = await openRecording(path, folder.journalPaths(id), `recording ${id}`);
  try {
    assertArchivable(id, reader);
    const before = await stat(path, { bigint: true });
    const from = Number(before.size);
    await assertRoom(folder, from);
    const made = await makeArchive(reader, draft, { ...options, from });
    onStep('written');
    await checkArchive(draft, reader, made);
    onStep('checked');
    const { size: bytes } = await stat(draft);
    if (bytes >= from && !larger) throw noSmaller(id);
    const isAsked = larger || options.quality !== undefined || options.bytesPerSecond !== undefined;
    if (made.psnr < LEAST_PSNR && !isAsked)
      throw new SgapsError(
        'UNSUPPORTED',
        `An archive of recording ${id} in half of its bytes would be ${made.psnr.toFixed(1)} dB near to it, and ${LEAST_PSNR} are asked for: it stays. Name a quality, or bytes, if you want it all the same.`,
      );
    const now = await stat(path, { bigint: true }).catch(() => null);
    if (now?.ino !== before.ino || now.size !== before.size || now.mtimeNs !== before.mtimeNs)
      throw new SgapsError('NOT_FOUND', `Recording ${id} is not the one any more that was archived.`);
    await replace(id, draft, options);
    await folder.removeKept(id);
    await noteArchived(id, folder, catalog);
    onStep('noted');
    const { frames, psnr, header } = made;
    return { from, bytes, frames, seconds: reader.duration / 1000, psnr, modelId: header.archive?.modelId ?? '' };
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    // Mistakes of our own stay what they are.
    throw error instanceof Error && 'code' in error ? toStorageError(error, `archiving recording ${id}`) : error;
  } finally {
    await reader.close();
  }
}

function assertArchivable(id: string, { header, index }: RecordingReader): void {
  if (header.archive) throw new SgapsError('OUT_OF_ORDER', `Recording ${id} is archived already.`);
  if (!index.hasFooter)
    throw new SgapsError('OUT_OF_ORDER', `Recording ${id} is still being recorded, or was left by a crash that is not repaired.`);
  if (index.frames === 0) throw new SgapsError('NOT_FOUND', `Recording ${id} has no frames: there is nothing to archive.`);
}

/** Recordings come first: what is made beside them must leave them room. */
async function assertRoom(folder: RecordingFolder, bytes: number): Promise<void> {
  if ((await folder.disk()).freeBytes - bytes > MIN_FREE_BYTES) return;
  throw new SgapsError('STORAGE_FULL', 'The disk is nearly full, and an archive is made beside its recording: free some first.');
}

/** The recording gets a second name, which it may have since a process ended here. */
async function keepFull(path: string, kept: string): Promise<void> {
  if (!existsSync(kept)) return link(path, kept);
  const [one, other] = [await stat(path, { bigint: true }), await stat(kept, { bigint: true })];
  if (one.ino !== other.ino) throw new SgapsError('ARGUMENT_INVALID', `${kept} is there already: move it away first.`);
}

/** The archive takes the recording's name, at once and for good. The mark lets a catalog that was not told yet be told at the next start. */
async function replace(id: string, draft: string, options: ArchiveRecordingOptions): Promise<void> {
  const { folder, keep = false, onStep = () => undefined } = options;
  const path = folder.filePath(id);
  if (keep) {
    await keepFull(path, folder.fullPath(id));
    onStep('kept');
  }
  await writeFile(folder.archivedMark(id), '');
  await syncFolder(dirname(path));
  onStep('marked');
  await rename(draft, path);
  await syncFolder(dirname(path));
  onStep('replaced');
}
