import { SgapsError } from '../errors.js';
import { JOURNAL_HEADER_BYTES, parseJournalRecords, readJournalEpoch } from './journal.js';
import { type ByteSource, RECORDING, type RecordingRecord } from './types.js';

/**
 * Reads a journal that is being written, time and again, each byte of it once. One that was emptied and begun anew says another epoch.
 *
 * @example
 * ```ts
 * const tail = new JournalTail(source);
 * if ((await tail.read()) !== null) for (const record of tail.records) show(record);
 * ```
 */
export class JournalTail {
  /** The good records so far. */
  records: RecordingRecord[] = [];
  private epoch: number | null = null;
  /** Where the last good record ends. */
  private end = 0;

  constructor(private readonly source: ByteSource) {}

  /** Takes in what was appended; the epoch of the records, null where there are none. */
  async read(): Promise<number | null> {
    const size = await this.source.size();
    if (size > RECORDING.journalBytes) throw SgapsError.limit('journal bytes', size, RECORDING.journalBytes);
    const epoch = size < JOURNAL_HEADER_BYTES ? null : readJournalEpoch(await this.source.read(0, JOURNAL_HEADER_BYTES));
    if (epoch === null || epoch !== this.epoch || size < this.end) {
      this.epoch = epoch;
      this.records = [];
      this.end = JOURNAL_HEADER_BYTES;
    }
    if (epoch !== null && size > this.end) {
      // Begun anew at this very moment, its records are of another epoch, and none is taken.
      const { records, end } = parseJournalRecords(await this.source.read(this.end, size - this.end), 0, epoch);
      for (const record of records) this.records.push(record);
      this.end += end;
    }
    return this.records.length > 0 ? this.epoch : null;
  }

  async close(): Promise<void> {
    await this.source.close?.();
  }
}
