import { and, asc, eq, isNotNull, isNull, lt } from 'drizzle-orm';
import { ask, type CatalogDatabase } from './CatalogDatabase.js';

/**
 * What became of a deletion that was begun: the recording has no row any more, or keeps it, being held.
 *
 * @example
 * ```ts
 * const begun: Begun = await catalog.deletions.begin('a1');
 * ```
 */
export type Begun = 'row deleted' | 'no row' | 'held';

/**
 * Recordings whose deletion was begun: `catalog.deletions`. They are noted first, then their rows go, then files and all else, then the note: whatever
 * ends a process in between, the next one goes on. Where several machines share the catalog, notes stay for a while, so that each removes what it has.
 *
 * @example
 * ```ts
 * for (const id of await catalog.deletions.pending()) await store.delete(id);
 * ```
 */
export class DeletionTable {
  constructor(private readonly database: CatalogDatabase) {}

  /** Notes that a recording is to go, and deletes its row; of one that is held neither. `inStore`: a blob store may have something of it though its row does not say so. */
  async begin(id: string, inStore = false): Promise<Begun> {
    const { db, tables } = this.database;
    const { deletions, recordings } = tables;
    return ask(this.database, `beginning to delete recording ${id}`, async () => {
      await db
        .insert(deletions)
        .values({ id, at: Date.now(), erasedAt: null, inStore: 0 })
        .onConflictDoUpdate({ target: deletions.id, set: { erasedAt: null } });
      const mine = eq(recordings.id, id);
      // Noted while the row is there to tell.
      const stored = db
        .select({ id: recordings.id })
        .from(recordings)
        .where(and(mine, isNotNull(recordings.storedAt)));
      if (inStore || (await stored).length > 0) await db.update(deletions).set({ inStore: 1 }).where(eq(deletions.id, id));
      const gone = await db
        .delete(recordings)
        .where(and(mine, isNull(recordings.held)))
        .returning({ id: recordings.id });
      if (gone.length > 0) return 'row deleted';
      const left = await db.select({ id: recordings.id }).from(recordings).where(mine);
      if (left.length === 0) return 'no row';
      await db.delete(deletions).where(eq(deletions.id, id));
      return 'held';
    });
  }

  /** All is gone that belonged to a recording. */
  async end(id: string): Promise<void> {
    const { db, tables, shared } = this.database;
    const { deletions } = tables;
    await ask(this.database, `noting that recording ${id} is deleted`, async () => {
      if (shared) await db.update(deletions).set({ erasedAt: Date.now(), inStore: 0 }).where(eq(deletions.id, id));
      else await db.delete(deletions).where(eq(deletions.id, id));
    });
  }

  /** Recordings of which something may be left, those that were to go first. */
  async pending(): Promise<string[]> {
    return this.ids(false);
  }

  /** Whether a blob store may have something of a recording that is to go. */
  async isInStore(id: string): Promise<boolean> {
    const { db, tables } = this.database;
    const { deletions } = tables;
    const rows = await ask(this.database, `reading the deletion of recording ${id}`, () =>
      db.select({ inStore: deletions.inStore }).from(deletions).where(eq(deletions.id, id)),
    );
    return rows[0]?.inStore === 1;
  }

  /** Recordings that were deleted by whichever machine. */
  async done(): Promise<string[]> {
    return this.ids(true);
  }

  /** Forgets those that were gone before a time, ms since 1970. */
  async trim(before: number): Promise<void> {
    const { db, tables } = this.database;
    const { deletions } = tables;
    await ask(this.database, 'trimming deletions', () => db.delete(deletions).where(lt(deletions.erasedAt, before)));
  }

  private async ids(erased: boolean): Promise<string[]> {
    const { db, tables } = this.database;
    const { deletions } = tables;
    const rows = await ask(this.database, 'reading deletions', () =>
      db
        .select({ id: deletions.id })
        .from(deletions)
        .where(erased ? isNotNull(deletions.erasedAt) : isNull(deletions.erasedAt))
        .orderBy(asc(deletions.at)),
    );
    return rows.map(({ id }) => id);
  }
}
