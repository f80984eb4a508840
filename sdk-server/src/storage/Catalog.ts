import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import { and, asc, count, desc, eq, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import { drizzle, type LibSQLDatabase } from 'drizzle-orm/libsql';
import { toStorageError } from './files.js';
import { migrateCatalog } from './migrations.js';
import { recordings } from './schema.js';

/**
 * What a recording's row says about its life: being written, closed in order, closed by recovery after a crash, or stopped
 * by its storage.
 *
 * @example
 * ```ts
 * const live = await catalog.list({ status: 'recording' });
 * ```
 */
export type RecordingStatus = 'recording' | 'finished' | 'recovered' | 'failed';

/**
 * One recording in the catalog. Times in ms (`startedAt`, `endedAt` since 1970), bytes are payloads; `bytesUp` from the
 * client, `bytesDown` to it.
 *
 * @example
 * ```ts
 * const row = await catalog.get('a1');
 * ```
 */
export interface RecordingRow {
  readonly id: string;
  readonly game: string;
  readonly engine: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly durationMs: number;
  readonly frames: number;
  readonly bytes: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly gridWidth: number;
  readonly gridHeight: number;
  readonly fps: number;
  readonly status: RecordingStatus;
  readonly modelId: string;
  readonly meta: Record<string, string>;
  readonly roomId: string | null;
  /** When it was archived; null for a recording that is not. */
  readonly archivedAt: number | null;
  /** Bytes of the file, before and after; null as that. */
  readonly archivedFrom: number | null;
  readonly archivedTo: number | null;
  /** The model that decodes it, name@version; '' where none is needed; null as that. */
  readonly archiveModel: string | null;
}

/**
 * Which rows `Catalog.list` gives: all conditions must hold. `search` is looked for in id and game, letter case aside.
 *
 * @example
 * ```ts
 * await catalog.list({ game: 'platformer', limit: 20, offset: 40 });
 * ```
 */
export interface CatalogQuery {
  readonly status?: RecordingStatus;
  readonly game?: string;
  readonly roomId?: string;
  readonly search?: string;
  /** Only archives, or only recordings that are none. */
  readonly archived?: boolean;
  /** Only those that ended before, ms since 1970. */
  readonly endedBefore?: number;
  /** 1 … 500, default 50; larger and smaller values are brought into range. */
  readonly limit?: number;
  /** Default 0. */
  readonly offset?: number;
  /** By start time; default 'newest'. */
  readonly order?: 'newest' | 'oldest';
}

/** How long a statement waits for another process (a backup, a shell) that holds the file. */
const BUSY_MS = 5000;

/**
 * The list of all recordings: SQLite through Drizzle, one file in the data folder. Methods throw `STORAGE_FULL` or `STORAGE_FAILED`.
 *
 * @example
 * ```ts
 * const catalog = await Catalog.open('./.sgaps-data');
 * const { items, total } = await catalog.list({ limit: 20 });
 * ```
 */
export class Catalog {
  private constructor(
    private readonly client: Client,
    private readonly db: LibSQLDatabase,
  ) {}

  /**
   * Opens `catalog.sqlite` in `folder`, making both where they are missing, and brings it to this version's tables.
   *
   * @example
   * ```ts
   * const catalog = await Catalog.open('./.sgaps-data');
   * ```
   */
  static async open(folder: string): Promise<Catalog> {
    let client: Client | undefined;
    try {
      await mkdir(folder, { recursive: true });
      client = createClient({ url: pathToFileURL(resolve(folder, 'catalog.sqlite')).href, concurrency: 1, timeout: BUSY_MS });
      await client.execute('PRAGMA journal_mode = WAL');
      await migrateCatalog(client);
      return new Catalog(client, drizzle(client));
    } catch (error) {
      client?.close();
      throw toStorageError(error, `opening the catalog in ${folder}`);
    }
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
    const { status, game, roomId, search, archived, endedBefore, limit = 50, offset = 0, order = 'newest' } = query;
    const pattern = `%${(search ?? '').replace(/[\\%_]/g, '\\$&')}%`;
    const where = and(
      status === undefined ? undefined : eq(recordings.status, status),
      game === undefined ? undefined : eq(recordings.game, game),
      roomId === undefined ? undefined : eq(recordings.roomId, roomId),
      archived === undefined ? undefined : archived ? isNotNull(recordings.archivedAt) : isNull(recordings.archivedAt),
      endedBefore === undefined ? undefined : lt(recordings.endedAt, endedBefore),
      search
        ? or(sql`${recordings.id} LIKE ${pattern} ESCAPE '\\'`, sql`${recordings.game} LIKE ${pattern} ESCAPE '\\'`)
        : undefined,
    );
    const by = order === 'newest' ? desc : asc;
    return this.run('listing recordings', async () => {
      const items = await this.db
        .select()
        .from(recordings)
        .where(where)
        .orderBy(by(recordings.startedAt), by(recordings.id))
        .limit(Math.min(500, Math.max(1, Math.trunc(limit) || 1)))
        .offset(Math.max(0, Math.trunc(offset) || 0));
      const [{ total }] = await this.db.select({ total: count() }).from(recordings).where(where);
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
    const rows = await this.run('reading the catalog', () =>
      this.db.select().from(recordings).where(eq(recordings.id, id)).limit(1),
    );
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
    const { id, ...rest } = row;
    await this.run('writing the catalog', () =>
      this.db
        .insert(recordings)
        .values({ id, ...rest })
        .onConflictDoUpdate({ target: recordings.id, set: rest }),
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
    const { rowsAffected } = await this.run('writing the catalog', () =>
      this.db.update(recordings).set(patch).where(eq(recordings.id, id)),
    );
    return rowsAffected > 0;
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
    const { rowsAffected } = await this.run('deleting from the catalog', () =>
      this.db.delete(recordings).where(eq(recordings.id, id)),
    );
    return rowsAffected > 0;
  }

  /** Closes the database file. */
  close(): void {
    this.client.close();
  }

  private async run<T>(doing: string, work: () => PromiseLike<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      const full = cause instanceof Error && (cause as { code?: unknown }).code === 'SQLITE_FULL';
      throw toStorageError(full ? Object.assign(new Error('SQLITE_FULL', { cause }), { code: 'ENOSPC' }) : cause, doing);
    }
  }
}
