import { CHUNK_HEADER_BYTES, type ChunkEntry, readChunkHeader } from './chunk.js';
import { type EventMarker, encodeFooter, readFooter } from './footer.js';
import { readJournal } from './journal.js';
import { type RecordingHeader, readRecordingHeader } from './RecordingHeader.js';
import { epochIsWhole, scanChunks } from './scan.js';
import { sealEpoch } from './sealing.js';
import type { ByteSource, Compressor } from './types.js';

/**
 * What must be done to a recording that was not closed. Applied in this order it may itself be cut short at any point and
 * begun anew: cut the file to `keepBytes`, append `sealed`, flush, append `footer`, flush, and only then remove the journals.
 *
 * @example
 * ```ts
 * const plan = await planRecovery(source, journals, compressor);
 * ```
 */
export interface RecoveryPlan {
  readonly header: RecordingHeader;
  /** Bytes of the file that stay. */
  readonly keepBytes: number;
  /** The journals' records as chunks. */
  readonly sealed: readonly Uint8Array[];
  /** Footer and trailer; null when the file is already closed or its index is too big for one. */
  readonly footer: Uint8Array | null;
  /** True when a footer was found: only the journals are left to be removed. */
  readonly alreadyClosed: boolean;
  /** Records taken from the journals. */
  readonly recoveredRecords: number;
  /** Bytes cut off the file's end: the last, half-written chunk, whose records are in the journal. */
  readonly cutBytes: number;
}

/**
 * Works out how to close a recording that a crash left open. Reads and verifies everything; writes nothing. Damaged
 * stretches before the end are kept where they are and left out of the index.
 *
 * @example
 * ```ts
 * const plan = await planRecovery(memorySource(file), [memorySource(journal)], compressor);
 * ```
 */
export async function planRecovery(
  source: ByteSource,
  journals: readonly ByteSource[],
  compressor: Compressor,
): Promise<RecoveryPlan> {
  const size = await source.size();
  const { header, end } = await readRecordingHeader(source, size);
  if ((await readFooter(source, end, size, compressor)) !== null) {
    return { header, keepBytes: size, sealed: [], footer: null, alreadyClosed: true, recoveredRecords: 0, cutBytes: 0 };
  }
  const { chunks, events, tail } = await scanChunks(source, end, size, compressor, true);
  const open = (await Promise.all(journals.map(readJournal)))
    .filter((journal) => journal !== null)
    .filter((journal) => journal.records.length > 0 && !epochIsWhole(chunks, journal.epoch))
    .sort((a, b) => a.epoch - b.epoch);
  let keepBytes = tail;
  let markers: readonly EventMarker[] = events;
  const torn = open.at(0)?.epoch;
  if (torn !== undefined && chunks.at(-1)?.epoch === torn) {
    while (chunks.at(-1)?.epoch === torn) chunks.pop();
    const last = chunks.at(-1);
    keepBytes = last === undefined ? end : last.offset + CHUNK_HEADER_BYTES + last.packedLength;
    const firstOpen = open[0].records[0].sequence;
    markers = events.filter((event) => event.sequence < firstOpen);
  }
  const marks = [...markers];
  const sealed: Uint8Array[] = [];
  let offset = keepBytes;
  for (const journal of open) {
    const group = await sealEpoch(journal.epoch, journal.records, compressor);
    for (const entry of groupEntries(group, offset)) chunks.push(entry);
    for (const record of journal.records)
      if (record.kind === 'event') marks.push({ time: record.time, sequence: record.sequence });
    sealed.push(group);
    offset += group.length;
  }
  return {
    header,
    keepBytes,
    sealed,
    footer: await encodeFooter({ chunks, events: marks }, offset, compressor),
    alreadyClosed: false,
    recoveredRecords: open.reduce((sum, journal) => sum + journal.records.length, 0),
    cutBytes: size - keepBytes,
  };
}

/**
 * The index entries of chunks that `sealEpoch` made, when they are put at `offset`.
 *
 * @example
 * ```ts
 * for (const entry of groupEntries(group, endOfChunks)) chunks.push(entry);
 * ```
 */
export function groupEntries(group: Uint8Array, offset: number): ChunkEntry[] {
  const entries: ChunkEntry[] = [];
  for (let at = 0; at < group.length; ) {
    const entry = readChunkHeader(group, at, offset + at) as ChunkEntry;
    entries.push(entry);
    at += CHUNK_HEADER_BYTES + entry.packedLength;
  }
  return entries;
}
