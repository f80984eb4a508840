import { SgapsError } from '@sgaps/protocol';
import { Command, Option } from 'commander';
import { databaseOption, runCommand } from '../../commandLine.js';
import { Catalog, type GameRow } from '../index.js';
import { byteCount, dayCount, recordingCount } from '../retention/retentionOptions.js';

interface PlaceFlags {
  readonly data: string;
  readonly database?: string;
  readonly json?: boolean;
}

/** A bound to be set, or taken away; commander takes no null. */
type Bound = number | 'none';
type SetFlags = PlaceFlags & { readonly [Name in keyof Omit<GameRow, 'game'>]?: Bound };

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
  const place = (command: Command): Command =>
    command
      .option('-d, --data <folder>', 'folder of recordings', './.sgaps-data')
      .addOption(databaseOption())
      .option('--json', 'tell it as lines of JSON');
  place(games.command('list', { isDefault: true }).description('list games, what they take, and what is said of them')).action(
    (flags: PlaceFlags) => runCommand(flags, () => list(flags)),
  );
  const set = games
    .command('set')
    .description('set bounds of a game; none takes one away')
    .argument('<game>', 'name, as recorders give it');
  for (const [flag, what, parse] of [
    ['--keep-days <days>', 'delete its recordings that ended so many days ago, whatever holds for others', dayCount],
    ['--keep-bytes <bytes>', 'delete its oldest recordings beyond so many bytes: 50G', byteCount],
    ['--keep-recordings <number>', 'delete its oldest recordings beyond so many', recordingCount],
    ['--quota-bytes <bytes>', 'record no more of it beyond so many bytes: 50G', byteCount],
    ['--quota-recordings <number>', 'record no more of it beyond so many recordings', recordingCount],
  ] as const)
    set.addOption(new Option(flag, what).argParser((text) => (text === 'none' ? text : parse(text))));
  place(set).action((game: string, flags: SetFlags) => runCommand(flags, () => change(game, flags)));
  place(
    games.command('delete').description('forget what was said of a game; its recordings stay').argument('<game>', 'name'),
  ).action((game: string, flags: PlaceFlags) => runCommand(flags, () => forget(game, flags)));
  return games;
}

async function list({ data, database, json }: PlaceFlags): Promise<void> {
  await withCatalog({ data, database }, async (catalog) => {
    for (const status of await catalog.games.listWithUsage()) tell(status, json);
  });
}

async function change(game: string, flags: SetFlags): Promise<void> {
  const { data, database, json } = flags;
  await withCatalog({ data, database }, async (catalog) => {
    const row = await catalog.games.set({
      game,
      keepDays: boundOf(flags.keepDays),
      keepBytes: boundOf(flags.keepBytes),
      keepRecordings: boundOf(flags.keepRecordings),
      quotaBytes: boundOf(flags.quotaBytes),
      quotaRecordings: boundOf(flags.quotaRecordings),
    });
    tell({ ...row, ...(await catalog.games.usage(game)) }, json);
  });
}

function boundOf(bound: Bound | undefined): number | null | undefined {
  return bound === 'none' ? null : bound;
}

async function forget(game: string, flags: PlaceFlags): Promise<void> {
  await withCatalog(flags, async (catalog) => {
    if (!(await catalog.games.delete(game))) throw new SgapsError('NOT_FOUND', `Nothing is said of a game ${game}.`);
  });
}

async function withCatalog(
  { data, database }: Pick<PlaceFlags, 'data' | 'database'>,
  work: (catalog: Catalog) => Promise<void>,
): Promise<void> {
  const catalog = await Catalog.open(data, { url: database });
  try {
    await work(catalog);
  } finally {
    await catalog.close();
  }
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
