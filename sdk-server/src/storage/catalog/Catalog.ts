import {
  and,
  asc,
  type Column,
  count,
  desc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  ne,
  notInArray,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { AuditTable } from './AuditTable.js';
import { ask, type CatalogDatabase, pageLength } from './CatalogDatabase.js';
import { DeletionTable } from './DeletionTable.js';
import { GameTable } from './GameTable.js';
import { KeyTable } from './KeyTable.js';
import { openPostgres } from './postgresDatabase.js';
import type { CatalogQuery, ExpendableQuery, ExpendableRow, RecordingRow } from './rows.js';
import { takenBytes } from './schema.js';
import { openSqlite } from './sqliteDatabase.js';

/**
 * Options of `Catalog.open`.
 *
 * @example
 * ```ts
 * const options: CatalogOptions = { url: 'postgres://sgaps:…@db.example/sgaps' };
 * ```
 */
export interface CatalogOptions {
  /** A PostgreSQL database, `postgres://user:password@host:5432/database`. Default: SQLite, in the folder. */
  readonly url?: string;
}

/**
 * The list of all recordings, and beside it keys, the audit log and what is said of games: SQLite, one file in the data folder, or PostgreSQL, both through
 * Drizzle. Methods throw `STORAGE_FULL` or `STORAGE_FAILED`.
 *
 * @example
 * ```ts
 * const catalog = await Catalog.open('./.sgaps-data');
 * const { items, total } = await catalog.list({ limit: 20 });
 * ```
 */
export class Catalog {
  /** Keys that games record with. */
  readonly keys: KeyTable;
  /** Who did what. */
  readonly audit: AuditTable;
  /** What is said of single games: how long recordings are kept, and what they may take. */
  readonly games: GameTable;
  /** Recordings whose deletion was begun. */
  readonly deletions: DeletionTable;

  private constructor(private readonly database: CatalogDatabase) {
    this.keys = new KeyTable(database);
    this.audit = new AuditTable(database);
    this.games = new GameTable(database);
    this.deletions = new DeletionTable(database);
  }

  /**
   * Opens `catalog.sqlite` in `folder`, making both where they are missing, or the PostgreSQL database that `url` names, and brings it to this
   * version's tables. Throws `VERSION_UNSUPPORTED` for a catalog of a newer SGAPS, `ARGUMENT_INVALID` for an address that is none.
   *
   * @example
   * ```ts
   * const catalog = await Catalog.open('./.sgaps-data', { url: process.env.DATABASE_URL });
   * ```
   */
  static async open(folder: string, { url }: CatalogOptions = {}): Promise<Catalog> {
    return new Catalog(await (url ? openPostgres(url) : openSqlite(folder)));
  }

  /** True where several machines may have it open: PostgreSQL. */
  get shared(): boolean {
    return this.database.shared;
  }

  /** Where it is, as people may read it: a file, or a PostgreSQL server's address without the password. */
  get place(): string {
    return this.database.place;
  }

  /**
   * A page of rows and how many there are in all.
   *
   * @example
   * ```ts
   * const { items, total } = await catalog.list({ status: 'finished', search: 'plat' });
   * ```
   */
  async list(query: CatalogQuery = {}): Promise<{ items: RecordingRow[]; total: number }> {
    const { limit = 50, offset = 0, order = 'newest' } = query;
    const { db, tables } = this.database;
    const { recordings } = tables;
    const where = this.conditionOf(query);
    const by = order === 'newest' ? desc : asc;
    return ask(this.database, 'listing recordings', async () => {
      const items = await db
        .select()
        .from(recordings)
        .where(where)
        .orderBy(by(recordings.startedAt), by(recordings.id))
        .limit(pageLength(limit))
        .offset(Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.trunc(offset) || 0)));
      const [{ total }] = await db.select({ total: count() }).from(recordings).where(where);
      return { items, total };
    });
  }

  /**
   * The row of a recording, null if there is none.
   *
   * @example
   * ```ts
   * const row = await catalog.get('a1');
   * ```
   */
  async get(id: string): Promise<RecordingRow | null> {
    const { db, tables } = this.database;
    const { recordings } = tables;
    const rows = await ask(this.database, 'reading the catalog', () => db.select().from(recordings).where(eq(recordings.id, id)));
    return rows.at(0) ?? null;
  }

  /**
   * Adds a row, or replaces the one with its id.
   *
   * @example
   * ```ts
   * await catalog.upsert(row);
   * ```
   */
  async upsert(row: RecordingRow): Promise<void> {
    const { db, tables } = this.database;
    const { id, ...rest } = row;
    await ask(this.database, 'writing the catalog', () =>
      db
        .insert(tables.recordings)
        .values({ id, ...rest })
        .onConflictDoUpdate({ target: tables.recordings.id, set: rest }),
    );
  }

  /**
   * Changes the given columns; false where there is no such row.
   *
   * @example
   * ```ts
   * await catalog.update('a1', { meta: { ...row.meta, note: 'final' } });
   * ```
   */
  async update(id: string, patch: Partial<Omit<RecordingRow, 'id'>>): Promise<boolean> {
    if (Object.values(patch).every((value) => value === undefined)) return (await this.get(id)) !== null;
    const { db, tables } = this.database;
    const { recordings } = tables;
    const rows = await ask(this.database, 'writing the catalog', () =>
      db.update(recordings).set(patch).where(eq(recordings.id, id)).returning({ id: recordings.id }),
    );
    return rows.length > 0;
  }

  /**
   * Notes what a recording that is being made has taken by now; nothing where it has ended meanwhile.
   *
   * @example
   * ```ts
   * await catalog.noteProgress('a1', writer.figures);
   * ```
   */
  async noteProgress(
    id: string,
    figures: Pick<RecordingRow, 'frames' | 'bytes' | 'bytesUp' | 'bytesDown' | 'durationMs'>,
  ): Promise<void> {
    const { db, tables } = this.database;
    const { recordings } = tables;
    const { frames, bytes, bytesUp, bytesDown, durationMs } = figures;
    await ask(this.database, 'writing the catalog', () =>
      db
        .update(recordings)
        .set({ frames, bytes, bytesUp, bytesDown, durationMs })
        .where(and(eq(recordings.id, id), eq(recordings.status, 'recording'))),
    );
  }

  /**
   * A page of recordings that may be removed, the oldest first: none that is being made, none that is held.
   *
   * @example
   * ```ts
   * const rows = await catalog.expendable({ game: 'tank', endedBefore: Date.now() - 30 * 86_400_000 });
   * ```
   */
  async expendable(query: ExpendableQuery = {}): Promise<ExpendableRow[]> {
    const { game, except = [], endedBefore, after, limit = 500 } = query;
    const { db, tables } = this.database;
    const { recordings } = tables;
    const { id, startedAt } = recordings;
    return ask(this.database, 'finding recordings to remove', () =>
      db
        .select({ id, startedAt, game: recordings.game, bytes: takenBytes(recordings) })
        .from(recordings)
        .where(
          and(
            ne(recordings.status, 'recording'),
            isNull(recordings.held),
            game === undefined ? undefined : eq(recordings.game, game),
            except.length === 0 ? undefined : notInArray(recordings.game, [...except]),
            // Nothing ends before it starts: the first lets an index tell.
            endedBefore === undefined
              ? undefined
              : and(lt(startedAt, endedBefore), or(isNull(recordings.endedAt), lt(recordings.endedAt, endedBefore))),
            after === undefined
              ? undefined
              : or(gt(startedAt, after.startedAt), and(eq(startedAt, after.startedAt), gt(id, after.id))),
          ),
        )
        .orderBy(asc(startedAt), asc(id))
        .limit(pageLength(limit)),
    );
  }

  /** Makes what was deleted unreadable in the catalog's files, where they are on this machine. */
  async erase(): Promise<void> {
    await ask(this.database, 'erasing what was deleted', () => this.database.erase());
  }

  /**
   * Removes a row; false where there was none. The files are the store's: see `RecordingStore.delete`.
   *
   * @example
   * ```ts
   * await catalog.delete('a1');
   * ```
   */
  async delete(id: string): Promise<boolean> {
    const { db, tables } = this.database;
    const { recordings } = tables;
    const rows = await ask(this.database, 'deleting from the catalog', () =>
      db.delete(recordings).where(eq(recordings.id, id)).returning({ id: recordings.id }),
    );
    return rows.length > 0;
  }

  /**
   * Closes the database file, or the connections.
   *
   * @example
   * ```ts
   * await catalog.close();
   * ```
   */
  async close(): Promise<void> {
    await this.database.close();
  }

  private conditionOf(query: CatalogQuery): SQL | undefined {
    const { status, game, roomId, owner, continues, search, archived, stored, held, endedBefore, within } = query;
    const { recordings } = this.database.tables;
    const is = <T extends string>(column: Column, value: T | undefined): SQL | undefined =>
      value === undefined ? undefined : eq(column, value);
    const has = (column: Column, wanted: boolean | undefined): SQL | undefined =>
      wanted === undefined ? undefined : wanted ? isNotNull(column) : isNull(column);
    return and(
      is(recordings.status, status),
      is(recordings.game, game),
      is(recordings.roomId, roomId),
      owner === null ? isNull(recordings.owner) : is(recordings.owner, owner),
      is(recordings.continues, continues),
      has(recordings.archivedAt, archived),
      has(recordings.storedAt, stored),
      has(recordings.held, held),
      endedBefore === undefined ? undefined : lt(recordings.endedAt, endedBefore),
      within ? or(inArray(recordings.game, [...within.games]), inArray(recordings.id, [...within.ids])) : undefined,
      search ? or(this.contains(recordings.id, search), this.contains(recordings.game, search)) : undefined,
    );
  }

  /** Wildcards in a search are letters. */
  private contains(column: Column, search: string): SQL {
    const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
    return sql`${column} ${sql.raw(this.database.like)} ${sql.param(pattern, column)} ESCAPE '\\'`;
  }
}
