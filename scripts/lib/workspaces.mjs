/** What the repository consists of, read from the package.json files, so that no script keeps a list of its own. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ name: string, version: string, description?: string, private?: boolean, workspaces?: string[], exports?: Record<string, any>, bin?: Record<string, string>,
 *   repository: { type: string, url: string, directory: string }, files?: string[], engines?: Record<string, string>, dependencies?: Record<string, string>, devDependencies?: Record<string, string>,
 *   optionalDependencies?: Record<string, string>, peerDependencies?: Record<string, string>,
 *   peerDependenciesMeta?: Record<string, { optional?: boolean }>, [other: string]: unknown }} Manifest
 * @typedef {{ folder: string, manifest: Manifest }} Workspace folder relative to the root, with forward slashes
 * @typedef {{ subpath: string, source: string, types: string, output: string }} Entry
 * @typedef {Workspace & { name: string, entries: Entry[] }} Package
 */

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** @type {(folder: string) => Workspace} */
const read = (folder) => ({ folder, manifest: JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) });

/**
 * Every workspace.
 *
 * @returns {Workspace[]}
 */
function workspaces() {
  const { manifest } = read('.');
  return (manifest.workspaces ?? [])
    .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: ROOT }))
    .map((file) => read(dirname(file).replaceAll('\\', '/')));
}

/**
 * The packages that users get from npm.
 *
 * @returns {Package[]}
 */
export function published() {
  return workspaces()
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({ folder, manifest, name: manifest.name, entries: entries(manifest) }));
}

/**
 * The published packages that are built: those whose exports name a source file, or that are a program.
 *
 * @returns {Package[]}
 */
export function packages() {
  return published().filter(({ manifest, entries }) => entries.length > 0 || manifest.bin);
}

/**
 * The sample games: examples with a page.
 *
 * @returns {Workspace[]}
 */
export function examples() {
  return workspaces().filter(({ folder }) => folder.startsWith('examples/') && existsSync(join(ROOT, folder, 'index.html')));
}

/** @type {(manifest: Manifest) => Entry[]} */
function entries(manifest) {
  return Object.entries(manifest.exports ?? {})
    .filter(([, target]) => typeof target === 'object' && target['sgaps-source'])
    .map(([subpath, target]) => ({ subpath, source: target['sgaps-source'], types: target.types, output: target.import }));
}
