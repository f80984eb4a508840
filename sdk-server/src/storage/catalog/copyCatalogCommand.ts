import { SgapsError } from '@sgaps/protocol';
import { Command } from 'commander';
import { addCatalogOptions, type CatalogFlags } from '../../catalogCommand.js';
import { orFail } from '../../program/fail.js';
import { Catalog } from './Catalog.js';
import { copyCatalog } from './copyCatalog.js';

/**
 * `sgaps copy-catalog`: takes a catalog from SQLite to PostgreSQL.
 *
 * @example
 * ```ts
 * program.addCommand(copyCatalogCommand());
 * ```
 */
export function copyCatalogCommand(): Command {
  return addCatalogOptions(new Command('copy-catalog'))
    .description('copy the SQLite catalog of a data folder into an empty PostgreSQL database, while no server runs')
    .action(orFail(copy));
}

async function copy({ data, database, json }: CatalogFlags): Promise<void> {
  if (!database) throw new SgapsError('ARGUMENT_INVALID', 'Name the database to copy into: DATABASE_URL, or --database.');
  const from = await Catalog.open(data);
  try {
    const to = await Catalog.open(data, { url: database });
    try {
      const recordings = await copyCatalog(from, to);
      process.stdout.write(json ? `${JSON.stringify({ recordings })}\n` : `${recordings} recordings are in ${to.place}\n`);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
