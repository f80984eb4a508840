import type { Command, CommanderError } from 'commander';
import { EXIT } from './exits.js';
import { fail } from './fail.js';

/**
 * Runs a program as all of ours are run: ends with 0 when it did what it was asked, 1 when it could not, 2 when it was asked wrongly (said on standard error), 130 when it was
 * stopped; an error is told in a line, and a reader that goes away (`| head -1`) ends it in silence.
 *
 * @example
 * ```ts
 * await runProgram(new Command('greet').action(() => console.log('hello')));
 * ```
 */
export async function runProgram(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  for (const command of commandsOf(program)) command.exitOverride(leave);
  process.on('SIGINT', endWhereNobodyElseDoes);
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      // Where a command tidies up first, it listens as well.
      if (stream.listenerCount('error') === 1) process.exit(process.exitCode ?? EXIT.ok);
    });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    fail(error, argv.includes('--json'));
  }
}

/** A program and all commands in it, however deep. */
function commandsOf(program: Command): Command[] {
  return [program, ...program.commands.flatMap(commandsOf)];
}

/** Commander ends with 1 for wrong usage, as for any failure. */
function leave({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage);
}

function endWhereNobodyElseDoes(): void {
  if (process.listenerCount('SIGINT') === 1) process.exit(EXIT.interrupted);
}
