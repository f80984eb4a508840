#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { addLimitOptions, addReachOptions, type LimitFlags, limitsOf, type ReachFlags } from './access/accessOptions.js';
import { auditCommand } from './access/auditCommand.js';
import { keyCommand } from './access/keyCommand.js';
import { readSecrets } from './access/secrets.js';
import { tokenCommand } from './access/tokenCommand.js';
import { ageOption, archiveCommand } from './archive/archiveCommand.js';
import { drainCommand } from './cluster/drainCommand.js';
import { stopServer } from './cluster/stopServer.js';
import {
  archiveModelsOption,
  type ConnectionFlags,
  connectionOptions,
  databaseOption,
  inferenceOption,
  jsonOption,
  loadPercent,
  localBytesOption,
  logLevelOption,
  type MetricsFlags,
  metricsOptions,
  portNumber,
  seekCacheOption,
  storeOption,
  takenPort,
  wholeNumber,
} from './commandLine.js';
import { doctorCommand } from './doctor/doctorCommand.js';
import { exportCommand } from './export/exportCommand.js';
import { finetuneCommand } from './finetune/finetuneCommand.js';
import { inferenceCommand } from './inference/shared/inferenceCommand.js';
import type { InferenceChoice } from './inference/shared/openInference.js';
import { fail } from './program/fail.js';
import { runProgram } from './program/runProgram.js';
import { CADENCES, type Cadence } from './rooms/Cadence.js';
import { type ServerOptions, type SgapsServer, startServer } from './startServer.js';
import { copyCatalogCommand } from './storage/catalog/copyCatalogCommand.js';
import { gamesCommand } from './storage/quota/gamesCommand.js';
import { holdCommand, releaseCommand } from './storage/retention/holdCommands.js';
import { keepOptions } from './storage/retention/retentionOptions.js';
import { sweepCommand } from './storage/retention/sweepCommand.js';
import { tuneCollector } from './tuneCollector.js';
import { prepareCommand } from './viewing/prepareCommand.js';
import { rendererCommand } from './viewing/rendererCommand.js';
import { transportCommand } from './viewing/transportCommand.js';
import { type LogLevel, openLog } from './watching/openLog.js';

interface ServeFlags extends ReachFlags, LimitFlags, MetricsFlags, ConnectionFlags {
  readonly port: number;
  readonly data: string;
  readonly database?: string;
  readonly store?: string;
  readonly localBytes?: number;
  readonly examples?: string;
  readonly cadence: Cadence;
  readonly nth?: number;
  readonly loadLimit: number;
  readonly model?: string;
  readonly provider: 'auto' | 'cuda' | 'webgpu' | 'cpu';
  readonly inference: InferenceChoice;
  readonly sampling: 'auto' | 'points';
  readonly viewing: boolean;
  readonly viewingPort: number;
  readonly splats?: string;
  readonly splatsOn: 'auto' | 'webgpu' | 'cpu';
  readonly origins?: string[];
  readonly recordOrigins?: string[];
  readonly viewingUrl?: string;
  readonly renderers: number;
  readonly seekCache: number;
  readonly prepare?: boolean;
  readonly archiveAfter?: number;
  readonly keepDays?: number;
  readonly keepBytes?: number;
  readonly keepRecordings?: number;
  readonly archiveModels: string[];
  readonly exportSpace: number;
  readonly redis?: string;
  readonly publicAddress?: string;
  readonly maxSessions?: number;
  readonly drainWithin?: number;
  readonly jsonLogs?: boolean;
  readonly json?: boolean;
  readonly logLevel: LogLevel;
}

/**
 * The program `sgaps`.
 *
 * @example
 * ```ts
 * await program().parseAsync(['node', 'sgaps', 'serve', '--port', '2567']);
 * ```
 */
