#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { askChoices, DEFAULTS } from './askChoices.js';
import { CreateError } from './CreateError.js';
import { type CreatedProject, createProject, ENGINES, type Engine } from './createProject.js';

const HELP = `Starts a game that SGAPS records: Vite, TypeScript, a small game, and a server to watch it with.

  npm create sgaps@latest [folder] -- [options]

Options:
  --engine <name>  phaser or babylon
  -y, --yes        ask nothing: what is not said is ${DEFAULTS.folder} and ${DEFAULTS.engine}
  --json           ask nothing, and say what was done as one line of JSON
  -v, --version
  -h, --help

What is not said is asked for, in a terminal. Ends with 0 when the project is there, 1 when it cannot be made,
2 for a command line that makes no sense, 130 when you leave.
`;
/** What @sgaps/server needs. */
const NODE = [22, 15] as const;

/** Who ran this: `npm/11.19.1 node/v24.21.0 …`. */
const AGENT = process.env['npm_config_user_agent'] ?? '';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

interface CommandLine {
  readonly folder: string | undefined;
  readonly engine: Engine | undefined;
  readonly yes: boolean;
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

function readCommandLine(args: string[]): CommandLine {
  const options = {
    engine: { type: 'string' },
    yes: { type: 'boolean', short: 'y', default: false },
    json: { type: 'boolean', default: false },
    version: { type: 'boolean', short: 'v', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CreateError('USAGE', `${why.replace(/\.?$/, '.')} See --help.`, { cause });
  }
  const { values, positionals } = parsed;
  if (positionals.length > 1) throw new CreateError('USAGE', `One folder, not ${positionals.length}: ${positionals.join(', ')}.`);
  const { engine } = values;
  if (engine !== undefined && !isEngine(engine))
    throw new CreateError('USAGE', `There is no template for '${engine}'. --engine takes ${ENGINES.join(' or ')}.`);
  return { ...values, engine, folder: positionals[0] };
}

function isEngine(name: string): name is Engine {
  return (ENGINES as readonly string[]).includes(name);
}

async function choose(line: CommandLine): Promise<{ folder: string; engine: Engine }> {
  const { folder, engine } = line;
  if (folder !== undefined && engine !== undefined) return { folder, engine };
  if (line.yes) return { folder: folder ?? DEFAULTS.folder, engine: engine ?? DEFAULTS.engine };
  if (!line.json && process.stdin.isTTY && process.stdout.isTTY) return askChoices({ folder, engine });
  const missing = [...(folder === undefined ? ['a folder'] : []), ...(engine === undefined ? ['--engine phaser|babylon'] : [])];
  throw new CreateError('USAGE', `Say ${missing.join(' and ')}, or --yes: there is no terminal to ask in.`);
}

/** The commands that bring the game up, for the package manager that ran this. */
function nextSteps({ folder }: CreatedProject): string[] {
  const manager = /^(pnpm|yarn|bun)\//.exec(AGENT)?.[1] ?? 'npm';
  const place = relative(process.cwd(), folder);
  const change = place === '' ? [] : [`cd ${/\s/.test(place) ? `"${place}"` : place}`];
  return [...change, `${manager} install`, `${manager} run dev`];
}

function tellProject(project: CreatedProject): void {
  const lines = [
    '',
    `  ${project.name} is in ${project.folder}. Next:`,
    '',
    ...nextSteps(project).map((step) => `    ${step}`),
    '',
    '  Then play on http://localhost:5173, and see what you did on http://localhost:2567.',
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < NODE[0] || (major === NODE[0] && minor < NODE[1]))
    process.stderr.write(`  SGAPS' server needs Node ${NODE.join('.')} or newer; this is ${process.versions.node}.\n\n`);
}

async function main(args: string[]): Promise<void> {
  const line = readCommandLine(args);
  if (line.help) process.stdout.write(HELP);
  else if (line.version) process.stdout.write(`${version}\n`);
  else {
    const project = createProject({ ...(await choose(line)), version, agent: AGENT });
    if (line.json) process.stdout.write(`${JSON.stringify({ ok: true, ...project, next: nextSteps(project) })}\n`);
    else tellProject(project);
  }
}

const args = process.argv.slice(2);
try {
  await main(args);
} catch (error) {
  if (!(error instanceof CreateError)) throw error;
  process.exitCode = error.exitCode;
  if (args.includes('--json'))
    process.stdout.write(`${JSON.stringify({ ok: false, code: error.code, message: error.message })}\n`);
  else if (error.code !== 'CANCELLED') process.stderr.write(`create-sgaps: ${error.message}\n`);
}
