import { SgapsError } from '@sgaps/protocol';
import { Command } from 'commander';
import { addCatalogOptions, type CatalogFlags, noteByHand, withCatalog } from '../catalogCommand.js';
import { orFail } from '../program/fail.js';
import { GameKeys, publicKey } from './GameKeys.js';
import { lifeOption } from './tokenCommand.js';

/**
 * `sgaps key`: makes, lists and revokes the keys that games record with. A server that runs hears of it within seconds.
 *
 * @example
 * ```ts
 * program.addCommand(keyCommand());
 * ```
 */
export function keyCommand(): Command {
  const key = new Command('key').description('make, list and revoke the keys that games record with');
  addCatalogOptions(key.command('create'))
    .description('make a key that records one game, and print it: this once')
    .argument('<game>', 'name of the game')
    .option('--label <text>', 'where it is used', '')
    .option('--expires <time>', 'how long it holds: 12h, 7d, 4w (default: until it is revoked)', lifeOption)
    .action(orFail(create));
  addCatalogOptions(key.command('list'))
    .description('list keys, without what is secret of them')
    .option('--game <name>', 'only those of this game')
    .action(orFail(list));
  addCatalogOptions(key.command('revoke'))
    .description('revoke a key: it opens nothing more, and what it records ends')
    .argument('<id>', 'id of the key: the part after sgk_')
    .action(orFail(revoke));
  return key;
}

async function create(game: string, flags: CatalogFlags & { readonly label: string; readonly expires?: number }): Promise<void> {
  const { key, row } = await withCatalog(flags, async (catalog) => {
    const made = await new GameKeys(catalog.keys).create({ game, label: flags.label, expiresIn: flags.expires });
    await noteByHand(catalog, 'key.create', made.row.id, { game });
    return made;
  });
  process.stdout.write(`${flags.json ? JSON.stringify({ key, ...publicKey(row) }) : key}\n`);
}

async function list(flags: CatalogFlags & { readonly game?: string }): Promise<void> {
  const { game } = flags;
  const rows = await withCatalog(flags, (catalog) => catalog.keys.list(game === undefined ? {} : { game }));
  const keys = rows.map(publicKey);
  const day = (at: number | null) => (at === null ? 'never' : new Date(at).toISOString().slice(0, 16));
  const lines = keys.map(({ id, game: of, label, createdAt, expiresAt, revokedAt }) =>
    [
      id,
      of.padEnd(20),
      `made ${day(createdAt)}`,
      `expires ${day(expiresAt)}`,
      revokedAt === null ? '' : `revoked ${day(revokedAt)}`,
      label,
    ]
      .filter((part) => part !== '')
      .join('  '),
  );
  process.stdout.write(flags.json ? `${JSON.stringify(keys)}\n` : [...lines, ''].join('\n'));
}

async function revoke(given: string, flags: CatalogFlags): Promise<void> {
  const id = given.replace(/^sgk_/, '').split('_')[0];
  await withCatalog(flags, async (catalog) => {
    if (!(await catalog.keys.revoke(id, Date.now())))
      throw new SgapsError('NOT_FOUND', `There is no key ${id.slice(0, 64)} that is good still.`);
    await noteByHand(catalog, 'key.revoke', id);
  });
  process.stdout.write(flags.json ? `${JSON.stringify({ id, revoked: true })}\n` : `Key ${id} is revoked.\n`);
}
