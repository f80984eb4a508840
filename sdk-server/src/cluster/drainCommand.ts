import { setTimeout as wait } from 'node:timers/promises';
import { SgapsError } from '@sgaps/protocol';
import { Command, Option } from 'commander';
import { wholeNumber } from '../commandLine.js';
import { orFail } from '../program/fail.js';
import { Progress } from '../program/Progress.js';

/** ms between two looks. */
const LOOK_EVERY = 500;

interface DrainFlags {
  readonly server: string;
  readonly within?: number;
  readonly token?: string;
  readonly wait: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

interface DrainState {
  readonly sessions: number;
}

/**
 * `sgaps drain`: empties a server process that is to be stopped.
 *
 * @example
 * ```ts
 * program.addCommand(drainCommand());
 * ```
 */
export function drainCommand(): Command {
  return new Command('drain')
    .description('let a server take no new sessions, and hand those that run over to others; returns when it is empty')
    .option('--server <address>', 'the process itself, not what spreads requests over several', 'http://127.0.0.1:2567')
    .option(
      '--within <seconds>',
      'how long sessions may go on before they are handed over (default: as the server was started with)',
      wholeNumber(0, 604_800),
    )
    .addOption(new Option('--token <token>', 'token with the admin scope, where the server asks for one').env('SGAPS_TOKEN'))
    .option('--no-wait', 'return at once')
    .option('--quiet', 'tell nothing of how far it is')
    .option('--json', 'print JSON')
    .action(orFail(drain));
}

async function drain({ server, within, token, wait: waits, quiet, json }: DrainFlags): Promise<void> {
  const headers = { 'Content-Type': 'application/json', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
  const url = new URL('/api/drain', server);
  const line = new Progress(process.stderr, { quiet });
  let state = await ask(url, { method: 'POST', headers, body: JSON.stringify({ within }) });
  const total = state.sessions;
  while (waits && state.sessions > 0) {
    line.show({ done: total - state.sessions, total, unit: 'sessions are gone' });
    await wait(LOOK_EVERY);
    state = await ask(url, { headers });
  }
  line.clear();
  const { sessions } = state;
  process.stdout.write(json ? `${JSON.stringify({ sessions })}\n` : `${sessions} sessions are recorded there\n`);
}

async function ask(url: URL, options: RequestInit): Promise<DrainState> {
  const response = await fetch(url, options).catch((cause: unknown) => {
    throw new SgapsError('UNAVAILABLE', `No server answers at ${url.origin}.`, { cause });
  });
  if (response.ok) return (await response.json()) as DrainState;
  const { error } = (await response.json().catch(() => ({}))) as { readonly error?: { readonly message?: string } };
  throw new SgapsError(
    'UNAVAILABLE',
    `${url.origin} answers ${response.status}: ${error?.message ?? 'it may be no SGAPS server'}`,
  );
}
