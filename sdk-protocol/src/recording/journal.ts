import { crc32c } from '../bytes/crc32c.js';
import { isSgapsError, SgapsError } from '../errors.js';
import { RECORD_HEADER_BYTES, readRecord } from './record.js';
import { type ByteSource, RECORDING, type RecordingRecord } from './types.js';

/**
 * Journal header: u32 'SGJL', u16 version, u16 0, u32 epoch, u32 CRC32C of the 12 bytes before.
 *
 * @example
 * ```ts
 * const empty = journal.length <= JOURNAL_HEADER_BYTES;
 * ```
 */
export const JOURNAL_HEADER_BYTES = 16;
/**
 * Before each record of a journal: u32 bytes of the record, u32 CRC32C of the record seeded with the epoch.
 *
 * @example
 * ```ts
 * const record = at + JOURNAL_PREFIX_BYTES;
 * ```
 */
export const JOURNAL_PREFIX_BYTES = 8;
const MAGIC = 0x4c4a4753;

/**
 * Writes the header of a journal of `epoch` at the start of `bytes`.
 *
 * @example
 * ```ts
 * writeJournalHeader(buffer, epoch);
 * ```
 */
export function writeJournalHeader(bytes: Uint8Array, epoch: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, JOURNAL_HEADER_BYTES);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, RECORDING.version, true);
  view.setUint32(8, epoch, true);
  view.setUint32(12, crc32c(bytes, 0, 0, 12), true);
}

/**
 * Fills in the prefix at `at` of a record that already lies behind it, `length` bytes long.
 *
 * @example
 * ```ts
 * writeJournalPrefix(buffer, view, at, recordBytes, epoch);
 * ```
 */
export function writeJournalPrefix(bytes: Uint8Array, view: DataView, at: number, length: number, epoch: number): void {
  view.setUint32(at, length, true);
  const start = at + JOURNAL_PREFIX_BYTES;
  view.setUint32(at + 4, crc32c(bytes, epoch, start, start + length), true);
}

/**
 * What a journal holds: its good records up to the first torn one.
 *
 * @example
 * ```ts
 * const contents: JournalContents | null = parseJournal(bytes);
 * ```
 */
export interface JournalContents {
  readonly epoch: number;
  readonly records: readonly RecordingRecord[];
  /** Bytes of the header and the good records. */
  readonly goodBytes: number;
}

/**
 * The contents of a journal's bytes, null where not even its header is whole (nothing was ever appended to it).
 *
 * @example
 * ```ts
 * const records = parseJournal(bytes)?.records ?? [];
 * ```
 */
export function parseJournal(bytes: Uint8Array): JournalContents | null {
  const epoch = readJournalEpoch(bytes);
  if (epoch === null) return null;
  const { records, end } = parseJournalRecords(bytes, JOURNAL_HEADER_BYTES, epoch);
  return { epoch, records, goodBytes: end };
}

/** The epoch that a journal's header names, null where it is not whole. */
export function readJournalEpoch(bytes: Uint8Array): number | null {
  if (bytes.length < JOURNAL_HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, JOURNAL_HEADER_BYTES);
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(12, true) !== crc32c(bytes, 0, 0, 12)) return null;
  return view.getUint16(4, true) === RECORDING.version ? view.getUint32(8, true) : null;
}

/**
 * The good records of `epoch` from `at` on, and where they end. A torn record ends them; one that is damaged, with good ones behind it, is passed over.
 */
export function parseJournalRecords(bytes: Uint8Array, at: number, epoch: number): { records: RecordingRecord[]; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: RecordingRecord[] = [];
  let good = at;
  while (at + JOURNAL_PREFIX_BYTES + RECORD_HEADER_BYTES <= bytes.length) {
    const start = at + JOURNAL_PREFIX_BYTES;
    const end = start + view.getUint32(at, true);
    if (end < start + RECORD_HEADER_BYTES || end > bytes.length) break;
    const isGood = crc32c(bytes, epoch, start, end) === view.getUint32(at + 4, true);
    const record = isGood ? tryReadRecord(bytes, start, end) : null;
    if (record) {
      records.push(record);
      good = end;
    }
    at = end;
  }
  return { records, end: good };
}

/** Reads a whole journal, bounded by `RECORDING.journalBytes`. */
export async function readJournal(source: ByteSource): Promise<JournalContents | null> {
  const size = await source.size();
  if (size > RECORDING.journalBytes) throw SgapsError.limit('journal bytes', size, RECORDING.journalBytes);
  return parseJournal(await source.read(0, size));
}

/** Null for a record whose checksum is right but whose content is not: it ends the journal like a torn one. */
function tryReadRecord(bytes: Uint8Array, start: number, end: number): RecordingRecord | null {
  try {
    const { record, end: read } = readRecord(bytes, start, end);
    return read === end ? record : null;
  } catch (error) {
    if (isSgapsError(error)) return null;
    throw error;
  }
}
