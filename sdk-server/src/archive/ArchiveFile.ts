import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { archiveState } from '@sgaps/core';
import {
  encodeRecordingHeader,
  encodeSnapshot,
  type RecordingHeader,
  type RecordingRecord,
  type RecordKind,
} from '@sgaps/protocol';
import { ChunkFile } from '../storage/ChunkFile.js';
import { writeAll } from '../storage/files.js';
import { zstdCompressor } from '../storage/zstd.js';

/** Groups that are read together: some four seconds. Fewer would cost bytes in headers, more would be read for nothing by who seeks. */
const GROUPS_AT_ONCE = 4;

/**
 * A group of pictures as it goes into a file.
 *
 * @example
 * ```ts
 * const group: CodedGroup = { bytes, time: 1033, firstFrame: 0, lastFrame: 31, begins: 0, preview: webp };
 * ```
 */
export interface CodedGroup {
  readonly bytes: Uint8Array;
  /** ms of its record: not before its last picture. */
  readonly time: number;
  /** ms of its first picture. */
  readonly begins: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  readonly preview: Uint8Array | null;
}

/**
 * Writes an archive: a recording's file without ever being one that is open. Throws the system's errors.
 *
 * @example
 * ```ts
 * const file = await ArchiveFile.create('a1.archive.tmp', header);
 * await file.add(group, events);
 * await file.finish([]);
 * ```
 */
export class ArchiveFile {
  private readonly file: ChunkFile;
  private records: RecordingRecord[] = [];
  private readonly markers: { readonly time: number; readonly sequence: number }[] = [];
  private sequence = 0;
  private epoch = 0;
  private groups = 0;
  /** Bytes of payloads so far. */
  bytes = 0;

  private constructor(handle: FileHandle, headerBytes: number) {
    this.file = new ChunkFile(handle, headerBytes, zstdCompressor);
  }

  /** Begins a file, in the place of one that is there. */
  static async create(path: string, header: RecordingHeader): Promise<ArchiveFile> {
    const head = encodeRecordingHeader(header);
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC);
    try {
      await writeAll(handle, head, 0);
      return new ArchiveFile(handle, head.length);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Adds a group, with the snapshot that it is found by, and the events that come before it and within it. */
  async add(group: CodedGroup, events: readonly RecordingRecord[]): Promise<void> {
    const { begins, time, firstFrame, lastFrame, bytes, preview } = group;
    for (const event of events) if (event.time < begins) this.addEvent(event);
    this.append('snapshot', begins, firstFrame, firstFrame, encodeSnapshot(archiveState(), preview ?? undefined));
    for (const event of events) if (event.time >= begins) this.addEvent(event);
    this.append('pictures', time, firstFrame, lastFrame, bytes);
    if (++this.groups % GROUPS_AT_ONCE === 0) await this.seal();
  }

  /** Adds the events behind the last group, and writes the index; on the medium when this resolves. */
  async finish(events: readonly RecordingRecord[]): Promise<void> {
    for (const event of events) this.addEvent(event);
    await this.seal();
    await this.file.finish(this.markers);
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private addEvent({ time, bytes, firstFrame, lastFrame }: RecordingRecord): void {
    this.markers.push({ time, sequence: this.sequence });
    this.append('event', time, firstFrame, lastFrame, bytes);
  }

  private append(kind: RecordKind, time: number, firstFrame: number | null, lastFrame: number | null, bytes: Uint8Array): void {
    this.records.push({ kind, time, sequence: this.sequence++, firstFrame, lastFrame, bytes });
    this.bytes += bytes.length;
  }

  private async seal(): Promise<void> {
    if (this.records.length === 0) return;
    await this.file.seal(this.epoch++, this.records);
    this.records = [];
  }
}
