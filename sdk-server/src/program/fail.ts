import { isSgapsError } from '@sgaps/protocol';
import { redact } from '../watching/Redaction.js';
import { exitCodeOf } from './exits.js';

/**
 * What a program says of an error: code and message of one of ours, the message of any other. With DEBUG set in the environment, where it came from as well.
 *
 * @example
 * ```ts
 * describeFailure(SgapsError.malformed('recording')); // 'BYTES_MALFORMED: …'
 * ```
 */
export function describeFailure(error: unknown): string {
  const stack = process.env.DEBUG && error instanceof Error && error.stack ? `\n${error.stack}` : '';
  if (isSgapsError(error)) return `${error.code}: ${error.message}${stack}`;
  if (!(error instanceof Error)) return String(error);
  return stack ? stack.trimStart() : `${error.message || error.name} (not foreseen: set DEBUG=sgaps to see where)`;
}

/** Says on standard error why something went wrong, and as the last line of JSON on standard output where that is asked for. */
export function tellFailure(error: unknown, json = false, done?: () => void): void {
  if (json) {
    const { code, message } = isSgapsError(error) ? error : { code: null, message: describeFailure(error) };
    process.stdout.write(`${redact(JSON.stringify({ state: 'failed', error: { code, message } }))}\n`);
  }
  process.stderr.write(`sgaps: ${redact(describeFailure(error))}\n`, done);
}

/** Says why a program cannot go on, and ends it. */
export function fail(error: unknown, json = false): void {
  const code = process.exitCode ?? exitCodeOf(error);
  tellFailure(error, json, () => process.exit(code));
}

/** An action of a command whose errors end the program in a word; commander gives it arguments, options and the command. */
export function orFail<T extends unknown[]>(action: (...args: T) => Promise<void>): (...args: T) => Promise<void> {
  return (...args) => {
    const options = args.find((value) => typeof value === 'object' && value !== null && 'json' in value);
    return action(...args).catch((error: unknown) => fail(error, (options as { json?: boolean } | undefined)?.json));
  };
}
