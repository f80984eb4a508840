export { Catalog, type CatalogQuery, type RecordingRow, type RecordingStatus } from './Catalog.js';
export { fileSource } from './files.js';
export { RecordingStore, type Recovery } from './RecordingStore.js';
export { type RecordingFigures, RecordingWriter, type RecordingWriterOptions } from './RecordingWriter.js';
export { recoverRecording } from './recoverRecording.js';
export { zstdCompressor } from './zstd.js';
