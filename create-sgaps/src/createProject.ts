import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateError } from './CreateError.js';

const TEMPLATES = fileURLToPath(new URL('../templates/', import.meta.url));
/** npm leaves these out of packages, whatever `files` says: templates have them by other names. */
const RENAMED = { _gitignore: '.gitignore', _npmrc: '.npmrc' } as const;
/** What the templates call the game. */
const NAME = 'my-game';
const NAMED = ['package.json', 'index.html', 'README.md'];
/** What a folder may have in it, and be empty all the same. */
const NOTHING = ['.git', '.DS_Store'];

/** The engines that there is a template for. */
export const ENGINES = ['phaser', 'babylon'] as const;
export type Engine = (typeof ENGINES)[number];

/** A project that was made. */
export interface CreatedProject {
  /** Absolute. */
  readonly folder: string;
  /** Of its package. */
  readonly name: string;
  readonly engine: Engine;
  /** Relative to the folder, with forward slashes, in order. */
  readonly files: readonly string[];
}

/**
 * Makes a project of a template. The packages of SGAPS that it needs are those of `version`.
 *
 * Throws `CreateError`: `FOLDER_NOT_EMPTY`, or `FOLDER_UNUSABLE` where it cannot be made or written to.
 *
 * @example
 * ```ts
 * const { files } = createProject({ folder: 'my-game', engine: 'phaser', version: '0.1.0' });
 * ```
 */
export function createProject(options: {
  readonly folder: string;
  readonly engine: Engine;
  readonly version: string;
  /** The package manager that is at work, as it says itself: `npm/11.19.1 node/v24.21.0 linux x64`. */
  readonly agent?: string;
}): CreatedProject {
  const { engine, version } = options;
  const folder = resolve(options.folder);
  assertEmpty(folder, options.folder);
  const name = packageName(folder);
  try {
    mkdirSync(folder, { recursive: true });
    for (const part of ['common', engine]) cpSync(join(TEMPLATES, part), folder, { recursive: true });
    for (const [from, to] of Object.entries(RENAMED)) renameSync(join(folder, from), join(folder, to));
    if (readsAllowScripts(options.agent)) rmSync(join(folder, '.npmrc'));
    for (const file of NAMED) rewrite(join(folder, file), (text) => text.replaceAll(NAME, name));
    rewrite(join(folder, 'package.json'), (text) => text.replace(/("@sgaps\/[\w-]+": )"[^"]*"/g, `$1"^${version}"`));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CreateError('FOLDER_UNUSABLE', `The project cannot be written to ${options.folder}: ${why}.`, { cause });
  }
  return { folder, name, engine, files: filesOf(folder) };
}

/** Throws unless the folder is empty, or not there. `called` is what the person named it. */
export function assertEmpty(folder: string, called: string): void {
  if (!existsSync(folder)) return;
  let found: string[];
  try {
    found = readdirSync(folder).filter((name) => !NOTHING.includes(name));
  } catch (cause) {
    throw new CreateError('FOLDER_UNUSABLE', `${called} cannot be read as a folder. Name another.`, { cause });
  }
  if (found.length === 0) return;
  const some = found.slice(0, 3).join(', ') + (found.length > 3 ? ', …' : '');
  const where = called === '.' ? 'This folder' : `The folder ${called}`;
  throw new CreateError(
    'FOLDER_NOT_EMPTY',
    `${where} is not empty (${some}). Name one that is not there yet, or empty it first.`,
  );
}

/** What npm takes as the name of a package, as near to the folder's as that goes. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100);
  return name || NAME;
}

/**
 * npm from 11.19 on takes it from package.json which packages run no scripts when they are installed; `.npmrc` says as much to ONNX Runtime where older ones are at work, and would be
 * warned of by this one.
 */
function readsAllowScripts(agent = ''): boolean {
  const [major, minor] = (/^npm\/(\d+)\.(\d+)/.exec(agent)?.slice(1) ?? ['0', '0']).map(Number);
  return major > 11 || (major === 11 && minor >= 19);
}

function rewrite(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    )
    .filter((file) => !NOTHING.includes(file.split('/')[0]))
    .sort();
}