export function program(): Command {
  const sgaps = new Command('sgaps').description('Session replay for browser games, rebuilt from the pixels that matter.');
  const served = addLimitOptions(addReachOptions(sgaps.command('serve', { isDefault: true })))
    .description('start rooms, HTTP API, dashboard and sample games on one port')
    .allowExcessArguments()
    .option('-p, --port <number>', 'port to listen on, 0 for a free one', portNumber, 2567)
    .option('-d, --data <folder>', 'folder of recordings and catalog', './.sgaps-data')
    .addOption(databaseOption())
    .addOption(storeOption())
    .addOption(localBytesOption())
    .option('--examples <folder>', 'folder with games.json and built sample games')
    .addOption(
      new Option('--cadence <name>', 'when sessions being recorded are rebuilt; on-demand: only while somebody watches')
        .choices(CADENCES)
        .default('every-frame'),
    )
    .option('--nth <frames>', 'with every-nth: pictures of every so many frames, 1 … 60', wholeNumber(1, 60))
    .option(
      '--load-limit <percent>',
      'how busy the process may be, 10 … 99: near it sessions that nobody follows are recorded on demand, above it new ones are refused; 0: no limit',
      loadPercent,
      90,
    )
    .option(
      '--model <name>',
      "model that fills in, of @sgaps/models or a folder with a slash in its path; 'none' for none (default: sgaps-mae-small)",
    )
    .addOption(new Option('--provider <name>', 'what runs the model').choices(['auto', 'cuda', 'webgpu', 'cpu']).default('auto'))
    .addOption(inferenceOption())
    .addOption(
      new Option('--sampling <kind>', 'kinds of samples asked for; points: single pixels only')
        .choices(['auto', 'points'])
        .default('auto'),
    )
    .option('--viewing-port <number>', 'port that viewers connect to, 0 for a free one', portNumber, 2568)
    .option('--renderers <number>', 'renderer processes', wholeNumber(1, 64), 1)
    .option('--splats <folder>', 'folder of splats and streams (default: splats in the folder of recordings)')
    .addOption(new Option('--splats-on <what>', 'what draws splats').choices(['auto', 'webgpu', 'cpu']).default('auto'))
    .option('--no-viewing', 'start no transport and renderers: nobody can watch, unless they are started by themselves')
    .addOption(seekCacheOption())
    .option(
      '--prepare',
      'survey each session once it has ended, so that any place of it is quick to go to: some 5 % of a core for as long as it took',
    )
    .option(
      '--archive-after <age>',
      'archive recordings that ended so long ago, one at a time: 12h, 7d, 4w. Pictures stay, samples go (default: never)',
      (text: string) => (text === 'never' ? Number.POSITIVE_INFINITY : ageOption(text)),
    )
    .addOption(archiveModelsOption())
    .option('--origins <origin...>', "origins other than this server's own whose pages may watch; * for all")
    .option(
      '--record-origins <origin...>',
      "origins other than this server's own whose pages may record (default: all, with a key or token)",
    )
    .option('--viewing-url <address>', 'where viewers reach the transport, behind a proxy: wss://…')
    .option(
      '--export-space <MiB>',
      'what files of exports may take in all; the oldest go first',
      wholeNumber(1, 1_000_000_000),
      8192,
    )
    .addOption(
      new Option(
        '--redis <address>',
        'Redis through which several servers share rooms and recordings: redis://host:port (default: none, this one is alone)',
      ).env('REDIS_URL'),
    )
    .option(
      '--public-address <host>',
      'with --redis: host[:port][/path] at which clients reach this process and no other, without a scheme',
    )
    .option('--max-sessions <number>', 'sessions recorded at once at most (default: as many as come)', wholeNumber(1, 1_000_000))
    .option(
      '--drain-within <seconds>',
      'how long sessions may go on after SIGTERM before they are handed over, or ended where this server is alone; 0 for at once (default: 300 with --redis, else 0)',
      wholeNumber(0, 604_800),
    )
    .option('--json-logs', 'log JSON lines instead of readable ones')
    .addOption(logLevelOption())
    .addOption(jsonOption())
    .action(serve);
  for (const option of [...keepOptions(), ...metricsOptions(), ...connectionOptions()]) served.addOption(option);
  sgaps.addCommand(transportCommand());
  sgaps.addCommand(rendererCommand());
  sgaps.addCommand(inferenceCommand());
  sgaps.addCommand(drainCommand());
  sgaps.addCommand(prepareCommand());
  sgaps.addCommand(archiveCommand());
  sgaps.addCommand(exportCommand());
  sgaps.addCommand(doctorCommand());
  sgaps.addCommand(finetuneCommand());
  sgaps.addCommand(tokenCommand());
  sgaps.addCommand(keyCommand());
  sgaps.addCommand(auditCommand());
  for (const command of [sweepCommand(), holdCommand(), releaseCommand(), gamesCommand(), copyCatalogCommand()])
    sgaps.addCommand(command);
  return sgaps;
}

