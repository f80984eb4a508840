import type { FileHandle } from 'node:fs/promises';
import {
  type ChunkEntry,
  type Compressor,
  type EventMarker,
  encodeFooter,
  groupEntries,
  type RecordingRecord,
  sealEpoch,
} from '@sgaps/protocol';
import { writeAll } from './files.js';
import { syncGate } from './SyncGate.js';

/**
 * The `.sgaps` file of an open recording: sealed chunks behind its header, at the end a footer. Throws the system's errors.
 *
 * @example
 * ```ts
 * const file = new ChunkFile(handle, headerBytes, compressor);
 * await file.seal(journal.epoch, journal.records());
 * await file.finish(markers);
 * ```
 */
export class ChunkFile {
  private readonly chunks: ChunkEntry[] = [];

  constructor(
    private readonly handle: FileHandle,
    /** End of the sealed chunks. */
    private end: number,
    private readonly compressor: Compressor,
  ) {}

  /** Appends the records of one epoch as chunks, on the medium when this resolves; how many bytes they take. A failed one may be done again. */
  async seal(epoch: number, records: readonly RecordingRecord[]): Promise<number> {
    const group = await sealEpoch(epoch, records, this.compressor);
    await writeAll(this.handle, group, this.end);
    await syncGate.run(() => this.handle.datasync());
    for (const entry of groupEntries(group, this.end)) this.chunks.push(entry);
    this.end += group.length;
    return group.length;
  }

  /** Writes the footer; on the medium when this resolves. */
  async finish(events: readonly EventMarker[]): Promise<void> {
    const footer = await encodeFooter({ chunks: this.chunks, events: [...events] }, this.end, this.compressor);
    // A seal that failed and was done again may have left bytes behind the end, where readers look for the footer.
    await this.handle.truncate(this.end);
    if (footer) await writeAll(this.handle, footer, this.end);
    await syncGate.run(() => this.handle.datasync());
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
