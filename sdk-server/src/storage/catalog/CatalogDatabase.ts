import type { SgapsError } from '@sgaps/protocol';
import type { BaseSQLiteDatabase } from 'drizzle-orm/sqlite-core';
import { timedQuery } from '../../watching/storeMetrics.js';
import type { CatalogTables } from './schema.js';

/**
 * A database that a catalog is in. `db` and `tables` have SQLite's types also where PostgreSQL stands behind them: only what both have may be asked of
 * them (select, insert, update, delete, each with `returning`).
 *
 * @example
 * ```ts
 * const database: CatalogDatabase = await openSqlite('./.sgaps-data');
 * ```
 */
export interface CatalogDatabase {
  readonly db: Pick<BaseSQLiteDatabase<'async', unknown>, 'select' | 'insert' | 'update' | 'delete'>;
  readonly tables: CatalogTables;
  /** The operator that compares with a pattern, letter case of A to Z aside. */
  readonly like: 'LIKE' | 'ILIKE';
  /** Several machines may have it open, each with a data folder of its own. */
  readonly shared: boolean;
  /** Where it is, as people may read it: no password. */
  readonly place: string;
  /** What a failure of it means. */
  toError(cause: unknown, doing: string): SgapsError;
  /** Makes what was deleted unreadable in its files, as far as it has any here. */
  erase(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Does `work` at a database; its failures become `STORAGE_FULL` or `STORAGE_FAILED`.
 *
 * @example
 * ```ts
 * const rows = await ask(database, 'listing games', () => database.db.select().from(database.tables.games));
 * ```
 */
export async function ask<T>(database: CatalogDatabase, doing: string, work: () => PromiseLike<T>): Promise<T> {
  // By its verb: listing, reading, writing.
  return timedQuery(doing.split(' ', 1)[0], async () => {
    try {
      return await work();
    } catch (error) {
      // Drizzle's own error repeats the statement's values; what the database said is behind it.
      throw database.toError(error instanceof Error && error.cause !== undefined ? error.cause : error, doing);
    }
  });
}

/** A page's length within its bounds. */
export function pageLength(limit: number): number {
  return Math.min(500, Math.max(1, Math.trunc(limit) || 1));
}
