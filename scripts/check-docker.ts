/**
 * Checks Dockerfile and compose files as far as that goes without an engine: linters, the compose specification's schema,
 * and that they agree with each other, with the packages and with the program's options.
 *
 *   node scripts/check-docker.ts
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';
import games from '../examples/games.json' with { type: 'json' };
import { readCompose, readDockerfile, type Service, wordsOf } from './lib/deployment.ts';
import { packages, ROOT } from './lib/workspaces.mjs';

const COMPOSE = 'docker-compose.yml';
const OVERRIDE = 'docker-compose.gpu.yml';
/** Where the image has what the repository has. */
const PLACE = '/sgaps/';

const problems: string[] = [];
const say = (file: string, text: string): void => {
  problems.push(`${file}: ${text}`);
};

const instructions = readDockerfile();
const last = instructions[instructions.length - 1].stage;
const image = instructions.filter(({ stage }) => stage === last);
const exposed = image.filter(({ keyword }) => keyword === 'EXPOSE').flatMap(({ args }) => args.map(Number));

checkDockerfile();
checkIgnored();
checkCompose();

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
if (problems.length === 0) console.log('Dockerfile and compose files agree with each other and with the program.');

function checkDockerfile(): void {
  const file = 'Dockerfile';
  for (const { message, range } of validate(readFileSync(join(ROOT, file), 'utf8')))
    say(file, `line ${range.start.line + 1}: ${message}`);
  const stages = new Set<string>();
  const copied = new Set<string>();
  for (const { keyword, stage, line, flags, args } of instructions) {
    if (keyword === 'FROM') stages.add(stage);
    if (keyword !== 'COPY') continue;
    if (flags.from && !stages.has(flags.from)) say(file, `line ${line}: no stage before it is called ${flags.from}`);
    for (const source of args.slice(0, -1)) {
      const path = flags.from ? source.replace(PLACE.slice(0, -1), '.') : source;
      if (!existsSync(join(ROOT, path))) say(file, `line ${line}: there is no ${source}, also not in a built repository`);
      if (stage === last) copied.add(source);
    }
  }
  const wanted = [
    ...neededFolders().map((folder) => (folder === 'models' ? folder : `${folder}/dist`)),
    // Those that the server offers; other examples start one of their own.
    ...games.map(({ path }) => `examples/${path}`),
  ];
  for (const path of wanted) if (!copied.has(PLACE + path)) say(file, `the image lacks ${path}`);
  const user = image.findLast(({ keyword }) => keyword === 'USER')?.args[0] ?? 'root';
  if (['root', '0'].includes(user)) say(file, 'the image runs as root');
  const program = packages().find(({ name }) => name === '@sgaps/server')?.manifest.bin?.sgaps ?? '';
  const entry = wordsOf('ENTRYPOINT', instructions);
  if (entry[1] !== join(PLACE, 'sdk-server', program)) say(file, `the image starts ${entry.join(' ')}, which is not sgaps`);
  checkWords(file, wordsOf('CMD', instructions));
  checkHealth(file, ['CMD', ...wordsOf('HEALTHCHECK', instructions)]);
}

/** Folders of the server and of all packages that it needs. */
function neededFolders(): string[] {
  const all = packages();
  const found = new Set(['models']);
  const add = (name: string): void => {
    const item = all.find((one) => one.name === name);
    if (!item || found.has(item.folder)) return;
    found.add(item.folder);
    Object.keys({ ...item.manifest.dependencies, ...item.manifest.optionalDependencies }).forEach(add);
  };
  add('@sgaps/server');
  return [...found];
}

/** What git does not keep does not go to the engine either. */
function checkIgnored(): void {
  const lines = (file: string) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
  const ignored = lines('.dockerignore');
  for (const line of lines('.gitignore')) {
    const path = line.replace(/\/$/, '');
    if (!ignored.includes(path.includes('/') ? path : `**/${path}`)) say('.dockerignore', `lacks ${line} of .gitignore`);
  }
}

function checkCompose(): void {
  const off = ['service-keys-order', 'services-alphabetical-order', 'top-level-properties-order', 'require-project-name-field'];
  const rules = Object.fromEntries(off.map((name) => [name, 0 as const]));
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
  for (const { filePath, messages } of linter.lintFiles(
    [COMPOSE, OVERRIDE].map((file) => join(ROOT, file)),
    false,
  ))
    for (const { line, message } of messages) say(filePath, `line ${line}: ${message}`);
  const { services, volumes = {} } = readCompose();
  for (const [name, service] of Object.entries(services)) {
    const tell = `${COMPOSE}: ${name}`;
    checkWords(tell, service.command);
    if (service.healthcheck?.test) checkHealth(tell, service.healthcheck.test);
    for (const { target } of service.ports ?? []) if (!exposed.includes(target)) say(tell, `the image exposes no port ${target}`);
    for (const other of service.depends_on ?? []) if (!services[other]) say(tell, `there is no service ${other}`);
    checkVolumes(tell, service, volumes);
  }
  for (const name of Object.keys(readCompose(OVERRIDE).services))
    if (!services[name]) say(OVERRIDE, `overrides ${name}, which ${COMPOSE} does not have`);
}

/** Volumes are declared and lie where the image made a folder for its user; paths that the program is given lie in a volume or in the image. */
function checkVolumes(tell: string, { command, volumes = [] }: Service, declared: object): void {
  const made = image.filter(({ keyword }) => keyword === 'RUN').flatMap(({ args }) => args);
  const mounted = volumes.map((volume) => {
    const [source, target] = volume.split(':');
    if (!(source in declared)) say(tell, `volume ${source} is not declared`);
    if (!made.includes(target)) say(tell, `the image makes no folder ${target}: a new volume there would be root's`);
    return target;
  });
  for (const path of command.filter((word) => word.startsWith('/') && !word.startsWith(PLACE)))
    if (!mounted.some((target) => path === target || path.startsWith(`${target}/`))) say(tell, `no volume is mounted at ${path}`);
}

/** A command of `sgaps` with options that it has. */
function checkWords(tell: string, [command, ...words]: readonly string[]): void {
  const { stdout, status } = spawnSync(process.execPath, [join(ROOT, 'sdk-server/dist/cli.js'), command, '--help'], {
    encoding: 'utf8',
  });
  if (status !== 0 || !stdout.startsWith(`Usage: sgaps ${command} `)) return say(tell, `sgaps has no command ${command}`);
  const known = new Set(stdout.match(/(?<=^ +(?:-\w, )?)--[\w-]+/gm));
  for (const word of words.filter((word) => word.startsWith('--')))
    if (!known.has(word)) say(tell, `sgaps ${command} has no option ${word}`);
}

/** A check that Node can read, of a port that the image exposes. */
function checkHealth(tell: string, [kind, program, flag, script]: readonly string[]): void {
  if (kind !== 'CMD' || program !== 'node' || flag !== '-e') return say(tell, 'its health check is no script for Node');
  const port = /http:\/\/127\.0\.0\.1:(\d+)\/(?:healthz|readyz)/.exec(script)?.[1];
  if (!exposed.includes(Number(port))) say(tell, `its health check asks port ${port}, which the image does not expose`);
  const { status, stderr } = spawnSync(process.execPath, ['--check', '-'], { input: script, encoding: 'utf8' });
  if (status !== 0) say(tell, `its health check is no JavaScript:\n${stderr}`);
}
