#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isSgapsError } from '@sgaps/protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Logger, pino } from 'pino';
import { finetuneCommand } from './finetune/finetuneCommand.js';
import { CADENCES, type Cadence } from './rooms/Cadence.js';
import { type ServerOptions, type SgapsServer, startServer } from './startServer.js';
import { tuneCollector } from './tuneCollector.js';

interface ServeFlags {
  readonly port: number;
  readonly host?: string;
  readonly data: string;
  readonly examples?: string;
  readonly cadence: Cadence;
  readonly nth?: number;
  readonly model?: string;
  readonly provider: 'auto' | 'cuda' | 'webgpu' | 'cpu';
  readonly sampling: 'auto' | 'points';
  readonly jsonLogs?: boolean;
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
  sgaps
    .command('serve', { isDefault: true })
    .description('start rooms, HTTP API, dashboard and sample games on one port')
    .option('-p, --port <number>', 'port to listen on, 0 for a free one', portNumber, 2567)
    .option('--host <address>', 'interface to listen on (default: all)')
    .option('-d, --data <folder>', 'folder of recordings and catalog', './.sgaps-data')
    .option('--examples <folder>', 'folder with games.json and built sample games')
    .addOption(
      new Option('--cadence <name>', 'when sessions being recorded are rebuilt; on-demand: only while somebody watches')
        .choices(CADENCES)
        .default('every-frame'),
    )
    .option('--nth <frames>', 'with every-nth: pictures of every so many frames, 1 … 60', frameCount)
    .option(
      '--model <name>',
      "model that fills in, of @sgaps/models or a folder with a slash in its path; 'none' for none (default: sgaps-mae-small)",
    )
    .addOption(new Option('--provider <name>', 'what runs the model').choices(['auto', 'cuda', 'webgpu', 'cpu']).default('auto'))
    .addOption(
      new Option('--sampling <kind>', 'kinds of samples asked for; points: single pixels only')
        .choices(['auto', 'points'])
        .default('auto'),
    )
    .option('--json-logs', 'log JSON lines instead of readable ones')
    .action(serve);
  sgaps.addCommand(finetuneCommand());
  return sgaps;
}

async function serve(flags: ServeFlags): Promise<void> {
  tuneCollector();
  const log = flags.jsonLogs ? pino({ name: 'sgaps' }) : readableLog();
  const { port, host, data, examples, cadence, nth, sampling, provider } = flags;
  const model = flags.model === 'none' ? null : { provider, model: flags.model };
  const options: ServerOptions = { port, host, data, examples, log, model, room: { cadence, nth, sampling } };
  let server: SgapsServer;
  try {
    server = await startServer(options);
  } catch (error) {
    // Colyseus' timers would keep the process alive.
    process.stderr.write(`sgaps: ${startProblem(error, flags.port)}\n`, () => process.exit(1));
    return;
  }
  process.stdout.write(await greeting(server));
  const stop = (): void => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'not closed cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

async function greeting({ url, games, catalog }: SgapsServer): Promise<string> {
  const { items } = await catalog.list({ limit: 1 });
  const play = games[0] ? `${url}/examples/${games[0]}/` : `${url}/#connect`;
  const third = items[0] ? `newest session  ${url}/session/${items[0].id}` : `health          ${url}/healthz`;
  const lines = [`dashboard       ${url}/`, `${games[0] ? 'play a game    ' : 'record a game  '} ${play}`, third];
  return `\n${lines.map((line) => `  ${line}`).join('\n')}\n\n  Ctrl-C stops the server.\n\n`;
}

function startProblem(error: unknown, port: number): string {
  if (isSgapsError(error)) return `${error.code}: ${error.message}`;
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `port ${port} is taken; stop what runs there or choose another with --port.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return port;
}

function frameCount(text: string): number {
  const frames = Number(text);
  if (!Number.isInteger(frames) || frames < 1 || frames > 60) throw new InvalidArgumentError('A whole number from 1 to 60.');
  return frames;
}

/** One short line per log entry: time, level, message, fields. */
function readableLog(): Logger {
  const write = (line: string): void => {
    const { time, level, msg, pid, hostname, name, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
    const at = new Date(Number(time)).toTimeString().slice(0, 8);
    const label = Number(level) >= 50 ? 'error' : Number(level) >= 40 ? 'warn ' : 'info ';
    const rest = Object.entries(fields).map(
      ([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    );
    const trouble = err as { message?: string } | undefined;
    process.stdout.write(`${[at, label, msg, ...rest, trouble?.message ?? ''].join(' ').trimEnd()}\n`);
  };
  return pino({ name: 'sgaps' }, { write });
}

/** True when this file was started itself (also through a bin link). */
const started = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (started) await program().parseAsync();
