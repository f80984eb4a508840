/**
 * Writes the parts of docs/reference/cli.md that follow from the programs themselves, or fails where they are stale.
 *
 *   node --conditions=sgaps-source --import tsx scripts/cli-reference.ts [--check]
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DescribedCommand, defaultOf, leavesOf, loadPrograms, type StartedProgram } from './lib/programs.ts';
import { ROOT } from './lib/workspaces.mjs';

const PAGE = join(ROOT, 'docs/reference/cli.md');

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

function table(rows: readonly (readonly [string, string])[]): string[] {
  return ['| | |', '|---|---|', ...rows.map(([name, what]) => `| \`${name.replaceAll('|', '\\|')}\` | ${cell(what)} |`), ''];
}

function describe(start: string, command: DescribedCommand, level: string): string[] {
  const { registeredArguments, options } = command;
  const words = registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const rows = [
    ...registeredArguments.map((argument, i) => [words[i], argument.description] as const),
    ...options.map((option) => {
      const about = [
        option.description,
        option.argChoices ? `One of ${option.argChoices.map((choice) => `\`${choice}\``).join(', ')}.` : '',
        option.mandatory ? 'Must be given.' : '',
        defaultOf(option) === '' ? '' : `Default: \`${defaultOf(option)}\`.`,
        option.envVar ? `In the environment: \`${option.envVar}\`.` : '',
      ];
      return [option.flags, about.filter((part) => part !== '').join(' · ')] as const;
    }),
  ];
  const usage = [start, start.startsWith('npm ') ? '--' : '', '[options]', ...words].filter((word) => word !== '').join(' ');
  return [`${level} ${start}`, '', cell(sentence(command.description())), '', '```sh', usage, '```', '', ...table(rows)];
}

function describeAll({ start, make }: StartedProgram, level: string): string[] {
  return leavesOf(make()).flatMap(({ path, command }) => describe([start, ...path].join(' '), command, level));
}

/** The page with the text between two marks replaced. */
function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- cli: ${name} -->`, '<!-- /cli -->'];
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`${PAGE} has no place for ${name}: ${begin} … ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n${page.slice(to)}`;
}

const [sgaps, ...benches] = await loadPrograms();
const old = readFileSync(PAGE, 'utf8');
let page = between(old, 'sgaps', describeAll(sgaps, '###').join('\n'));
page = between(page, 'benches', benches.flatMap((bench) => describeAll(bench, '###')).join('\n'));
page = execFileSync('biome', ['format', '--stdin-file-path=page.md'], { input: page, encoding: 'utf8' });
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
  console.log(`${PAGE} is written.`);
} else if (page !== old) {
  console.error('docs/reference/cli.md is not what the programs say of themselves: npm run docs:cli, and look at what changed.');
  process.exitCode = 1;
} else console.log('docs/reference/cli.md is what the programs say of themselves.');
// What some of them import keeps a process alive.
process.exit();
