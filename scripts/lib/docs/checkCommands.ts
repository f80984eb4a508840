/** Holds the commands that pages show against what there is: scripts of package.json, commands of `sgaps` and their options, files. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../workspaces.mjs';

/** What of commander's commands is looked at. */
export interface CommandShape {
  name(): string;
  readonly commands: readonly CommandShape[];
  readonly options: readonly { readonly long?: string; readonly short?: string }[];
}

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
/** What npm knows by itself. */
const NPM = new Set(['ci', 'i', 'install', 'create', 'init', 'pkg', 'audit', 'view']);
/** Tokens that stand for something that a reader fills in. */
const LEFT_OUT = /…|^[A-Z]{2,}$/;

/**
 * What is wrong with a line of a shell, or with a command in running text.
 *
 * @param sgaps The program, as commander knows it
 * @param elsewhere In a project of the reader's own, whose scripts are not known
 */
export function checkCommand(line: string, sgaps: CommandShape, elsewhere = false): string[] {
  return partsOf(line).flatMap((tokens) => {
    while (/^\w+=/.test(tokens[0] ?? '') || tokens[0] === 'npx' || tokens[0] === 'export') tokens.shift();
    const [program, ...rest] = tokens;
    if (program === 'npm') return checkNpm(rest, sgaps, elsewhere);
    if (program === 'sgaps') return checkSgaps(rest, sgaps);
    if (program === 'node') return checkNode(rest);
    if (program === 'python3' && rest[0] === '-m') return checkPython(rest.slice(1));
    return tokens
      .filter((token) => /^(docs|scripts|examples|benchmarks)\/\S*\.\w+$/.test(token) && !existsSync(join(ROOT, token)))
      .map((token) => `there is no ${token}`);
  });
}

/** The commands of a line, each as its words. */
function partsOf(line: string): string[][] {
  const parts: string[][] = [[]];
  const words = line.matchAll(/#.*$|&&|\|\||[|;]|(?:"[^"]*"|'[^']*'|\$\([^)]*\)|[^\s"'|;&#]|(?<=\S)#|&(?!&))+/g);
  for (const [word] of words) {
    if (word.startsWith('#')) break;
    if (/^(&&|\|\||\||;)$/.test(word)) parts.push([]);
    else parts.at(-1)?.push(word.replace(/^(["'])(.*)\1$/, '$2'));
  }
  return parts.filter((part) => part.length > 0);
}

function checkNpm([command, ...rest]: string[], sgaps: CommandShape, elsewhere: boolean): string[] {
  if (command === undefined || NPM.has(command) || command.startsWith('-')) return [];
  const name = command === 'run' ? rest.shift() : command;
  if (name === undefined || LEFT_OUT.test(name) || name.startsWith('-')) return [];
  const script = scripts[name];
  if (script === undefined) return elsewhere ? [] : [`package.json has no script '${name}'`];
  const split = rest.indexOf('--');
  // Vitest has arguments of its own.
  if (split < 0 || name === 'test') return [];
  const given = rest.slice(split + 1);
  if (script.includes('/cli.js serve')) return checkSgaps(['serve', ...given], sgaps);
  const entry = script.split(' ').findLast((word) => /\.(ts|mjs)$/.test(word));
  return entry ? unknownOptions(given, optionsOf(entry), `npm run ${name}`) : [];
}

function checkSgaps(words: string[], sgaps: CommandShape): string[] {
  let command = sgaps;
  let name = 'sgaps';
  const rest = [...words];
  while (rest.length > 0 && command.commands.length > 0) {
    const found = command.commands.find((each) => each.name() === rest[0]);
    if (!found) break;
    command = found;
    name += ` ${rest.shift()}`;
  }
  const first = rest[0];
  // A word where only commands may stand.
  if (command === sgaps && first !== undefined && !first.startsWith('-') && !LEFT_OUT.test(first))
    return [`sgaps has no command '${first}'`];
  if (command === sgaps) command = sgaps.commands.find((each) => each.name() === 'serve') ?? sgaps;
  const known = new Set(command.options.flatMap(({ long, short }) => [long ?? '', short ?? '']));
  return unknownOptions(rest, known.add('--help').add('-h'), name);
}

function checkNode(words: string[]): string[] {
  const at = words.findIndex((word) => /\.(ts|mjs|js)$/.test(word));
  if (at < 0) return [];
  const file = words[at];
  if (!existsSync(join(ROOT, file))) return [`there is no ${file}`];
  return unknownOptions(words.slice(at + 1), optionsOf(file), file);
}

function checkPython([module, ...rest]: string[]): string[] {
  const path = module.replaceAll('.', '/');
  const file = [`${path}.py`, `${path}/__main__.py`].find((each) => existsSync(join(ROOT, each)));
  if (!file) return [`there is no Python module ${module}`];
  return unknownOptions(rest, new Set(readFileSync(join(ROOT, file), 'utf8').match(/--[a-z][\w-]*/g)), module);
}

function unknownOptions(words: readonly string[], known: ReadonlySet<string>, of: string): string[] {
  const used = words.map((word) => word.replace(/=.*$/, '')).filter((word) => /^-{1,2}[a-z][\w-]*$/i.test(word));
  return used.filter((option) => !known.has(option)).map((option) => `${of} has no option ${option}`);
}

const optionCache = new Map<string, ReadonlySet<string>>();

/** The options that a program's source names, in its own file and in those of its folder that it imports and that speak to the command line. */
function optionsOf(entry: string): ReadonlySet<string> {
  const cached = optionCache.get(entry);
  if (cached) return cached;
  const found = new Set<string>(['--help', '-h']);
  const seen = new Set<string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file) || !existsSync(join(ROOT, file))) continue;
    seen.add(file);
    const text = readFileSync(join(ROOT, file), 'utf8');
    if (file !== entry && !text.includes('commander')) continue;
    for (const [, short, long] of text.matchAll(/['"`](?:(-\w), )?(--[a-z][\w-]*)/g)) {
      found.add(long);
      if (short) found.add(short);
    }
    for (const [, path] of text.matchAll(/from '(\.[^']+)'/g)) waiting.push(join(dirname(file), path).replace(/\.js$/, '.ts'));
  }
  optionCache.set(entry, found);
  return found;
}
