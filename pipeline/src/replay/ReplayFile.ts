import type { SnapshotShelf, StatePoints } from '@sgaps/core';
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
  /** States of it that are kept beside it, for all who watch it; absent: each has its own. */
  readonly shelf?: SnapshotShelf;
  /** Somebody looks at this time, ms: what follows it is to be made quick to go to first. */
  lookAt?(time: number): void;
  /** Tells the game's values over time: those that are known, and others as they are found, until the function that is returned is called. */
  states?(listener: (points: StatePoints) => void): () => void;
  /** Closes it, and its reader where that is still open. */
  close(): Promise<void>;
}
