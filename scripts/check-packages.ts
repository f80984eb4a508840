/**
 * Packs every published package the way npm would and uses the result: all that `exports` and `bin` name is inside,
 * no test is, and the packed entry points import in plain Node, without this repository's `sgaps-source` condition.
 *
 *   node scripts/check-packages.ts
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packages, ROOT } from './lib/workspaces.mjs';

const problems: string[] = [];
const work = mkdtempSync(join(tmpdir(), 'sgaps-pack-'));

function targets(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(targets) : [];
}

/** Unpacks a package's tarball to node_modules of the scratch folder; its dependencies are those of the repository. */
function install({ folder, name }: { folder: string; name: string }): string {
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', work], {
    cwd: join(ROOT, folder),
    encoding: 'utf8',
  });
  const result: unknown = JSON.parse(packed);
  const [{ filename }] = (Array.isArray(result) ? result : Object.values(result as object)) as [{ filename: string }];
  const place = join(work, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  execFileSync('tar', ['-xzf', join(work, filename.replace('@', '').replace('/', '-')), '--strip-components=1', '-C', place]);
  return place;
}

/** Every third-party package, by a link to where the repository has it. */
function linkDependencies(place: string, folder: string, names: string[]): void {
  for (const name of names.filter((name) => !name.startsWith('@sgaps/'))) {
    const found = [join(ROOT, folder, 'node_modules', name), join(ROOT, 'node_modules', name)].find((at) => existsSync(at));
    const link = join(place, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    if (found) symlinkSync(found, link);
    else problems.push(`${folder}: ${name} is listed, but not installed`);
  }
}

try {
  const all = packages();
  for (const item of all) {
    const { folder, manifest, name } = item;
    const place = install(item);
    for (const file of [...targets(manifest.exports), ...Object.values(manifest.bin ?? {})]) {
      if (!existsSync(join(place, file as string))) problems.push(`${name}: the tarball lacks ${file}`);
    }
    const files = readdirSync(place, { recursive: true }) as string[];
    for (const file of files.filter((file) => /\.test\.|tsbuildinfo$/.test(file)))
      problems.push(`${name}: the tarball has ${file}`);
    linkDependencies(place, folder, Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
    console.log(`${name}: ${files.length} files`);
  }
  for (const { name, manifest, entries } of all) {
    // An engine's plugin needs the engine, which needs a browser: the end-to-end tests import those.
    if (manifest.peerDependencies) continue;
    for (const { subpath } of entries) {
      const specifier = name + subpath.slice(1);
      const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `await import('${specifier}')`], {
        cwd: work,
        encoding: 'utf8',
      });
      if (status !== 0) problems.push(`${specifier} does not import in plain Node:\n${stderr}`);
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
