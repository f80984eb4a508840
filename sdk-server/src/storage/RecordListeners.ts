import { NO_FRAME, type RecordingRecord, type RecordKind } from '@sgaps/protocol';

/**
 * Those who hear of every record a writer takes, within its `append`.
 *
 * @example
 * ```ts
 * const listeners = new RecordListeners((cause) => warn(cause));
 * const stop = listeners.subscribe((record) => wake());
 * ```
 */
export class RecordListeners {
  private readonly listeners = new Set<(record: RecordingRecord) => void>();

  /** `onThrow` hears what a listener threw; that one is removed. */
  constructor(private readonly onThrow: (cause: unknown) => void) {}

  subscribe(listener: (record: RecordingRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  clear(): void {
    this.listeners.clear();
  }

  /** Tells of a record; frames are `NO_FRAME` for none. */
  tell(kind: RecordKind, sequence: number, time: number, bytes: Uint8Array, first: number, last: number): void {
    if (this.listeners.size === 0) return;
    const named = first !== NO_FRAME;
    const frames = { firstFrame: named ? first : null, lastFrame: named ? last : null };
    const record: RecordingRecord = { kind, time, sequence, ...frames, bytes };
    for (const listener of this.listeners) {
      try {
        listener(record);
      } catch (cause) {
        this.listeners.delete(listener);
        this.onThrow(cause);
      }
    }
  }
}
