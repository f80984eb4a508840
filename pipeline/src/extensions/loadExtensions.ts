import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SgapsError } from '@sgaps/protocol';
import { type EncoderFactory, registerEncoder } from '../encode/registry.js';
import { registerScene, type SceneFactory } from '../scene/registry.js';

/**
 * What an extension is given to add what it has.
 *
 * @example
 * ```ts
 * export default (registry: ExtensionRegistry) => registry.registerScene('my-scene', () => new MyScene());
 * ```
 */
export interface ExtensionRegistry {
  registerScene(name: string, factory: SceneFactory): void;
  registerEncoder(name: string, factory: EncoderFactory): void;
}

const REGISTRY: ExtensionRegistry = { registerScene, registerEncoder };

/**
 * Loads extensions from a folder: every `*.js` and `*.mjs` directly in it, and the `main` of its `package.json`, in the order of their paths. Each exports by default a function that is
 * given the registry. They run with all rights of this process: load only what you trust.
 *
 * @returns The paths that were loaded.
 * @throws SgapsError `NOT_FOUND` without such a folder, `ARGUMENT_INVALID` with the path of an extension that failed; those before it stay
 * @example
 * ```ts
 * await loadExtensions('/etc/sgaps/extensions');
 * const { scene } = await createScene('my-scene');
 * ```
 */
export async function loadExtensions(folder: string): Promise<string[]> {
  const paths = await modulesIn(resolve(folder));
  for (const path of paths) {
    try {
      const { default: extend } = await import(/* @vite-ignore */ pathToFileURL(path).href);
      if (typeof extend !== 'function') throw new Error('it has no default export that is a function');
      await extend(REGISTRY);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new SgapsError('ARGUMENT_INVALID', `The extension ${path} failed: ${reason}`, { cause });
    }
  }
  return paths;
}

async function modulesIn(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new SgapsError('NOT_FOUND', `There is no folder of extensions at ${folder}, or it cannot be read.`, { cause });
  }
  const paths = new Set(names.filter((name) => /\.m?js$/.test(name)).map((name) => join(folder, name)));
  if (names.includes('package.json')) {
    const main = await mainOf(join(folder, 'package.json'));
    if (main !== null) paths.add(resolve(folder, main));
  }
  return [...paths].sort();
}

async function mainOf(path: string): Promise<string | null> {
  try {
    const { main } = JSON.parse(await readFile(path, 'utf8'));
    return typeof main === 'string' ? main : null;
  } catch (cause) {
    throw new SgapsError('ARGUMENT_INVALID', `${path} is no package.json that can be read.`, { cause });
  }
}
