import { isRecordingId, SgapsError } from '@sgaps/protocol';
import { Command, InvalidArgumentError, Option } from 'commander';
import { decodeJwt } from 'jose';
import { readAge } from '../archive/age.js';
import { orFail } from '../program/fail.js';
import { AccessError } from './AccessError.js';
import { type Grant, SCOPES, type Scope } from './Grant.js';
import { readSecrets } from './secrets.js';
import { shareAddress } from './share.js';
import { readGrant, Tokens } from './Tokens.js';

interface TokenFlags {
  readonly secretFile?: string;
  readonly json?: boolean;
}

interface CreateFlags extends TokenFlags {
  readonly scope: Scope;
  readonly game?: string[];
  readonly subject?: string;
  readonly expires: number;
}

/** The file of secrets, as an option; `SGAPS_SECRET` holds them otherwise. */
export function secretFileOption(): Option {
  return new Option(
    '--secret-file <path>',
    'file with the secret that tokens are signed with, or several: the first signs, all verify (default: SGAPS_SECRET of the environment)',
  ).env('SGAPS_SECRET_FILE');
}

/** How long from now, as an option, ms. */
export function lifeOption(text: string): number {
  const life = readAge(text);
  if (life === null || life <= 0) throw new InvalidArgumentError('A number with m, h, d or w behind it, as 7d.');
  return life;
}

/**
 * `sgaps token`: makes tokens and share links, and tells what one is good for. It only needs the secret.
 *
 * @example
 * ```ts
 * program.addCommand(tokenCommand());
 * ```
 */
export function tokenCommand(): Command {
  const token = new Command('token').description('make tokens and share links, and tell what one is good for');
  token
    .command('create')
    .description('make a token, and print it')
    .addOption(new Option('--scope <name>', 'what it is for; admin: all').choices(SCOPES).makeOptionMandatory())
    .option('--game <name...>', 'the only games that it is for (default: all)')
    .option('--subject <name>', 'who it is for; stands in the audit log')
    .option('--expires <time>', 'how long it holds: 12h, 7d, 4w', lifeOption, 30 * 86_400_000)
    .addOption(secretFileOption())
    .option('--json', 'print JSON')
    .action(orFail(create));
  token
    .command('show')
    .description('tell what a token is good for, and whether it holds')
    .argument('<token>', "the token; '-' reads it from standard input")
    .addOption(secretFileOption())
    .option('--json', 'print JSON')
    .action(orFail(show));
  token
    .command('share')
    .description('make a link by which anyone may watch one recording, and print it')
    .argument('<recording>', 'id of the recording')
    .requiredOption('--url <address>', 'where browsers reach the server, https://…')
    .option('--subject <name>', 'who it is for; stands in the audit log')
    .option('--expires <time>', 'how long it holds: 12h, 7d, 4w', lifeOption, 86_400_000)
    .addOption(secretFileOption())
    .option('--json', 'print JSON')
    .action(orFail(share));
  return token;
}

async function create({ scope, game, subject, expires, secretFile, json }: CreateFlags): Promise<void> {
  const made = await openTokens(secretFile).create({ scope, games: game ?? '*', subject, expiresIn: expires });
  print(json, { token: made.token, ...told(made.grant) }, made.token);
}

async function show(text: string, { secretFile, json }: TokenFlags): Promise<void> {
  const token = (text === '-' ? await standardInput() : text).trim();
  const secrets = readSecrets(secretFile);
  let why: string | null = null;
  let grant: Grant | null = null;
  try {
    if (secrets.length === 0)
      throw new SgapsError('ARGUMENT_INVALID', 'Whether it holds is not known without the secret: set SGAPS_SECRET.');
    grant = await new Tokens(secrets).verify(token, { tickets: true });
  } catch (error) {
    if (!(error instanceof SgapsError)) throw error;
    why = error.message;
    grant = decode(token);
  }
  const valid = why === null;
  const about = grant ? told(grant) : {};
  const lines = Object.entries(about).map(
    ([name, value]) => `${name.padEnd(10)} ${Array.isArray(value) ? value.join(', ') : value}`,
  );
  print(json, { valid, why, ...about }, [...lines, valid ? 'It holds.' : `It does not hold. ${why}`].join('\n'));
  if (!valid) process.exitCode = 1;
}

async function share(
  recording: string,
  flags: TokenFlags & { readonly url: string; readonly subject?: string; readonly expires: number },
): Promise<void> {
  if (!isRecordingId(recording)) throw new SgapsError('ARGUMENT_INVALID', `'${recording}' is no recording id.`);
  const { url: base, subject, expires, secretFile, json } = flags;
  const { token, grant } = await openTokens(secretFile).create({ scope: 'watch', recording, subject, expiresIn: expires });
  const url = shareAddress(base, recording, token);
  print(json, { url, ...told(grant) }, url);
}

function openTokens(secretFile: string | undefined): Tokens {
  return new Tokens(readSecrets(secretFile));
}

/** A grant in the words of the program. */
function told({ scope, games, recording, scene, subject, id, expiresAt }: Grant): Record<string, string | readonly string[]> {
  const of = { ...(recording !== null && { recording }), ...(scene !== null && { scene }), ...(subject !== null && { subject }) };
  const expires = expiresAt === null ? 'never' : new Date(expiresAt).toISOString();
  return { scope, games: games === '*' ? 'all' : games, ...of, id: id.replace(/^token:/, ''), expires };
}

/** What a token says of itself, whoever signed it; null for what is none. */
function decode(token: string): Grant | null {
  try {
    return readGrant(decodeJwt(token));
  } catch {
    // That it is none was said already.
    return null;
  }
}

async function standardInput(): Promise<string> {
  let text = '';
  for await (const piece of process.stdin) {
    text += String(piece);
    if (text.length > 65_536) throw AccessError.unknown('This is no token of this server: it is too long.');
  }
  return text;
}

function print(json: boolean | undefined, value: object, text: string): void {
  process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
}
