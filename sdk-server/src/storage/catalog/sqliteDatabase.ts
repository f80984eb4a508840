import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, createClient, type Transaction } from '@libsql/client';
import type { SgapsError } from '@sgaps/protocol';
import { drizzle } from 'drizzle-orm/libsql';
import { toStorageError } from '../files.js';
import type { CatalogDatabase } from './CatalogDatabase.js';
import {
  type Execute,
  makeMigrationsTable,
  migrateCatalog,
  newerCatalog,
  noteMigration,
  readMigrations,
} from './migrateCatalog.js';
import { sqliteTables } from './schema.js';

/** How long a statement waits for another process (a backup, a shell) that holds the file. */
const BUSY_MS = 5000;
/** `PRAGMA user_version` since migrations are files: programs from before that go by it, and refuse what is newer than they are. */
const USER_VERSION = 3;
/** What brought a catalog from version 1 to 2, before migrations were files. */
const ARCHIVES = [
  'ALTER TABLE recordings ADD COLUMN archived_at REAL',
  'ALTER TABLE recordings ADD COLUMN archived_from INTEGER',
  'ALTER TABLE recordings ADD COLUMN archived_to INTEGER',
  'ALTER TABLE recordings ADD COLUMN archive_model TEXT',
];

/**
 * The catalog in `catalog.sqlite` of a folder; makes both where they are missing, and brings the file to this version's tables.
 *
 * @example
 * ```ts
 * const database = await openSqlite('./.sgaps-data');
 * ```
 */
export async function openSqlite(folder: string): Promise<CatalogDatabase> {
  const path = resolve(folder, 'catalog.sqlite');
  let client: Client | undefined;
  try {
    await mkdir(folder, { recursive: true });
    // One connection: settings of a connection hold for all statements.
    client = createClient({ url: pathToFileURL(path).href, concurrency: 1, timeout: BUSY_MS });
    await client.execute('PRAGMA journal_mode = WAL');
    // What is deleted is overwritten, not only forgotten.
    await client.execute('PRAGMA secure_delete = ON');
    await migrate(client);
    return databaseOf(client, path);
  } catch (error) {
    client?.close();
    throw toError(error, `opening the catalog in ${folder}`);
  }
}

function databaseOf(client: Client, path: string): CatalogDatabase {
  return {
    db: drizzle(client),
    tables: sqliteTables,
    like: 'LIKE',
    shared: false,
    place: path,
    toError,
    erase: async () => {
      await client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    },
    close: async () => client.close(),
  };
}

/** `BEGIN IMMEDIATE` is the lock: of several processes that start at once, one migrates, and the others find it done. */
async function migrate(client: Client): Promise<void> {
  const transaction = await client.transaction('write');
  try {
    const execute = executeIn(transaction);
    const migrations = readMigrations('sqlite');
    const [{ user_version: version }] = await execute('PRAGMA user_version');
    if (Number(version) > USER_VERSION) throw newerCatalog();
    if (version === 1 || version === 2) {
      if (version === 1) for (const statement of ARCHIVES) await execute(statement);
      await makeMigrationsTable(execute);
      await noteMigration(execute, migrations[0]);
    }
    await migrateCatalog(execute, migrations);
    await transaction.commit();
  } finally {
    transaction.close();
  }
}

function executeIn(transaction: Transaction): Execute {
  return async (sql) => (await transaction.execute(sql)).rows as unknown as Record<string, unknown>[];
}

function toError(cause: unknown, doing: string): SgapsError {
  const full = cause instanceof Error && (cause as { code?: unknown }).code === 'SQLITE_FULL';
  return toStorageError(full ? Object.assign(new Error('SQLITE_FULL', { cause }), { code: 'ENOSPC' }) : cause, doing);
}
