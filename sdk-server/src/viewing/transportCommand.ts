import { join } from 'node:path';
import { FifoAdapter, TransportService, WebSocketAdapter, type WebSocketAdapterOptions } from '@sgaps/pipeline';
import { SgapsError } from '@sgaps/protocol';
import { Command, InvalidArgumentError } from 'commander';
import type { Logger } from 'pino';
import { addReachOptions, type ReachFlags } from '../access/accessOptions.js';
import { admitViewer } from '../access/admitViewer.js';
import { ClientLimits, NO_LIMITS, USUAL_LIMITS } from '../access/ClientLimits.js';
import { listenAddress } from '../access/listenAddress.js';
import { readSecrets } from '../access/secrets.js';
import { Tokens } from '../access/Tokens.js';
import {
  type ConnectionFlags,
  connectionOptions,
  jsonOption,
  logLevelOption,
  type MetricsFlags,
  metricsOptions,
  portNumber,
  stopWith,
  takenPort,
  wholeNumber,
} from '../commandLine.js';
import { fail } from '../program/fail.js';
import { metricsRoute, serveInternally } from '../watching/metricsRoute.js';
import { metricsTokenOf } from '../watching/metricsToken.js';
import { type LogLevel, openLog } from '../watching/openLog.js';
import { hide } from '../watching/Redaction.js';
import { watchProcess } from '../watching/registry.js';
import { metricsAnswer, watchTransport } from '../watching/transportMetrics.js';

interface TransportFlags extends ReachFlags, MetricsFlags, ConnectionFlags {
  readonly port: number;
  readonly data: string;
  readonly sockets?: string;
  readonly origins?: string[];
  readonly fifo?: string;
  readonly scene?: string;
  readonly encoder: string;
  readonly from?: number;
  readonly channels?: number;
  readonly viewers?: number;
  readonly supervised?: boolean;
  readonly jsonLogs?: boolean;
  readonly json?: boolean;
  readonly logLevel: LogLevel;
}

/**
 * `sgaps transport`: carries cameras and pictures between viewers and renderers (P1).
 *
 * @example
 * ```ts
 * program.addCommand(transportCommand());
 * ```
 */
export function transportCommand(): Command {
  const command = addReachOptions(new Command('transport'))
    .description('carry cameras and pictures between viewers and renderers')
    .option('-p, --port <number>', 'port that viewers connect to, 0 for a free one', portNumber, 2568)
    .option('-d, --data <folder>', 'folder of recordings, where the sockets lie by default', './.sgaps-data')
    .option('--sockets <folder>', 'folder of camera.sock and video.sock (default: run in the folder of recordings)')
    .option('--origins <origin...>', "origins other than this host's own whose pages may watch; * for all")
    .option('--fifo <path>', 'write pictures of --scene into this FIFO too')
    .option('--scene <name>', 'with --fifo: what is written, as replay:ID')
    .option('--encoder <name>', 'with --fifo: how', 'jpeg+depth')
    .option('--from <seconds>', 'with --fifo: play from there (default: the live edge)', seconds)
    .option('--channels <number>', 'channels at once', wholeNumber(1, 10_000))
    .option('--viewers <number>', 'viewers at once', wholeNumber(1, 100_000))
    .option('--supervised', 'end when standard input does')
    .option('--json-logs', 'log JSON lines instead of readable ones')
    .addOption(logLevelOption())
    .addOption(jsonOption())
    .action(transport);
  for (const option of [...metricsOptions(), ...connectionOptions()]) command.addOption(option);
  return command;
}

async function transport(flags: TransportFlags): Promise<void> {
  const { port, origins, fifo, scene, encoder, from } = flags;
  const log = openLog('sgaps-transport', { json: flags.jsonLogs, level: flags.logLevel, aside: flags.json });
  const { metricsPort, metricsHost } = flags;
  hide(flags.metricsToken);
  watchProcess();
  let service: TransportService | null = null;
  const hooks = watchTransport(() => service);
  try {
    const metricsToken = metricsTokenOf(flags.metricsToken);
    const viewers = openViewers(flags, origins, log);
    if ((fifo === undefined) !== (scene === undefined))
      throw new SgapsError('ARGUMENT_INVALID', '--fifo and --scene go together: the one says where to, the other what.');
    // What plays from somewhere has a time of its own.
    const channel = from === undefined ? 'live' : 'own';
    const pipes = fifo && scene ? [new FifoAdapter({ path: fifo, wish: { scene, encoder, channel }, from })] : [];
    const sockets = flags.sockets ?? join(flags.data, 'run');
    service = await TransportService.start({
      sockets,
      adapters: [viewers, ...pipes],
      mostChannels: flags.channels,
      mostViewers: flags.viewers,
      hooks,
      log,
    });
    const internal =
      metricsPort === undefined
        ? null
        : await serveInternally([metricsRoute(metricsToken)], { port: metricsPort, host: metricsHost });
    log.info({ port: viewers.port }, 'transport listening');
    if (flags.json) process.stdout.write(`${JSON.stringify({ state: 'listening', port: viewers.port })}\n`);
    stopWith(
      async () => {
        internal?.close();
        await service?.close();
      },
      log,
      flags.supervised,
    );
  } catch (error) {
    fail(takenPort(error, port));
  }
}

/** Who may watch, and from where. */
function openViewers(flags: TransportFlags, origins: readonly string[] | undefined, log: Logger): WebSocketAdapter {
  const { port, insecure, published, secretFile, trustProxy, limitJoins, limitRefusals, connections, connectionsPerAddress } =
    flags;
  const secrets = readSecrets(secretFile);
  const secured = secrets.length > 0;
  hide(...secrets);
  const host = listenAddress({ host: flags.host, secured, insecure, published });
  const exposed = secured || insecure || trustProxy > 0;
  const limits = new ClientLimits({ joins: limitJoins, refusals: limitRefusals }, exposed ? USUAL_LIMITS : NO_LIMITS);
  const admit = admitViewer({ tokens: secured ? new Tokens(secrets) : null, limits, trustProxy, log });
  if (!secured) log.info({ host: host ?? 'all' }, 'no secret is set: whoever reaches this transport may watch everything');
  // Where everybody is let in, nobody waits for a token.
  return new WebSocketAdapter({
    ...{ port, host, origins, connections, connectionsPerAddress },
    admit: exposed ? admit : undefined,
    local: !secured && !insecure,
    answers: answersOf(flags, secured),
  });
}

/** `/metrics`, unless it has a port of its own. Where there is a secret, only who brings its token sees it here. */
function answersOf({ metricsPort, metricsToken }: MetricsFlags, secured: boolean): WebSocketAdapterOptions['answers'] {
  const token = metricsTokenOf(metricsToken);
  if (metricsPort !== undefined || (secured && token === null)) return undefined;
  return { '/metrics': metricsAnswer(token) };
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('It must be 0 or more seconds.');
  return value;
}
