import type { RecordingReader } from '@sgaps/protocol';

/**
 * A recording as the replay scene needs it; whoever opens recordings on this machine gives it.
 *
 * @example
 * ```ts
 * const file: ReplayFile = { reader, watch: (changed) => watchFolder(folder, changed), close: () => reader.close() };
 * ```
 */
export interface ReplayFile {
  readonly reader: RecordingReader;
  /** Calls back when the recording may have grown, until the function that is returned is called. */
  watch(changed: () => void): () => void;
  close(): Promise<void>;
}
