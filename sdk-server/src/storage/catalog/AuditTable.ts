import { and, desc, eq, lt } from 'drizzle-orm';
import { ask, type CatalogDatabase, pageLength } from './CatalogDatabase.js';
import type { AuditEntry, AuditQuery, AuditRow } from './rows.js';

/**
 * Who did what: `catalog.audit`. Entries are added and, when they are old, trimmed; none is ever changed. Methods throw `STORAGE_FULL` or
 * `STORAGE_FAILED`.
 *
 * @example
 * ```ts
 * const deletions = await catalog.audit.list({ action: 'recording.delete' });
 * ```
 */
export class AuditTable {
  constructor(private readonly database: CatalogDatabase) {}

  /**
   * Adds an entry.
   *
   * @example
   * ```ts
   * await catalog.audit.add({ at: Date.now(), actor, action: 'recording.delete', target: id, detail: {}, address, requestId });
   * ```
   */
  async add({ at, actor, action, target, detail, address, requestId }: AuditEntry): Promise<void> {
    const { db, tables } = this.database;
    await ask(this.database, 'adding to the audit log', () =>
      db.insert(tables.audit).values({ at, actor, action, target, detail: { ...detail }, address, requestId }),
    );
  }

  /**
   * A page of entries, the newest first.
   *
   * @example
   * ```ts
   * const next = await catalog.audit.list({ before: page.at(-1)?.id });
   * ```
   */
  async list({ action, actor, before, limit = 50 }: AuditQuery = {}): Promise<AuditRow[]> {
    const { db, tables } = this.database;
    const { audit } = tables;
    return ask(this.database, 'reading the audit log', () =>
      db
        .select()
        .from(audit)
        .where(
          and(
            action === undefined ? undefined : eq(audit.action, action),
            actor === undefined ? undefined : eq(audit.actor, actor),
            before === undefined ? undefined : lt(audit.id, before),
          ),
        )
        .orderBy(desc(audit.id))
        .limit(pageLength(limit)),
    );
  }

  /**
   * Removes entries from before a time, ms since 1970; tells how many.
   *
   * @example
   * ```ts
   * await catalog.audit.trim(Date.now() - 365 * 86_400_000);
   * ```
   */
  async trim(before: number): Promise<number> {
    const { db, tables } = this.database;
    const { audit } = tables;
    const rows = await ask(this.database, 'trimming the audit log', () =>
      db.delete(audit).where(lt(audit.at, before)).returning({ id: audit.id }),
    );
    return rows.length;
  }
}
