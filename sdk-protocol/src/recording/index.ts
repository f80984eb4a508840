export { type ChunkEntry, ChunkKind } from './chunk.js';
export { encodeFooter, type EventMarker, type FooterIndex } from './footer.js';
export { JOURNAL_HEADER_BYTES, JOURNAL_PREFIX_BYTES, parseJournal, type JournalContents, writeJournalHeader, writeJournalPrefix } from './journal.js';
export { RecordingReader, type RecordingIndex, type RecordingReaderOptions, type RecordQuery } from './RecordingReader.js';
export { encodeRecordingHeader, isRecordingId, readRecordingHeader, type RecordingHeader } from './RecordingHeader.js';
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
