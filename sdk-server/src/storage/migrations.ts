import type { Client } from '@libsql/client';

/**
 * Each entry brings the catalog one version further, in one transaction. Entries are only ever added, never changed: a
 * catalog remembers by number (`PRAGMA user_version`) which it has.
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE recordings (
      id TEXT PRIMARY KEY NOT NULL,
      game TEXT NOT NULL,
      engine TEXT NOT NULL,
      started_at REAL NOT NULL,
      ended_at REAL,
      duration_ms REAL NOT NULL,
      frames INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      bytes_up INTEGER NOT NULL,
      bytes_down INTEGER NOT NULL,
      grid_width INTEGER NOT NULL,
      grid_height INTEGER NOT NULL,
      fps REAL NOT NULL,
      status TEXT NOT NULL,
      model_id TEXT NOT NULL,
      meta TEXT NOT NULL,
      room_id TEXT
    )`,
    'CREATE INDEX recordings_started ON recordings (started_at)',
    'CREATE INDEX recordings_status ON recordings (status, started_at)',
  ],
  [
    'ALTER TABLE recordings ADD COLUMN archived_at REAL',
    'ALTER TABLE recordings ADD COLUMN archived_from INTEGER',
    'ALTER TABLE recordings ADD COLUMN archived_to INTEGER',
    'ALTER TABLE recordings ADD COLUMN archive_model TEXT',
  ],
];

/** Applies the migrations a catalog lacks; returns its version. Throws for a catalog of a newer SGAPS. */
export async function migrateCatalog(client: Client): Promise<number> {
  const { rows } = await client.execute('PRAGMA user_version');
  const version = Number(rows[0]?.user_version ?? 0);
  if (version > MIGRATIONS.length) throw new Error(`the catalog has version ${version}, this SGAPS knows ${MIGRATIONS.length}`);
  for (let next = version; next < MIGRATIONS.length; next++) {
    await client.batch([...MIGRATIONS[next], `PRAGMA user_version = ${next + 1}`], 'write');
  }
  return MIGRATIONS.length;
}
