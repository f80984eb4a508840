import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Package, published, ROOT } from './workspaces.mjs';

const run = promisify(execFile);

/** A published package and its tarball. */
export interface PackedPackage extends Package {
  /** Absolute. */
  readonly tarball: string;
}

/** Tarballs stay, with what says what they were made from: the checks and the tests after them need the same ones. */
const FOLDER = join(ROOT, '.sgaps-cache', 'tarballs');
const STAMP = join(FOLDER, 'packed.json');

/**
 * Packs all published packages as npm would, built as they are: one call of npm for all, and none where nothing has changed since.
 *
 * @example
 * ```ts
 * for (const { name, tarball } of await packTarballs()) console.log(name, tarball);
 * ```
 */
export async function packTarballs(): Promise<PackedPackage[]> {
  const all = published();
  const state = stateOf(all);
  const kept = existsSync(STAMP)
    ? (JSON.parse(readFileSync(STAMP, 'utf8')) as { state: string; files: Record<string, string> })
    : null;
  const files = kept?.state === state ? kept.files : await pack(all);
  writeFileSync(STAMP, JSON.stringify({ state, files }));
  return all.map((item) => ({ ...item, tarball: join(FOLDER, files[item.name]) }));
}

/** The tarballs' names by those of the packages. */
async function pack(all: readonly Package[]): Promise<Record<string, string>> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const chosen = all.flatMap(({ name }) => ['--workspace', name]);
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', FOLDER, ...chosen];
  const { stdout } = await run('npm', args, { cwd: ROOT, maxBuffer: 1 << 26, shell: process.platform === 'win32' });
  const parsed: unknown = JSON.parse(stdout);
  const packed = (Array.isArray(parsed) ? parsed : Object.values(parsed as object)) as { name: string; filename: string }[];
  // Some versions of npm tell a scoped package's file as @scope/name-1.0.0.tgz, and none writes it so.
  return Object.fromEntries(packed.map(({ name, filename }) => [name, filename.replace('@', '').replace('/', '-')]));
}

/** Changes with every file that npm may take. */
function stateOf(all: readonly Package[]): string {
  const hash = createHash('sha256');
  for (const { folder, manifest } of all) {
    const named = (manifest.files ?? []).filter((file) => !file.startsWith('!'));
    const found = globSync(['*.{md,json}', ...named, ...named.map((file) => `${file}/**/*`)], { cwd: join(ROOT, folder) });
    for (const file of found.sort()) {
      const stat = statSync(join(ROOT, folder, file));
      if (stat.isFile()) hash.update(`${folder}/${file} ${stat.size} ${stat.mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

/** Unpacks a tarball to a folder that is made for it. */
export async function unpack(tarball: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder]);
}
