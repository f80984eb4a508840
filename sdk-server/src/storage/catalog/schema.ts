import { type SQL, sql } from 'drizzle-orm';
import { bigint, bigserial, customType, doublePrecision, index as indexInPostgres, json, pgTable } from 'drizzle-orm/pg-core';
import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { RecordingStatus } from './rows.js';

/** What columns are made of in SQLite. */
const SQLITE = {
  table: sqliteTable,
  text: (name: string) => text(name),
  number: (name: string) => real(name),
  /** Up to 2^53. */
  whole: (name: string) => integer(name),
  json: (name: string) => text(name, { mode: 'json' }),
  counted: (name: string) => integer(name).primaryKey({ autoIncrement: true }),
  index,
};

/** PostgreSQL's text holds anything but NUL. */
const textWithoutNul = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => value.replaceAll('\0', '\uFFFD'),
});

/**
 * The same in PostgreSQL. Drizzle's two dialects are built and asked alike and differ in their types only, so that the tables and all that
 * asks them are written once, in SQLite's types, for which these stand in.
 */
const POSTGRES = {
  table: pgTable,
  text: (name: string) => textWithoutNul(name),
  number: (name: string) => doublePrecision(name),
  whole: (name: string) => bigint(name, { mode: 'number' }),
  // Not jsonb, which refuses NUL and half a surrogate pair.
  json: (name: string) => json(name),
  counted: (name: string) => bigserial(name, { mode: 'number' }).primaryKey(),
  index: indexInPostgres,
} as unknown as typeof SQLITE;

/** The catalog's tables. `migrations/` of the package makes them; a test holds the two together. */
function tablesOf({ table, text, number, whole, json, counted, index }: typeof SQLITE) {
  return {
    /** One row for each recording. */
    recordings: table(
      'recordings',
      {
        id: text('id').primaryKey(),
        game: text('game').notNull(),
        engine: text('engine').notNull(),
        startedAt: number('started_at').notNull(),
        endedAt: number('ended_at'),
        durationMs: number('duration_ms').notNull(),
        frames: whole('frames').notNull(),
        bytes: whole('bytes').notNull(),
        bytesUp: whole('bytes_up').notNull(),
        bytesDown: whole('bytes_down').notNull(),
        gridWidth: whole('grid_width').notNull(),
        gridHeight: whole('grid_height').notNull(),
        fps: number('fps').notNull(),
        status: text('status').$type<RecordingStatus>().notNull(),
        modelId: text('model_id').notNull(),
        meta: json('meta').$type<Record<string, string>>().notNull(),
        roomId: text('room_id'),
        archivedAt: number('archived_at'),
        archivedFrom: whole('archived_from'),
        archivedTo: whole('archived_to'),
        archiveModel: text('archive_model'),
        storedAt: number('stored_at'),
        held: text('held'),
        owner: text('owner'),
        continues: text('continues'),
      },
      (recordings) => [
        index('recordings_started').on(recordings.startedAt),
        index('recordings_status').on(recordings.status, recordings.startedAt),
        index('recordings_game').on(recordings.game, recordings.startedAt),
        index('recordings_continues').on(recordings.continues),
        // What a game takes is summed up from this alone.
        index('recordings_usage').on(recordings.game, recordings.bytes, recordings.archivedTo),
      ],
    ),
    /** Keys that games record with; of each only a hash. */
    keys: table('keys', {
      id: text('id').primaryKey(),
      game: text('game').notNull(),
      hash: text('hash').notNull(),
      label: text('label').notNull(),
      createdAt: number('created_at').notNull(),
      expiresAt: number('expires_at'),
      revokedAt: number('revoked_at'),
    }),
    /** Who did what. */
    audit: table(
      'audit',
      {
        id: counted('id'),
        at: number('at').notNull(),
        actor: text('actor').notNull(),
        action: text('action').notNull(),
        target: text('target').notNull(),
        detail: json('detail').$type<Record<string, string | number | boolean>>().notNull(),
        address: text('address').notNull(),
        requestId: text('request_id').notNull(),
      },
      (audit) => [index('audit_at').on(audit.at)],
    ),
    /** What games may take, and for how long it is kept. */
    games: table('games', {
      game: text('game').primaryKey(),
      keepDays: number('keep_days'),
      keepBytes: whole('keep_bytes'),
      keepRecordings: whole('keep_recordings'),
      quotaBytes: whole('quota_bytes'),
      quotaRecordings: whole('quota_recordings'),
    }),
    /** Recordings that were deleted: those of which something may be left, and, for a while, all others where several machines share the catalog. */
    deletions: table('deletions', {
      id: text('id').primaryKey(),
      at: number('at').notNull(),
      erasedAt: number('erased_at'),
      // 1: a blob store may have something of it.
      inStore: whole('in_store').notNull().default(0),
    }),
  };
}

/**
 * The catalog's tables, whichever database they are in.
 *
 * @example
 * ```ts
 * const { recordings }: CatalogTables = database.tables;
 * ```
 */
export type CatalogTables = ReturnType<typeof tablesOf>;

/** The tables in SQLite. */
export const sqliteTables: CatalogTables = tablesOf(SQLITE);

/** The tables in PostgreSQL. */
export const postgresTables: CatalogTables = tablesOf(POSTGRES);

/** What a recording takes, bytes; an archive what it takes itself. */
export function takenBytes({ archivedTo, bytes }: CatalogTables['recordings']): SQL<number> {
  return sql`coalesce(${archivedTo}, ${bytes})`.mapWith(Number);
}