async function serve(flags: ServeFlags, command: Command): Promise<void> {
  const [stray] = command.args;
  // What is no command is taken for an argument of this one, which stands for all.
  if (stray !== undefined) command.error(`error: there is no command '${stray}'; sgaps --help lists them.`);
  tuneCollector();
  const log = openLog('sgaps', { json: flags.jsonLogs, level: flags.logLevel, aside: flags.json });
  const { port, host, data, database, store, localBytes, examples, cadence, nth, sampling, provider } = flags;
  const { insecure, published, trustProxy, recordOrigins, prepare, archiveAfter, archiveModels } = flags;
  const model = flags.model === 'none' ? null : { provider, model: flags.model };
  const viewing = flags.viewing
    ? {
        port: flags.viewingPort,
        renderers: flags.renderers,
        model: flags.model,
        provider,
        splats: flags.splats,
        splatsOn: flags.splatsOn,
      }
    : null;
  const room = { cadence, nth, sampling, viewerOrigins: flags.origins };
  const [exportBytes, seekBytes] = [flags.exportSpace * 2 ** 20, flags.seekCache * 2 ** 20];
  let secret: string;
  try {
    secret = readSecrets(flags.secretFile).join(',');
  } catch (error) {
    return fail(error);
  }
  const overload = flags.loadLimit === 0 ? null : { loadLimit: flags.loadLimit / 100 };
  const options: ServerOptions = {
    ...{ secret, insecure, published, trustProxy, recordOrigins, limits: limitsOf(flags) },
    ...{
      port,
      host,
      data,
      database,
      store,
      localBytes,
      examples,
      log,
      model,
      room,
      viewing,
      exportBytes,
      seekBytes,
      prepare,
      archiveAfter,
      archiveModels,
    },
    // Compose sets a variable that has no value to nothing.
    ...{
      inference: flags.inference,
      redis: flags.redis || undefined,
      publicAddress: flags.publicAddress,
      maxSessions: flags.maxSessions,
    },
    drainWithin: flags.drainWithin === undefined ? undefined : 1000 * flags.drainWithin,
    viewingUrl: flags.viewingUrl,
    connections: flags.connections,
    connectionsPerAddress: flags.connectionsPerAddress,
    metricsPort: flags.metricsPort,
    metricsHost: flags.metricsHost,
    metricsToken: flags.metricsToken,
    retention: { keepDays: flags.keepDays, keepBytes: flags.keepBytes, keepRecordings: flags.keepRecordings },
    overload,
  };
  let server: SgapsServer;
  try {
    server = await startServer(options);
  } catch (error) {
    // Colyseus' timers would keep the process alive.
    return fail(takenPort(error, flags.port));
  }
  const { url, games } = server;
  process.stdout.write(flags.json ? `${JSON.stringify({ state: 'listening', url, games })}\n` : await greeting(server));
  stopServer(server, log);
}

async function greeting({ url, games, catalog }: SgapsServer): Promise<string> {
  const { items } = await catalog.list({ limit: 1 });
  const play = games[0] ? `${url}/examples/${games[0]}/` : `${url}/#connect`;
  const third = items[0] ? `newest session  ${url}/session/${items[0].id}` : `health          ${url}/healthz`;
  const lines = [`dashboard       ${url}/`, `${games[0] ? 'play a game    ' : 'record a game  '} ${play}`, third];
  return `\n${lines.map((line) => `  ${line}`).join('\n')}\n\n  Ctrl-C stops the server.\n\n`;
}

/** True when this file was started itself (also through a bin link). */
const started = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (started) await runProgram(program());
