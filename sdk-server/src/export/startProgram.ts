import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** From its sources the program needs what this process was started with; the published package is plain JavaScript, whose chunks lie beside it. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(FROM_SOURCES ? new URL('../cli.ts', import.meta.url) : new URL('./cli.js', import.meta.url));
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];
/** Of what it says on stderr, characters kept. */
const MOST_SAID = 2_000;
/** Somebody waits for an export; an archive has time. */
const PRIORITY = { export: constants.priority.PRIORITY_BELOW_NORMAL, archive: constants.priority.PRIORITY_LOW } as const;

/**
 * Starts a command of `sgaps` with `--json` as a process of its own that gives way to others, and ends with this one.
 *
 * @param tell Called with each line that it tells of how it fares.
 * @param ended Called once, with how it ended and what it said beside its lines.
 * @param variables Of its environment, beside this one's; what is undefined is not in it. Others of the machine do not see them, as they do arguments.
 *
 * @example
 * ```ts
 * const child = startProgram<ExportLine>('export', ['--format', 'mp4', '--', 'a1'], (line) => show(line), (said) => log.info(said));
 * ```
 */
export function startProgram<Line>(
  command: 'export' | 'archive',
  args: readonly string[],
  tell: (line: Line) => void,
  ended: (said: string) => void,
  variables: Readonly<Record<string, string | undefined>> = {},
): ChildProcess {
  const child = spawn(process.execPath, [...EXEC_ARGV, PROGRAM, command, '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    windowsHide: true,
    env: { ...process.env, ...variables },
  });
  let said = '';
  const hear = (text: string): void => {
    said = (said + text).slice(-MOST_SAID);
  };
  child.stderr?.on('data', (piece: Buffer) => hear(piece.toString()));
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      // Libraries, too, write to standard output.
      if (line.startsWith('{"state":')) tell(JSON.parse(line) as Line);
      else hear(`${line}\n`);
    });
  }
  let isOver = false;
  const end = (how: string): void => {
    if (!isOver) ended(`${how}: ${said.trim()}`);
    isOver = true;
  };
  child.once('error', (error) => {
    hear(`${error.message}\n`);
    // One that was not started does not close either.
    if (child.pid === undefined) end('it did not start');
  });
  child.once('close', (code, signal) => end(`it ended with ${signal ?? `status ${code}`}`));
  if (child.pid !== undefined) {
    try {
      // Its threads, which it makes later, do as it does.
      setPriority(child.pid, PRIORITY[command]);
    } catch (error) {
      hear(`Its priority was not lowered: ${String(error)}\n`);
    }
  }
  return child;
}
