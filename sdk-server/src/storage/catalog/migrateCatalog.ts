import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SgapsError } from '@sgaps/protocol';
import { readMigrationFiles } from 'drizzle-orm/migrator';

/** Which migrations a database has had, in the form of Drizzle's own migrator; `drizzle-kit` takes its name as `migrations.table`. */
const MIGRATIONS_TABLE = 'sgaps_migrations';

/** One migration: its statements, and when it was made, which tells their order. */
export type Migration = ReturnType<typeof readMigrationFiles>[number];

/** The migrations of a dialect, the oldest first. They are only ever added, never changed. */
export function readMigrations(dialect: 'sqlite' | 'postgres'): Migration[] {
  // Of the package: two or four folders up, from what is built and from the sources.
  const found = ['../migrations', '../../../migrations']
    .map((folder) => fileURLToPath(new URL(`${folder}/${dialect}`, import.meta.url)))
    .find((folder) => existsSync(`${folder}/meta/_journal.json`));
  if (!found)
    throw new SgapsError('NOT_FOUND', `The package @sgaps/server lacks its folder migrations/${dialect}; install it anew.`);
  return readMigrationFiles({ migrationsFolder: found });
}

/** Runs a statement within the transaction that holds the lock. */
export type Execute = (sql: string) => Promise<readonly Record<string, unknown>[]>;

/**
 * Applies the migrations that a database lacks. The caller holds a lock that no other process gets meanwhile, in a transaction. Throws
 * `VERSION_UNSUPPORTED` for a database of a newer SGAPS.
 *
 * @example
 * ```ts
 * await migrateCatalog(execute, readMigrations('postgres'));
 * ```
 */
export async function migrateCatalog(execute: Execute, migrations: readonly Migration[]): Promise<void> {
  await makeMigrationsTable(execute);
  const [{ last }] = await execute(`SELECT max(created_at) AS last FROM ${MIGRATIONS_TABLE}`);
  const had = Number(last ?? 0);
  if (had > (migrations.at(-1)?.folderMillis ?? 0)) throw newerCatalog();
  for (const migration of migrations) {
    if (migration.folderMillis <= had) continue;
    for (const statement of migration.sql) await execute(statement);
    await noteMigration(execute, migration);
  }
}

/** Notes that a database has had a migration. */
export async function noteMigration(execute: Execute, { hash, folderMillis }: Migration): Promise<void> {
  await execute(`INSERT INTO ${MIGRATIONS_TABLE} (hash, created_at) VALUES ('${hash}', ${folderMillis})`);
}

/** Makes the list of migrations where it is missing. */
export async function makeMigrationsTable(execute: Execute): Promise<void> {
  await execute(
    `CREATE TABLE IF NOT EXISTS ${MIGRATIONS_TABLE} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint NOT NULL)`,
  );
}

/** What is said of a database that this program is too old for. */
export function newerCatalog(): SgapsError {
  return new SgapsError(
    'VERSION_UNSUPPORTED',
    'The catalog was made by a newer SGAPS. Run that version or a later one, or restore the copy from before the upgrade.',
  );
}
