import { open } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type ByteSource, type RecordingHeader, RecordingReader, type RecordKind, SgapsError } from '@sgaps/protocol';
import { fileSource, toStorageError } from '../storage/files.js';
import { openRecording } from '../storage/openRecording.js';
import { recoverRecording } from '../storage/recoverRecording.js';
import { zstdCompressor } from '../storage/zstd.js';

const KINDS: readonly RecordKind[] = ['coordinates', 'pixels', 'event', 'snapshot', 'audio', 'pictures'];

/**
 * What a recording's file says of itself.
 *
 * @example
 * ```ts
 * const { hasFooter, error }: FileState = await readState('/data/recordings/a1.sgaps');
 * ```
 */
export interface FileState {
  readonly header: RecordingHeader | null;
  readonly hasFooter: boolean;
  /** False where its footer says something else than its chunks do; found by reading it whole. */
  readonly indexIsRight: boolean;
  /** Records that were read; 0 where it was not read whole. */
  readonly records: number;
  /** Why it cannot be read, or not to its end; null where it can. */
  readonly error: SgapsError | null;
}

/** Opens a file; with `deep` reads every chunk of it, and compares its index with them. */
export async function readState(path: string, deep: boolean): Promise<FileState> {
  let state: FileState = { header: null, hasFooter: false, indexIsRight: true, records: 0, error: null };
  let reader: RecordingReader;
  try {
    reader = await openRecording(path, [], 'it');
  } catch (error) {
    return { ...state, error: toStorageError(error, 'opening it') };
  }
  try {
    const { header, index } = reader;
    state = { ...state, header, hasFooter: index.hasFooter };
    if (index.damaged > 0)
      state = { ...state, error: new SgapsError('CHECKSUM_MISMATCH', `${index.damaged} stretches of it are damaged.`) };
    if (!deep) return state;
    let records = 0;
    try {
      for await (const _ of reader.records(0, { kinds: KINDS })) records++;
      return { ...state, records, indexIsRight: !index.hasFooter || (await isIndexRight(path, reader)) };
    } catch (error) {
      return { ...state, records, error: toStorageError(error, 'reading it') };
    }
  } finally {
    await reader.close();
  }
}

/** Builds the index anew from the chunks. */
export async function rebuildIndex(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    // What is not whole is no footer, and is cut off.
    const { size } = await file.stat();
    await file.truncate(size - 1);
  } finally {
    await file.close();
  }
  await recoverRecording(path, [], zstdCompressor);
}

async function isIndexRight(path: string, { index }: RecordingReader): Promise<boolean> {
  const source = await fileSource(path);
  const size = (await source.size()) - 1;
  // Without its last byte the footer is none: the chunks themselves are gone through.
  const cut: ByteSource = {
    size: async () => size,
    read: (offset, length) => source.read(offset, Math.max(0, Math.min(length, size - offset))),
    close: async () => source.close?.(),
  };
  const scanned = await RecordingReader.open(cut, { compressor: zstdCompressor });
  try {
    return isDeepStrictEqual(scanned.index.chunks, index.chunks) && isDeepStrictEqual(scanned.index.events, index.events);
  } finally {
    await scanned.close();
  }
}
