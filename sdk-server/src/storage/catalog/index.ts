export type { AuditTable } from './AuditTable.js';
export { Catalog, type CatalogOptions } from './Catalog.js';
export type { GameTable } from './GameTable.js';
export type { KeyTable } from './KeyTable.js';
export type {
  AuditEntry,
  AuditQuery,
  AuditRow,
  CatalogQuery,
  ExpendableQuery,
  ExpendableRow,
  GameRow,
  GameUsage,
  KeyRow,
  RecordingRow,
  RecordingStatus,
} from './rows.js';
