import { and, asc, eq, isNull } from 'drizzle-orm';
import { ask, type CatalogDatabase } from './CatalogDatabase.js';
import type { KeyRow } from './rows.js';

/**
 * Keys that games record with: `catalog.keys`. Methods throw `STORAGE_FULL` or `STORAGE_FAILED`.
 *
 * @example
 * ```ts
 * const keys = await catalog.keys.list({ game: 'tank' });
 * ```
 */
export class KeyTable {
  constructor(private readonly database: CatalogDatabase) {}

  /**
   * Adds a key. Throws also where its id is taken.
   *
   * @example
   * ```ts
   * await catalog.keys.add({ id, game: 'tank', hash, label: 'web build', createdAt: Date.now(), expiresAt: null, revokedAt: null });
   * ```
   */
  async add(row: KeyRow): Promise<void> {
    const { db, tables } = this.database;
    await ask(this.database, 'adding a key', () => db.insert(tables.keys).values(row));
  }

  /**
   * A key, null if there is none; also one that is revoked or has expired.
   *
   * @example
   * ```ts
   * const key = await catalog.keys.get('k1');
   * ```
   */
  async get(id: string): Promise<KeyRow | null> {
    const { db, tables } = this.database;
    const rows = await ask(this.database, 'reading a key', () => db.select().from(tables.keys).where(eq(tables.keys.id, id)));
    return rows.at(0) ?? null;
  }

  /**
   * All keys, or those of one game, the oldest first.
   *
   * @example
   * ```ts
   * const all = await catalog.keys.list();
   * ```
   */
  async list({ game }: { readonly game?: string } = {}): Promise<KeyRow[]> {
    const { db, tables } = this.database;
    const { keys } = tables;
    return ask(this.database, 'listing keys', () =>
      db
        .select()
        .from(keys)
        .where(game === undefined ? undefined : eq(keys.game, game))
        .orderBy(asc(keys.createdAt), asc(keys.id)),
    );
  }

  /**
   * Revokes a key from `at` on (ms since 1970); false where there is none that is good still.
   *
   * @example
   * ```ts
   * await catalog.keys.revoke('k1', Date.now());
   * ```
   */
  async revoke(id: string, at: number): Promise<boolean> {
    const { db, tables } = this.database;
    const { keys } = tables;
    const rows = await ask(this.database, 'revoking a key', () =>
      db
        .update(keys)
        .set({ revokedAt: at })
        .where(and(eq(keys.id, id), isNull(keys.revokedAt)))
        .returning({ id: keys.id }),
    );
    return rows.length > 0;
  }
}
