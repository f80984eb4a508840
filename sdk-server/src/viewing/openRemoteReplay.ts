import type { ReplayFile } from '@sgaps/pipeline';
import { isRecordingId, RecordingReader, SgapsError } from '@sgaps/protocol';
import { zstdCompressor } from '../storage/zstd.js';

/**
 * Opens a finished recording of another machine's server, by ranges of its download. Throws `NOT_FOUND`, `UNAUTHORIZED` or `STORAGE_FAILED` where it cannot be had, and what
 * `RecordingReader.open` throws.
 *
 * @example
 * ```ts
 * const file = await openRemoteReplay('https://replays.example.com', 'a1');
 * ```
 */
export async function openRemoteReplay(server: string, id: string, token?: string): Promise<ReplayFile> {
  if (!isRecordingId(id)) throw new SgapsError('ARGUMENT_INVALID', 'That is no recording id.');
  const { HttpSource } = await import('@sgaps/player');
  const base = server.endsWith('/') ? server : `${server}/`;
  const source = await HttpSource.open(new URL(`api/recordings/${id}/download`, base).href, token);
  const reader = await RecordingReader.open(source, { compressor: zstdCompressor });
  // It does not grow.
  return { reader, watch: () => () => undefined, close: () => reader.close() };
}
