/** Every program of the repository that people start: `sgaps`, and those of the npm scripts that measure. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './workspaces.mjs';

interface DescribedOption {
  readonly flags: string;
  readonly description: string;
  readonly long?: string;
  readonly defaultValue?: unknown;
  readonly defaultValueDescription?: string;
  readonly envVar?: string;
  readonly argChoices?: readonly string[];
  readonly mandatory: boolean;
}

/** What is used of commander's commands, whose version each package chooses. */
export interface DescribedCommand {
  readonly commands: readonly DescribedCommand[];
  readonly options: readonly DescribedOption[];
  readonly registeredArguments: readonly {
    readonly description: string;
    readonly required: boolean;
    readonly variadic: boolean;
    name(): string;
  }[];
  name(): string;
  description(): string;
  usage(): string;
  exitOverride(): DescribedCommand;
  configureOutput(output: { writeOut(text: string): void; writeErr(text: string): void }): DescribedCommand;
  parseAsync(argv: readonly string[]): Promise<unknown>;
}

/** A program, and how it is started. */
export interface StartedProgram {
  readonly start: string;
  /** A new one, with nothing parsed yet, where there can be several. */
  readonly make: () => DescribedCommand;
}

const FILE = /--import tsx (benchmarks\/src\/[\w/]+\.ts)$/;

/** Imports `file` of the repository: by path, since these programs are no part of a package's API. */
async function load(file: string): Promise<DescribedCommand | (() => DescribedCommand)> {
  const module = (await import(/* @vite-ignore */ pathToFileURL(join(ROOT, file)).href)) as {
    readonly program: DescribedCommand | (() => DescribedCommand);
  };
  return module.program;
}

/** All programs: `sgaps` first, then the npm scripts in their order. */
export async function loadPrograms(): Promise<StartedProgram[]> {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const found = [{ start: 'sgaps', file: 'sdk-server/src/cli.ts' }];
  for (const [name, line] of Object.entries(scripts)) {
    const [, file] = FILE.exec(line) ?? [];
    if (file) found.push({ start: `npm run ${name}`, file });
  }
  const programs: StartedProgram[] = [];
  for (const { start, file } of found) {
    const program = await load(file);
    programs.push({ start, make: typeof program === 'function' ? program : () => program });
  }
  return programs;
}

/** Commands of a program that do something, each with the words that lead to it. */
export function leavesOf(
  program: DescribedCommand,
  path: readonly string[] = [],
): { path: readonly string[]; command: DescribedCommand }[] {
  if (program.commands.length === 0) return [{ path, command: program }];
  return program.commands.flatMap((command) => leavesOf(command, [...path, command.name()]));
}

/** A default as a reader has it: paths of this machine's folders are those of the repository. */
export function defaultOf({ defaultValue, defaultValueDescription }: DescribedOption): string {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  if (defaultValue === undefined || defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0))
    return '';
  const text = Array.isArray(defaultValue) ? defaultValue.join(', ') : String(defaultValue);
  return text.replaceAll(`${ROOT}/`, '').replaceAll(`${dirname(ROOT)}/`, '../');
}
