import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SgapsError } from '@sgaps/protocol';

const BENCHES = join(import.meta.dirname, '..');
const ROOT = join(BENCHES, '../..');
/** Of what a bench says on standard error, lines kept to tell why it failed. */
const KEPT = 12;

/**
 * Runs another bench as a command of its own and resolves with what it wrote on standard output; `onLine` is told of each line on standard error. Rejects with `UNAVAILABLE` where
 * it ends with anything but 0, and says what it said last.
 *
 * @example
 * ```ts
 * const output = await runBench('peers.ts', ['--clips', 'clips', '--json'], { onLine: console.error });
 * ```
 */
export async function runBench(
  file: string,
  args: readonly string[],
  { onLine, signal }: { readonly onLine?: (line: string) => void; readonly signal?: AbortSignal } = {},
): Promise<string> {
  const child = spawn(process.execPath, [...process.execArgv, join(BENCHES, file), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): void => {
    child.kill('SIGINT');
  };
  signal?.addEventListener('abort', stop, { once: true });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.trim() === '') return;
    said.push(line);
    if (said.length > KEPT) said.shift();
    onLine?.(line);
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    output += piece;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  signal?.removeEventListener('abort', stop);
  if (signal?.aborted) throw new SgapsError('CLOSED', `${file} was stopped.`);
  if (code !== 0) throw new SgapsError('UNAVAILABLE', `${file} ended with ${code}: ${said.join(' | ').slice(-600)}`);
  return output;
}
