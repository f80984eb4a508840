import type { RecordingReader } from '@sgaps/protocol';
import { ArchiveSource } from './ArchiveSource.js';
import { FrameSource } from './FrameSource.js';
import type { ReplaySource, ReplaySourceOptions } from './ReplaySource.js';

/**
 * The frames of a recording, whichever kind it is. The reader is the source's from then on.
 *
 * @example
 * ```ts
 * const source = openReplaySource(await store.open(id), { model, archiveModel });
 * ```
 */
export function openReplaySource(reader: RecordingReader, options: ReplaySourceOptions = {}): ReplaySource {
  return reader.header.archive ? new ArchiveSource(reader, options) : new FrameSource(reader, options.model);
}
