export {
  type AuditEntry,
  type AuditQuery,
  type AuditRow,
  type AuditTable,
  Catalog,
  type CatalogOptions,
  type CatalogQuery,
  type ExpendableQuery,
  type ExpendableRow,
  type GameRow,
  type GameTable,
  type GameUsage,
  type KeyRow,
  type KeyTable,
  type RecordingRow,
  type RecordingStatus,
} from './catalog/index.js';
export { fileSource } from './files.js';
export { openRecording } from './openRecording.js';
export type { UnfinishedDeletion } from './RecordingDeletion.js';
export type { Recovery } from './RecordingRecovery.js';
export { type RecordingOwners, RecordingStore } from './RecordingStore.js';
export { RecordingWriter, type RecordingWriterOptions } from './RecordingWriter.js';
export type { RecordingFigures } from './RecordTally.js';
export { recoverRecording } from './recoverRecording.js';
export { zstdCompressor } from './zstd.js';
