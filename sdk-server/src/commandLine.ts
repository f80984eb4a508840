import { SgapsError } from '@sgaps/protocol';
import { InvalidArgumentError, Option } from 'commander';
import type { Logger } from 'pino';
import { readInferenceChoice } from './inference/shared/openInference.js';
import { LOG_LEVELS } from './watching/openLog.js';

/** Names the catalog's database. */
export const DATABASE_VARIABLE = 'DATABASE_URL';

/** A port as an option: 0 … 65535. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  return port;
}

/** A whole number of a range as an option. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`A whole number from ${least} to ${most}.`);
  };
}

/** How busy a process may be as an option: 0 for no limit. */
export function loadPercent(text: string): number {
  return text === '0' ? 0 : wholeNumber(10, 99)(text);
}

/** Room for what makes recordings quick to seek in, as an option. */
export function seekCacheOption(): Option {
  return new Option(
    '--seek-cache <MiB>',
    'room for decoder states that make recordings quick to seek in, kept in the folder of recordings; 0 keeps none',
  )
    .argParser(wholeNumber(0, 2 ** 30))
    .default(2048);
}

/** Where the catalog is, as an option. Its password is better in the environment, which others of the machine do not see. */
export function databaseOption(): Option {
  return new Option(
    '--database <url>',
    'PostgreSQL database of the catalog, postgres://user:password@host:5432/database (default: SQLite, in the folder of recordings)',
  ).env(DATABASE_VARIABLE);
}

/** Where the model runs, as an option. */
export function inferenceOption(): Option {
  return new Option(
    '--inference <where>',
    'where the model runs: local, here; remote, in a service that Redis knows of (sgaps inference); auto, there if there is one, else here; or unix:/path, tcp:host:port of one',
  )
    .argParser((text) => {
      try {
        return readInferenceChoice(text);
      } catch (error) {
        throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
      }
    })
    .default('auto');
}

/** Names the store of recordings. */
export const STORE_VARIABLE = 'SGAPS_STORE_URL';

/** Where recordings are kept beside the local disk, as an option. Credentials are no part of it. */
export function storeOption(): Option {
  return new Option(
    '--store <url>',
    'store of recordings: s3://bucket/prefix?endpoint=https://host&region=name, or file:///folder (default: the local disk alone)',
  ).env(STORE_VARIABLE);
}

/** Names what copies of stored recordings may take on the local disk. */
export const LOCAL_BYTES_VARIABLE = 'SGAPS_LOCAL_BYTES';

/** What copies of stored recordings may take on the local disk, as an option. */
export function localBytesOption(): Option {
  return new Option(
    '--local-bytes <bytes>',
    'what recordings that are in the store may take on the local disk as well, 50GB, say; the least recently used go first (default: as long as 1 GiB is left)',
  )
    .argParser(byteSize)
    .env(LOCAL_BYTES_VARIABLE);
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 },
  ...{ ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40 },
};

/** Bytes as an option: 500MB, 50GiB, 200G, 1000000. */
export function byteSize(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]i?)?b?$/i.exec(text.trim()) ?? [];
  const bytes = Math.round(Number(number) * (UNITS[unit.toLowerCase()] ?? Number.NaN));
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError('A size is a number with kB, MB, GB, TB, KiB, MiB, GiB or TiB behind it: 50GB.');
}

/** Archive models beside the usual ones, as an option. */
export function archiveModelsOption(): Option {
  return new Option(
    '--archive-models <name...>',
    'folders of models that archives were made with, beside those of @sgaps/models',
  ).default([], 'none');
}

/** Names what `/metrics` must be asked with. */
export const METRICS_TOKEN_VARIABLE = 'SGAPS_METRICS_TOKEN';

/** Where and to whom a program shows its figures, as options. */
export function metricsOptions(): Option[] {
  return [
    new Option(
      '--metrics-port <number>',
      'serve /metrics (and the server /healthz and /readyz) on a port of its own, and /metrics on no other; the transport that a server brings up takes the next',
    ).argParser(portNumber),
    new Option('--metrics-host <address>', 'interface of that port').default('127.0.0.1'),
    new Option(
      '--metrics-token <token>',
      'what /metrics must be asked with, as Authorization: Bearer; 16 characters or more',
    ).env(METRICS_TOKEN_VARIABLE),
  ];
}

/** What those give. */
export interface MetricsFlags {
  readonly metricsPort?: number;
  readonly metricsHost: string;
  readonly metricsToken?: string;
}

/** Least level of the log, as an option. */
export function logLevelOption(): Option {
  return new Option('--log-level <level>', 'what is logged at least; debug: also each request')
    .choices(LOG_LEVELS)
    .default('info');
}

/** How a program that serves tells that it does, as an option: its log goes to standard error then. */
export function jsonOption(): Option {
  return new Option('--json', 'print one line of JSON once it listens; the log goes to standard error');
}

/** What to say where a port is taken; any other error as it is. */
export function takenPort(error: unknown, port: number): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error;
  const taken = 'port' in error ? error.port : port;
  return new SgapsError('UNAVAILABLE', `port ${taken} is taken; stop what runs there or choose another.`);
}

/** Calls `stop` once, at Ctrl-C, at SIGTERM, and for a supervised program when whoever started it is gone; then ends. */
export function stopWith(stop: () => Promise<unknown>, log: Logger, supervised = false): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'not closed cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  if (supervised) process.stdin.on('end', end).on('error', end).resume();
}

/** Flags of `connectionOptions`. */
export interface ConnectionFlags {
  readonly connections?: number;
  readonly connectionsPerAddress?: number;
}

/**
 * `--connections` and `--connections-per-address`, of every program that listens.
 *
 * @example
 * ```ts
 * for (const option of connectionOptions()) command.addOption(option);
 * ```
 */
export function connectionOptions(): Option[] {
  return [
    new Option('--connections <number>', 'connections at once (default: 10000)').argParser(wholeNumber(1, 1_000_000)),
    new Option(
      '--connections-per-address <number>',
      'connections of one address at once, this machine apart; 0 for any number, as behind a proxy on another machine (default: 256)',
    ).argParser(wholeNumber(0, 1_000_000)),
  ];
}
