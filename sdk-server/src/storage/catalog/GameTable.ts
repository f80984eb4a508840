import { asc, count, eq, type SQL, sql } from 'drizzle-orm';
import { ask, type CatalogDatabase } from './CatalogDatabase.js';
import type { GameRow, GameUsage } from './rows.js';
import { type CatalogTables, takenBytes } from './schema.js';

const NOTHING_SAID = { keepDays: null, keepBytes: null, keepRecordings: null, quotaBytes: null, quotaRecordings: null };

/**
 * What is said of single games: `catalog.games`. A game needs no row to be recorded. Methods throw `STORAGE_FULL` or `STORAGE_FAILED`.
 *
 * @example
 * ```ts
 * await catalog.games.set({ game: 'tank', keepDays: 30 });
 * ```
 */
export class GameTable {
  constructor(private readonly database: CatalogDatabase) {}

  /**
   * What is said of a game, null if nothing is.
   *
   * @example
   * ```ts
   * const row = await catalog.games.get('tank');
   * ```
   */
  async get(game: string): Promise<GameRow | null> {
    const { db, tables } = this.database;
    const rows = await ask(this.database, 'reading a game', () =>
      db.select().from(tables.games).where(eq(tables.games.game, game)),
    );
    return rows.at(0) ?? null;
  }

  /**
   * Sets what is given, null for nothing of its own; the rest stays. Gives the whole row.
   *
   * @example
   * ```ts
   * await catalog.games.set({ game: 'tank', quotaBytes: 50e9 });
   * ```
   */
  async set(change: Pick<GameRow, 'game'> & Partial<GameRow>): Promise<GameRow> {
    const { db, tables } = this.database;
    const { games } = tables;
    const { game, keepDays, keepBytes, keepRecordings, quotaBytes, quotaRecordings } = change;
    const set = { game, keepDays, keepBytes, keepRecordings, quotaBytes, quotaRecordings };
    const [row] = await ask(this.database, 'setting what a game may take', () =>
      db.insert(games).values(set).onConflictDoUpdate({ target: games.game, set }).returning(),
    );
    return row;
  }

  /**
   * All games of which something is said, by name.
   *
   * @example
   * ```ts
   * for (const { game, quotaBytes } of await catalog.games.list()) show(game, quotaBytes);
   * ```
   */
  async list(): Promise<GameRow[]> {
    const { db, tables } = this.database;
    return ask(this.database, 'listing games', () => db.select().from(tables.games).orderBy(asc(tables.games.game)));
  }

  /**
   * All games that have recordings, or of which something is said, by name, with what they take.
   *
   * @example
   * ```ts
   * for (const { game, bytes, quotaBytes } of await catalog.games.listWithUsage()) show(game, bytes, quotaBytes);
   * ```
   */
  async listWithUsage(): Promise<(GameRow & GameUsage)[]> {
    const { db, tables } = this.database;
    const { recordings } = tables;
    const used = await ask(this.database, 'measuring games', () =>
      db
        .select({ game: recordings.game, recordings: count(), bytes: sumOf(recordings) })
        .from(recordings)
        .groupBy(recordings.game),
    );
    const all = new Map<string, GameRow & GameUsage>();
    for (const row of await this.list()) all.set(row.game, { ...row, recordings: 0, bytes: 0 });
    for (const usage of used) all.set(usage.game, { ...NOTHING_SAID, ...all.get(usage.game), ...usage });
    return [...all.values()].sort((a, b) => (a.game < b.game ? -1 : 1));
  }

  /**
   * Forgets what was said of a game; its recordings stay. False where nothing was.
   *
   * @example
   * ```ts
   * await catalog.games.delete('tank');
   * ```
   */
  async delete(game: string): Promise<boolean> {
    const { db, tables } = this.database;
    const { games } = tables;
    const rows = await ask(this.database, 'deleting a game', () =>
      db.delete(games).where(eq(games.game, game)).returning({ game: games.game }),
    );
    return rows.length > 0;
  }

  /**
   * What a game's recordings take, or those of all games; an archive counts as what it takes itself.
   *
   * @example
   * ```ts
   * const { recordings, bytes } = await catalog.games.usage('tank');
   * ```
   */
  async usage(game?: string): Promise<GameUsage> {
    const { db, tables } = this.database;
    const { recordings } = tables;
    const [usage] = await ask(this.database, 'measuring a game', () =>
      db
        .select({ recordings: count(), bytes: sumOf(recordings) })
        .from(recordings)
        .where(game === undefined ? undefined : eq(recordings.game, game)),
    );
    return usage;
  }
}

function sumOf(recordings: CatalogTables['recordings']): SQL<number> {
  return sql`coalesce(sum(${takenBytes(recordings)}), 0)`.mapWith(Number);
}
