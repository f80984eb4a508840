import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');

/**
 * One line about the machine figures were taken on.
 *
 * @example
 * ```ts
 * describeMachine(); // 'AMD EPYC 7B13, 2 threads, 24 GB, Node v24.21.0, linux x64'
 * ```
 */
export function describeMachine(): string {
  const all = cpus();
  const model = all[0]?.model.trim() ?? 'unknown processor';
  return `${model}, ${all.length} threads, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, ${process.platform} ${process.arch}`;
}

/**
 * Where figures come from that one command has just measured, in a line that stands under their plot.
 *
 * @example
 * ```ts
 * sheetOf(plotClient(figures), runOrigin('npm run bench:client'));
 * ```
 */
export function runOrigin(command: string): string {
  return `${command}, ${new Date().toISOString().slice(0, 10)}; SGAPS ${describeVersion()}; ${describeMachine()}.`;
}

/**
 * Version of SGAPS, with the commit where the sources lie in a git checkout.
 *
 * @example
 * ```ts
 * describeVersion(); // '0.1.0 (81b5295)'
 * ```
 */
export function describeVersion(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  try {
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return `${version} (${commit.trim()})`;
  } catch {
    // Not a git checkout: the version alone says enough.
    return version;
  }
}
