import type { RecordingReader, RecordingRecord, RecordKind } from '@sgaps/protocol';

/** What frames are made of: damage to the event track is none to them. */
const KINDS: readonly RecordKind[] = ['coordinates', 'pixels', 'pictures'];

/**
 * The records of a recording's frames one after the other, of one that grows also those that are there once its reader was refreshed.
 *
 * @example
 * ```ts
 * const walk = new RecordWalk(reader);
 * for (let record = await walk.next(); record; record = await walk.next()) take(record);
 * ```
 */
export class RecordWalk {
  /** Sequence of the last record given, −1 before the first. */
  sequence = -1;
  /** True once the last record there is was given. */
  atEnd = false;
  #records: AsyncGenerator<RecordingRecord> | null = null;
  /** How many records there were when `#records` began to give them. */
  #recordsThen = 0;

  constructor(private readonly reader: RecordingReader) {}

  /** The next record; null at the end of what is there. */
  async next(): Promise<RecordingRecord | null> {
    for (;;) {
      const recordsNow = this.reader.index.records;
      if (this.#records === null) this.#recordsThen = recordsNow;
      const records = this.#records ?? this.reader.records(0, { afterSequence: this.sequence, kinds: KINDS });
      this.#records = records;
      const { value: record, done } = await records.next();
      if (!done && record) {
        this.atEnd = false;
        this.sequence = record.sequence;
        return record;
      }
      if (this.#recordsThen === recordsNow) {
        this.atEnd = true;
        return null;
      }
      // Somebody has refreshed the reader since.
      await this.release();
    }
  }

  /** Goes on behind a record. */
  async goTo(sequence: number): Promise<void> {
    await this.release();
    this.sequence = sequence;
  }

  /** Looks for what was recorded since. */
  async refresh(): Promise<void> {
    if ((await this.reader.refresh()) && this.atEnd) await this.release();
  }

  /** Lets go of the chunks being read; it may go on. */
  async release(): Promise<void> {
    await this.#records?.return(undefined);
    this.#records = null;
    this.atEnd = false;
  }
}
