import { type Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../commandLine.js';
import type { LimitOptions } from './ClientLimits.js';
import { lifeOption, secretFileOption } from './tokenCommand.js';

/** Flags of a program that listens. */
export interface ReachFlags {
  readonly host?: string;
  readonly secretFile?: string;
  readonly insecure?: boolean;
  readonly published?: string;
  readonly trustProxy: number;
  readonly limitJoins?: number;
  readonly limitRefusals?: number;
}

/** Flags of what one client may do. */
export interface LimitFlags {
  readonly limitRequests?: number;
  readonly limitJoins?: number;
  readonly limitRefusals?: number;
  readonly limitRooms?: number;
  readonly limitDuration?: number;
  readonly limitBytes?: number;
}

/** Adds what says who reaches a program that listens, and who is let in. */
export function addReachOptions(command: Command): Command {
  return command
    .option('--host <address>', 'interface to listen on (default: all with a secret, else 127.0.0.1)')
    .addOption(secretFileOption())
    .option('--insecure', 'let others than this machine in without a secret: they may watch and delete everything')
    .option('--published <address>', "where a container's port is published: stands for --host in the rule above")
    .option(
      '--trust-proxy <number>',
      "proxies before this program whose word on clients' addresses counts",
      wholeNumber(0, 16),
      0,
    )
    .option('--limit-joins <number>', 'joins of one client per minute, 0 for any (default: 120)', wholeNumber(0, 1_000_000))
    .option(
      '--limit-refusals <number>',
      'tokens that do not hold, of one address per second, 0 for any (default: 5)',
      wholeNumber(0, 1_000_000),
    );
}

/** Adds the other limits, of a server. */
export function addLimitOptions(command: Command): Command {
  return command
    .option(
      '--limit-requests <number>',
      'HTTP requests of one client per second, 0 for any (default: 100)',
      wholeNumber(0, 1_000_000),
    )
    .option(
      '--limit-rooms <number>',
      'sessions that one client records at once, 0 for any (default: 50)',
      wholeNumber(0, 1_000_000),
    )
    .option('--limit-duration <time>', 'how long a session may take: 30m, 12h; never for any (default: 12h)', duration)
    .option('--limit-bytes <MiB>', 'bytes of a session, 0 for any (default: 4096)', wholeNumber(0, 2 ** 30));
}

/** Those limits as a server takes them. */
export function limitsOf({
  limitRequests,
  limitJoins,
  limitRefusals,
  limitRooms,
  limitDuration,
  limitBytes,
}: LimitFlags): LimitOptions {
  return {
    requests: limitRequests,
    joins: limitJoins,
    refusals: limitRefusals,
    rooms: limitRooms,
    sessionMs: limitDuration,
    sessionBytes: limitBytes === undefined ? undefined : limitBytes * 2 ** 20,
  };
}

function duration(text: string): number {
  if (text === 'never') return 0;
  try {
    return lifeOption(text);
  } catch {
    throw new InvalidArgumentError("A number with m, h, d or w behind it, as 12h, or 'never'.");
  }
}
