import { closeSync, fdatasync, ftruncate, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import {
  JOURNAL_HEADER_BYTES,
  JOURNAL_PREFIX_BYTES,
  parseJournal,
  RECORD_HEADER_BYTES,
  type RecordingRecord,
  type RecordKind,
  SgapsError,
  writeJournalHeader,
  writeJournalPrefix,
  writeRecordHeader,
} from '@sgaps/protocol';

const FIRST_BYTES = 128 * 1024;
/** A buffer that grew beyond this (snapshots) is given back when the journal restarts. */
const KEEP_BYTES = 1024 * 1024;
const datasync = promisify(fdatasync);
const truncate = promisify(ftruncate);

/**
 * One of the two journal files of an open recording. Its bytes are held in memory too: an append is one copy, one
 * checksum and one `write()`, and sealing needs no reading back.
 *
 * @example
 * ```ts
 * const journal = new JournalFile('/data/a1.journal');
 * journal.begin(0);
 * journal.append('pixels', 0, 33, 0, 3, packet);
 * ```
 */
export class JournalFile {
  /** Epoch of the records in it. */
  epoch = 0;
  /** Time of the first record, ms; meaningless while empty. */
  firstTime = 0;
  /** Something was written since the last `sync`. */
  dirty = false;
  private buffer = new Uint8Array(FIRST_BYTES);
  private view = new DataView(this.buffer.buffer);
  private length = 0;
  /** Bytes already in the file. */
  private written = 0;
  private readonly fd: number;

  constructor(path: string) {
    this.fd = openSync(path, 'w+');
  }

  /** No record since `begin`. */
  get empty(): boolean {
    return this.length <= JOURNAL_HEADER_BYTES;
  }

  /** Bytes of header and records. */
  get bytes(): number {
    return this.length;
  }

  /** Starts over with `epoch`; the file must be empty (new, or after `clear`). */
  begin(epoch: number): void {
    if (this.buffer.length > KEEP_BYTES) this.resize(FIRST_BYTES);
    this.epoch = epoch;
    writeJournalHeader(this.buffer, epoch);
    this.length = JOURNAL_HEADER_BYTES;
    this.written = 0;
  }

  /** Appends a record and hands it to the system; throws the system's error, leaving the records before as they were. */
  append(kind: RecordKind, sequence: number, time: number, firstFrame: number, lastFrame: number, bytes: Uint8Array): void {
    const at = this.length;
    const start = at + JOURNAL_PREFIX_BYTES;
    const end = start + RECORD_HEADER_BYTES + bytes.length;
    if (end > this.buffer.length) this.resize(Math.max(end, 2 * this.buffer.length));
    writeRecordHeader(this.view, start, kind, sequence, time, firstFrame, lastFrame, bytes.length);
    this.buffer.set(bytes, start + RECORD_HEADER_BYTES);
    writeJournalPrefix(this.buffer, this.view, at, end - start, this.epoch);
    if (this.empty) this.firstTime = time;
    this.dirty = true;
    const before = this.written;
    try {
      while (this.written < end) {
        const wrote = writeSync(this.fd, this.buffer, this.written, end - this.written, this.written);
        if (wrote === 0) throw new SgapsError('STORAGE_FULL', 'The system takes no more bytes for the journal.');
        this.written += wrote;
      }
    } catch (error) {
      this.written = before;
      throw error;
    }
    this.length = end;
  }

  /** The records in it, as views that hold until `begin`. */
  records(): readonly RecordingRecord[] {
    return parseJournal(this.buffer.subarray(0, this.length))?.records ?? [];
  }

  /** Waits until everything written is on the medium. */
  async sync(): Promise<void> {
    this.dirty = false;
    await datasync(this.fd);
  }

  /** Empties the file: its records are sealed. */
  async clear(): Promise<void> {
    await truncate(this.fd, 0);
    this.length = 0;
    this.written = 0;
    this.dirty = false;
  }

  /** Closes the file; it stays on disk. */
  close(): void {
    closeSync(this.fd);
  }

  private resize(bytes: number): void {
    const next = new Uint8Array(bytes);
    next.set(this.buffer.subarray(0, Math.min(this.length, bytes)));
    this.buffer = next;
    this.view = new DataView(next.buffer);
  }
}
