import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import lock from '../../package-lock.json' with { type: 'json' };
import { CreateError } from './CreateError.js';
import { createProject, ENGINES } from './createProject.js';

const work = mkdtempSync(join(tmpdir(), 'sgaps-create-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Manifest {
  readonly name: string;
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const manifestOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

function failure(make: () => unknown): CreateError {
  try {
    make();
  } catch (error) {
    if (error instanceof CreateError) return error;
    throw error;
  }
  throw new Error('It did not fail.');
}

describe.each(ENGINES)('the template for %s', (engine) => {
  const folder = join(work, engine, 'Star Sweeper');
  const project = createProject({ folder, engine, version: '1.2.3' });

  it('becomes a project of that name, with what npm leaves out of packages', () => {
    expect(project).toMatchObject({ folder, name: 'star-sweeper', engine });
    expect(project.files).toEqual(expect.arrayContaining(['.gitignore', '.npmrc', 'index.html', 'package.json', 'src/main.ts']));
    expect(project.files.filter((file) => file.includes('_'))).toEqual([]);
    expect(manifestOf(folder).name).toBe('star-sweeper');
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain('<title>star-sweeper</title>');
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toContain('.sgaps-data/');
  });

  it('takes our packages of one version, and those of others that this repository tests with', () => {
    const { dependencies, devDependencies } = manifestOf(folder);
    const all = { ...dependencies, ...devDependencies };
    expect(Object.keys(all)).toEqual(expect.arrayContaining([`@sgaps/${engine}`, '@sgaps/server', 'vite', 'typescript']));
    const locked = lock.packages as Record<string, { readonly version?: string } | undefined>;
    for (const [name, range] of Object.entries(all)) {
      const here = name.startsWith('@sgaps/') ? '1.2.3' : locked[`node_modules/${name}`]?.version;
      // What this repository does not have it cannot test with.
      if (here) expect(`${name} ${range}`).toBe(`${name} ^${here}`);
    }
  });

  it('brings up the game and the server with one command', () => {
    expect(manifestOf(folder).scripts['dev']).toMatch(/vite.*sgaps serve/);
  });
});

describe('createProject', () => {
  it('leaves a folder alone that has something in it, and says what', () => {
    const folder = join(work, 'full');
    mkdirSync(folder);
    writeFileSync(join(folder, 'save.json'), '{}');
    const error = failure(() => createProject({ folder, engine: 'phaser', version: '1.2.3' }));
    expect(error).toMatchObject({ code: 'FOLDER_NOT_EMPTY', exitCode: 1 });
    expect(error.message).toContain('save.json');
    expect(existsSync(join(folder, 'package.json'))).toBe(false);
  });

  it('takes a folder that holds a repository and nothing else', () => {
    const folder = join(work, 'cloned');
    mkdirSync(join(folder, '.git'), { recursive: true });
    expect(createProject({ folder, engine: 'babylon', version: '1.2.3' }).files).not.toContain('.git');
  });

  it.each([
    ['npm/10.9.2 node/v22.15.0 linux x64', true],
    ['npm/11.6.0 node/v24.9.0 linux x64', true],
    ['npm/11.19.1 node/v24.21.0 linux x64', false],
    ['npm/12.0.0 node/v26.0.0 linux x64', false],
    ['pnpm/11.0.0 npm/? node/v24.21.0 linux x64', true],
  ])('keeps ONNX Runtime from fetching what nobody needs, in the way that %s knows', (agent, byConfig) => {
    const { files } = createProject({ folder: join(work, agent.replace(/\W/g, '-')), engine: 'phaser', version: '1.2.3', agent });
    expect(files.includes('.npmrc')).toBe(byConfig);
  });

  it('says why a folder cannot be had', () => {
    const file = join(work, 'a-file');
    writeFileSync(file, '');
    for (const folder of [file, join(file, 'below')])
      expect(failure(() => createProject({ folder, engine: 'phaser', version: '1.2.3' })).code).toBe('FOLDER_UNUSABLE');
  });

  it.each([
    ['My Game!', 'my-game'],
    ['..hidden', 'hidden'],
    ['ゲーム', 'my-game'],
  ])('names the package of the folder %s', (base, name) => {
    expect(createProject({ folder: join(work, 'names', base), engine: 'phaser', version: '1.2.3' }).name).toBe(name);
  });
});
