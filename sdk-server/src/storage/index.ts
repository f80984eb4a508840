export { Catalog, type CatalogQuery, type RecordingRow, type RecordingStatus } from './Catalog.js';
export { fileSource } from './files.js';
export { openRecording } from './openRecording.js';
export type { Recovery } from './RecordingRecovery.js';
export { RecordingStore } from './RecordingStore.js';
export { RecordingWriter, type RecordingWriterOptions } from './RecordingWriter.js';
export type { RecordingFigures } from './RecordTally.js';
export { recoverRecording } from './recoverRecording.js';
export { zstdCompressor } from './zstd.js';
