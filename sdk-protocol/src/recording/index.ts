export { type ChunkEntry, ChunkKind } from './chunk.js';
export { type EventMarker, encodeFooter, type FooterIndex } from './footer.js';
export {
  JOURNAL_HEADER_BYTES,
  JOURNAL_PREFIX_BYTES,
  type JournalContents,
  parseJournal,
  writeJournalHeader,
  writeJournalPrefix,
} from './journal.js';
export {
  type ArchiveInfo,
  encodeRecordingHeader,
  isRecordingId,
  type RecordingHeader,
  readRecordingHeader,
} from './RecordingHeader.js';
export { type RecordingIndex, RecordingReader, type RecordingReaderOptions, type RecordQuery } from './RecordingReader.js';
export { type RecordedEvent, readEvent } from './readEvent.js';
export { encodeSnapshot, NO_FRAME, RECORD_HEADER_BYTES, writeRecordHeader } from './record.js';
export { groupEntries, planRecovery, type RecoveryPlan } from './recovery.js';
export { sealEpoch } from './sealing.js';
export {
  type ByteSource,
  type Compressor,
  memorySource,
  RECORDING,
  type RecordingRecord,
  type RecordingSnapshot,
  type RecordKind,
} from './types.js';
