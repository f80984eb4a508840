import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** One row for each recording. Kept in step with `MIGRATIONS`. */
export const recordings = sqliteTable(
  'recordings',
  {
    id: text('id').primaryKey(),
    game: text('game').notNull(),
    engine: text('engine').notNull(),
    startedAt: real('started_at').notNull(),
    endedAt: real('ended_at'),
    durationMs: real('duration_ms').notNull(),
    frames: integer('frames').notNull(),
    bytes: integer('bytes').notNull(),
    bytesUp: integer('bytes_up').notNull(),
    bytesDown: integer('bytes_down').notNull(),
    gridWidth: integer('grid_width').notNull(),
    gridHeight: integer('grid_height').notNull(),
    fps: real('fps').notNull(),
    status: text('status', { enum: ['recording', 'finished', 'recovered', 'failed'] }).notNull(),
    modelId: text('model_id').notNull(),
    meta: text('meta', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    roomId: text('room_id'),
    archivedAt: real('archived_at'),
    archivedFrom: integer('archived_from'),
    archivedTo: integer('archived_to'),
    archiveModel: text('archive_model'),
  },
  (table) => [index('recordings_started').on(table.startedAt), index('recordings_status').on(table.status, table.startedAt)],
);
