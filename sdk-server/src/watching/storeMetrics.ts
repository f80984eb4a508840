import { isSgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import { Counter, Histogram } from 'prom-client';
import { metrics } from './registry.js';

const registers = [metrics];
/** From a fast disk to one that hangs, s. */
const DISK_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Times and counts what the store does: journals, chunks, catalog.
 *
 * @example
 * ```ts
 * const done = storeMetrics.sync.startTimer();
 * await file.datasync();
 * done();
 * ```
 */
export const storeMetrics = {
  sync: new Histogram({
    name: 'sgaps_fsync_seconds',
    help: 'What the medium took to confirm journals and chunks; appends themselves are stage `store` of the loop.',
    buckets: DISK_SECONDS,
    registers,
  }),
  seal: new Histogram({
    name: 'sgaps_seal_seconds',
    help: 'What sealing a journal into chunks took, packing, writing and confirming included.',
    buckets: DISK_SECONDS,
    registers,
  }),
  chunkBytes: new Counter({
    name: 'sgaps_chunk_bytes_total',
    help: 'Bytes of sealed chunks.',
    registers,
  }),
  errors: new Counter({
    name: 'sgaps_storage_errors_total',
    help: 'Failures of disk, blob store and catalog, by error code.',
    labelNames: ['code'],
    registers,
  }),
  catalogQuery: new Histogram({
    name: 'sgaps_catalog_query_seconds',
    help: 'What a query of the catalog took, by kind.',
    labelNames: ['query'],
    buckets: DISK_SECONDS,
    registers,
  }),
} as const;

for (const code of ['STORAGE_FAILED', 'STORAGE_FULL'] satisfies SgapsErrorCode[]) storeMetrics.errors.inc({ code }, 0);

/**
 * Counts a failure of the storage; errors of another kind are passed over.
 *
 * @example
 * ```ts
 * noteStorageError(error);
 * ```
 */
export function noteStorageError(error: unknown): void {
  if (isSgapsError(error) && error.code.startsWith('STORAGE')) storeMetrics.errors.inc({ code: error.code });
}

/**
 * Times a query of the catalog, and counts where it fails.
 *
 * @example
 * ```ts
 * const rows = await timedQuery('list', () => db.select().from(recordings));
 * ```
 */
export async function timedQuery<T>(query: string, work: () => Promise<T>): Promise<T> {
  const done = storeMetrics.catalogQuery.startTimer({ query });
  try {
    return await work();
  } catch (error) {
    noteStorageError(error);
    throw error;
  } finally {
    done();
  }
}
