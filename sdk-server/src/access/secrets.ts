import { readFileSync } from 'node:fs';
import { SgapsError } from '@sgaps/protocol';

/** Bytes of a secret: as many as HS256 makes of it, so that guessing it is no easier than guessing a signature. */
const LEAST = 32;

/**
 * The secrets in a text, separated by commas or lines: the first signs, all verify. Throws `ARGUMENT_INVALID` for one that is too short; never says
 * what it was.
 */
export function parseSecrets(text: string): string[] {
  const secrets = text
    .split(/[,\r\n]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  for (const [i, secret] of secrets.entries()) {
    const bytes = Buffer.byteLength(secret);
    if (bytes >= LEAST) continue;
    throw new SgapsError(
      'ARGUMENT_INVALID',
      `Secret ${i + 1} has ${bytes} bytes, at least ${LEAST} are needed: make one with 'openssl rand -hex 32'.`,
    );
  }
  return secrets;
}

/** The secrets that a program was started with: those of `file`, else of `SGAPS_SECRET`; none where both are missing or empty. */
export function readSecrets(file: string | undefined, env: NodeJS.ProcessEnv = process.env): string[] {
  if (file === undefined || file === '') return parseSecrets(env.SGAPS_SECRET ?? '');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SgapsError('ARGUMENT_INVALID', `The file of secrets ${file} cannot be read.`, { cause });
  }
  const secrets = parseSecrets(text);
  // Whoever names a file wants a server that asks: one that is empty by mistake must not open it.
  if (secrets.length === 0) throw new SgapsError('ARGUMENT_INVALID', `The file of secrets ${file} is empty.`);
  return secrets;
}
