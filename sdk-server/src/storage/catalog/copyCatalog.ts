import { SgapsError } from '@sgaps/protocol';
import type { Catalog } from './Catalog.js';
import type { AuditRow } from './rows.js';

/** Rows read at once. */
const PAGE = 500;

/**
 * Copies all of a catalog into an empty one, as when one goes from SQLite to PostgreSQL; tells how many recordings there are. No server may use either meanwhile. Throws
 * `ARGUMENT_INVALID` where the other is not empty.
 *
 * @example
 * ```ts
 * const recordings = await copyCatalog(await Catalog.open(data), await Catalog.open(data, { url }));
 * ```
 */
export async function copyCatalog(from: Catalog, to: Catalog): Promise<number> {
  const others = [
    (await to.list({ limit: 1 })).items,
    await to.keys.list(),
    await to.games.list(),
    await to.audit.list({ limit: 1 }),
  ];
  if (others.some((rows) => rows.length > 0))
    throw new SgapsError('ARGUMENT_INVALID', `There is something in ${to.place} already; copy into an empty database.`);
  for (const row of await from.games.list()) await to.games.set(row);
  for (const row of await from.keys.list()) await to.keys.add(row);
  for (const entry of await allEntries(from)) await to.audit.add(entry);
  for (let offset = 0; ; offset += PAGE) {
    const { items, total } = await from.list({ order: 'oldest', limit: PAGE, offset });
    for (const row of items) await to.upsert(row);
    if (items.length < PAGE) return total;
  }
}

/** The oldest first, so that they keep their order. */
async function allEntries({ audit }: Catalog): Promise<AuditRow[]> {
  const entries: AuditRow[] = [];
  for (let before: number | undefined; ; before = entries.at(-1)?.id) {
    const page = await audit.list({ limit: PAGE, before });
    entries.push(...page);
    if (page.length < PAGE) return entries.reverse();
  }
}
