import { type ByteSource, isSgapsError, RecordingReader } from '@sgaps/protocol';
import { fileSource, toStorageError } from './files.js';
import { zstdCompressor } from './zstd.js';

/**
 * Opens a recording's file for reading, with its journals where there are any. Close the reader when done. Throws `NOT_FOUND`, and what
 * `RecordingReader.open` throws.
 *
 * @example
 * ```ts
 * const reader = await openRecording('/data/a1.sgaps', [], 'recording a1');
 * ```
 */
export async function openRecording(path: string, journalPaths: readonly string[], name: string): Promise<RecordingReader> {
  const sources: ByteSource[] = [];
  try {
    const source = await fileSource(path);
    sources.push(source);
    for (const journalPath of journalPaths) {
      const journal = await journalSource(journalPath);
      if (journal) sources.push(journal);
    }
    return await RecordingReader.open(source, { compressor: zstdCompressor, journals: sources.slice(1) });
  } catch (error) {
    for (const source of sources) await source.close?.();
    throw toStorageError(error, `opening ${name}`);
  }
}

/** A journal to read along; null where there is none, or no more: its recording may be closed at this moment. */
async function journalSource(path: string): Promise<ByteSource | null> {
  try {
    return await fileSource(path);
  } catch (error) {
    if (isSgapsError(error) && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
