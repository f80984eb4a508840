import { SgapsError } from '@sgaps/protocol';
import { Command, Option } from 'commander';
import { addCatalogOptions, type CatalogFlags, noteByHand, withCatalog } from '../../catalogCommand.js';
import { byteSize } from '../../commandLine.js';
import { orFail } from '../../program/fail.js';
import type { GameRow } from '../index.js';
import { dayCount, recordingCount } from '../retention/retentionOptions.js';
import { boundsForAudit } from './boundsForAudit.js';

/** A bound to be set, or taken away; commander takes no null. */
type Bound = number | 'none';
type SetFlags = CatalogFlags & { readonly [Name in keyof Omit<GameRow, 'game'>]?: Bound };

/**
 * `sgaps games`: what single games may take, and how long it is kept.
 *
 * @example
 * ```ts
 * program.addCommand(gamesCommand());
 * ```
 */
export function gamesCommand(): Command {
  const games = new Command('games').description('what single games may take, and how long their recordings are kept');
  addCatalogOptions(games.command('list', { isDefault: true }))
    .description('list games, what they take, and what is said of them')
    .action(orFail(list));
  const set = addCatalogOptions(games.command('set'))
    .description('set bounds of a game; none takes one away')
    .argument('<game>', 'name, as recorders give it')
    .action(orFail(change));
  for (const [flag, what, parse] of [
    ['--keep-days <days>', 'delete its recordings that ended so many days ago, whatever holds for others', dayCount],
    ['--keep-bytes <bytes>', 'delete its oldest recordings beyond so many bytes: 50GB', byteSize],
    ['--keep-recordings <number>', 'delete its oldest recordings beyond so many', recordingCount],
    ['--quota-bytes <bytes>', 'record no more of it beyond so many bytes: 50GB', byteSize],
    ['--quota-recordings <number>', 'record no more of it beyond so many recordings', recordingCount],
  ] as const)
    set.addOption(new Option(flag, what).argParser((text) => (text === 'none' ? text : parse(text))));
  addCatalogOptions(games.command('delete'))
    .description('forget what was said of a game; its recordings stay')
    .argument('<game>', 'name')
    .action(orFail(forget));
  return games;
}

async function list(flags: CatalogFlags): Promise<void> {
  await withCatalog(flags, async (catalog) => {
    for (const status of await catalog.games.listWithUsage()) tell(status, flags.json);
  });
}

async function change(game: string, flags: SetFlags): Promise<void> {
  await withCatalog(flags, async (catalog) => {
    const row = await catalog.games.set({
      game,
      keepDays: boundOf(flags.keepDays),
      keepBytes: boundOf(flags.keepBytes),
      keepRecordings: boundOf(flags.keepRecordings),
      quotaBytes: boundOf(flags.quotaBytes),
      quotaRecordings: boundOf(flags.quotaRecordings),
    });
    const { game: _, ...bounds } = row;
    await noteByHand(catalog, 'game.set', game, boundsForAudit(bounds));
    tell({ ...row, ...(await catalog.games.usage(game)) }, flags.json);
  });
}

function boundOf(bound: Bound | undefined): number | null | undefined {
  return bound === 'none' ? null : bound;
}

async function forget(game: string, flags: CatalogFlags): Promise<void> {
  await withCatalog(flags, async (catalog) => {
    if (!(await catalog.games.delete(game))) throw new SgapsError('NOT_FOUND', `Nothing is said of a game ${game}.`);
    await noteByHand(catalog, 'game.delete', game);
  });
}

function tell(status: GameRow & { readonly recordings: number; readonly bytes: number }, json = false): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(status)}\n`);
    return;
  }
  const { game, recordings, bytes, keepDays, keepBytes, keepRecordings, quotaBytes, quotaRecordings } = status;
  const bounds = Object.entries({
    'kept for days': keepDays,
    'kept bytes': keepBytes,
    'kept recordings': keepRecordings,
    'quota bytes': quotaBytes,
    'quota recordings': quotaRecordings,
  })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${game}  ${recordings} recordings, ${bytes} bytes${bounds.length > 0 ? `; ${bounds.join(', ')}` : ''}\n`);
}
