import type { StatePoints } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import type { LocalCopies } from '../storage/blobs/LocalCopies.js';
import { openRecording } from '../storage/openRecording.js';
import { RecordingFolder } from '../storage/RecordingFolder.js';
import { FileShelf } from './FileShelf.js';
import { mergePoints } from './mergePoints.js';
import type { SeekCache } from './SeekCache.js';
import { surveyInWorker } from './surveyInWorker.js';

/** Bytes of decoder states kept of one recording. */
export const SHELF_BYTES = 2 ** 30;
/** ms between two words of how far it is. */
const TELL_EVERY = 200;

/**
 * Options of `prepareRecording`.
 *
 * @example
 * ```ts
 * const options: PrepareOptions = { recordings: './.sgaps-data/recordings', cache, signal: abort.signal };
 * ```
 */
export interface PrepareOptions {
  /** Folder of recordings. */
  readonly recordings: string;
  /** Fetches those that are not there. */
  readonly copies?: LocalCopies | null;
  readonly cache: SeekCache;
  readonly signal: AbortSignal;
  /** Recordings whose states are not to go for these. */
  readonly keep?: ReadonlySet<string>;
  /** How much is done, 0 … 1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * What there is of a recording now.
 *
 * @example
 * ```ts
 * const { places, bytes }: Prepared = await prepareRecording('a1', options);
 * ```
 */
export interface Prepared {
  /** False where the states were there before, and of an archive. */
  readonly isNew: boolean;
  /** An archive is quick to go to as it is: nothing is kept of it. */
  readonly isArchive: boolean;
  readonly places: number;
  /** Of the file of states. */
  readonly bytes: number;
}

/**
 * Surveys a finished recording and keeps its states, where none are kept and it is no archive. Throws `NOT_FOUND`, `OUT_OF_ORDER` for one that is still recorded, `CLOSED` once `signal` is aborted, and what
 * `RecordingReader.open`, reading it and `SeekCache.save` throw.
 *
 * @example
 * ```ts
 * await prepareRecording('a1', { recordings, cache, signal, onProgress: (share) => show(share) });
 * ```
 */
export async function prepareRecording(id: string, options: PrepareOptions): Promise<Prepared> {
  const { recordings, copies, cache, signal, keep, onProgress } = options;
  const folder = await RecordingFolder.open(recordings);
  const path = folder.filePath(id);
  await copies?.ensureLocal(id);
  const reader = await openRecording(path, folder.journalPaths(id), `recording ${id}`);
  try {
    const { header, index } = reader;
    if (!index.hasFooter)
      throw new SgapsError(
        'OUT_OF_ORDER',
        `Recording ${id} is still being recorded, or was left by a crash that is not repaired.`,
      );
    if (header.archive) return { isNew: false, isArchive: true, places: index.snapshots.length, bytes: 0 };
    const kept = await cache.open(id, reader);
    if (kept) {
      const { places, bytes } = kept;
      await kept.close();
      return { isNew: false, isArchive: false, places, bytes };
    }
    const identity = await cache.identify(id, header);
    if (identity === null) throw new SgapsError('NOT_FOUND', `There is no recording ${id}.`);
    const shelf = await FileShelf.open({ bytes: SHELF_BYTES });
    try {
      const points = await survey(path, shelf, signal, onProgress);
      const bytes = await cache.save(id, header, shelf, { identity, points, signal, keep });
      return { isNew: true, isArchive: false, places: shelf.figures.places, bytes };
    } finally {
      await shelf.close();
    }
  } finally {
    await reader.close();
  }
}

/** Puts all states on the shelf, and resolves to the game's values. */
async function survey(
  path: string,
  shelf: FileShelf,
  signal: AbortSignal,
  onProgress: PrepareOptions['onProgress'],
): Promise<StatePoints | null> {
  const told: StatePoints[] = [];
  const surveying = surveyInWorker({ path }, { shelf, onPoints: (points) => told.push(points) });
  const timer = setInterval(() => onProgress?.(surveying.share), TELL_EVERY);
  const stop = () => void surveying.close();
  signal.addEventListener('abort', stop);
  try {
    if (signal.aborted || !(await surveying.done)) throw new SgapsError('CLOSED', 'The survey was given up.');
    return mergePoints(told);
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
    await surveying.close();
  }
}
