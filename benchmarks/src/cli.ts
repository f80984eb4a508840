import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram } from '@sgaps/server/clips';
import { type Command, InvalidArgumentError } from 'commander';

/**
 * Parser for a positive number given on a command line.
 *
 * @example
 * ```ts
 * program.option('--bytes <n>', 'budget', positiveNumber, 2048);
 * ```
 */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('a number above 0 is needed.');
  return value;
}

/**
 * Parser for a positive whole number given on a command line.
 *
 * @example
 * ```ts
 * program.option('--frames <n>', 'how many', positiveInteger);
 * ```
 */
export function positiveInteger(text: string): number {
  const value = positiveNumber(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('a whole number above 0 is needed.');
  return value;
}

/**
 * Parser for rising positive whole numbers with commas between.
 *
 * @example
 * ```ts
 * program.option('--grow <n,…>', 'sessions', risingIntegers);
 * ```
 */
export function risingIntegers(text: string): readonly number[] {
  const values = text.split(',').map(positiveInteger);
  if (values.some((value, i) => i > 0 && value <= values[i - 1])) throw new InvalidArgumentError('the numbers must rise.');
  return values;
}

/**
 * Parser for `--rate auto|0.01`: undefined for auto, else a fraction up to 1.
 *
 * @example
 * ```ts
 * rateOrAuto('0.01'); // 0.01
 * ```
 */
export function rateOrAuto(text: string): number | undefined {
  if (text === 'auto') return undefined;
  const value = positiveNumber(text);
  if (value > 1) throw new InvalidArgumentError('auto or a fraction of the pixels up to 1 is needed.');
  return value;
}

/**
 * Runs the program of a file when that file was started, and does nothing where it is only imported. It ends as `sgaps` does: 0, 1 where something failed, 2 where it was asked
 * wrongly, 130 when it was stopped.
 *
 * @example
 * ```ts
 * await runCommand(program, import.meta.url);
 * ```
 */
export async function runCommand(program: Command, url: string): Promise<void> {
  const started = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
  if (started) await runProgram(program);
}
