/**
 * Packs every published package the way npm would and uses the result: manifests and READMEs say what they should, all that `exports` and `bin` name is inside, no test is, source maps come with
 * their sources, publint and are-the-types-wrong find nothing, and the packed entry points import in plain Node, without this repository's `sgaps-source` condition.
 *
 *   node scripts/check-packages.ts
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { manifestProblems, type Project, readmeProblems } from './lib/packageRules.ts';
import { type PackedPackage, packTarballs, unpack } from './lib/packTarballs.ts';
import { type Package, packages, ROOT } from './lib/workspaces.mjs';

const problems: string[] = [];
const work = mkdtempSync(join(tmpdir(), 'sgaps-pack-'));

function readProject(): Project {
  const { version, repository } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
    repository: { url: string };
  };
  return { version, address: repository.url.replace(/^git\+|\.git$/g, ''), root: ROOT };
}

function targets(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(targets) : [];
}

/** All that the manifest names is in the tarball, and nothing that should stay at home. */
function checkContents({ name, manifest }: Package, place: string, files: readonly string[]): void {
  const { unpkg, jsdelivr, types } = manifest as { unpkg?: string; jsdelivr?: string; types?: string };
  const named = [
    ...targets(manifest.exports),
    ...Object.values(manifest.bin ?? {}),
    types,
    unpkg,
    jsdelivr,
    'README.md',
    'LICENSE',
  ];
  for (const file of named) if (file && !existsSync(join(place, file))) problems.push(`${name}: the tarball lacks ${file}`);
  for (const file of files.filter((file) => /\.test\.|tsbuildinfo$|(^|\/)(testing|fixtures)\//.test(file)))
    problems.push(`${name}: the tarball has ${file}`);
}

/** Every script of our own has a map, and a map all its sources: in itself, or beside it in the tarball. */
function checkMaps(name: string, place: string, files: readonly string[]): void {
  for (const file of files.filter((file) => /^dist\/(?!dashboard\/|page\/).*\.js$/.test(file)))
    if (!files.includes(`${file}.map`)) problems.push(`${name}: ${file} has no source map`);
  for (const file of files.filter((file) => /^dist\/.*\.(js|d\.ts)\.map$/.test(file))) {
    const map = JSON.parse(readFileSync(join(place, file), 'utf8')) as { sources: string[]; sourcesContent?: (string | null)[] };
    for (const [i, source] of map.sources.entries())
      if (typeof map.sourcesContent?.[i] !== 'string' && !existsSync(join(place, dirname(file), source)))
        problems.push(`${name}: ${file} names ${source}, which is not in the tarball`);
  }
}

/** What two tools that know other people's mistakes say. */
async function lint({ name, manifest, tarball }: PackedPackage, place: string): Promise<void> {
  const data = readFileSync(tarball);
  const { messages } = await publint({ pkgDir: place, pack: false, strict: true });
  const packed = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Record<string, unknown>;
  for (const message of messages) problems.push(`${name}: publint: ${formatMessage(message, packed, { color: false })}`);
  if (!manifest.exports) return;
  const { types, ...rest } = await checkPackage(createPackageFromTarballData(data));
  if (!types) problems.push(`${name}: are-the-types-wrong finds no types`);
  for (const problem of 'problems' in rest ? rest.problems : []) {
    // The packages are ES modules only: a resolver that knows no `exports`, or a require() without ES modules, cannot load them, types or not.
    const resolution = 'resolutionKind' in problem ? problem.resolutionKind : '';
    if (resolution === 'node10' || resolution === 'node16-cjs') continue;
    problems.push(`${name}: are-the-types-wrong: ${JSON.stringify(problem)}`);
  }
}

/** Every third-party package, by a link to where the repository has it. */
function linkDependencies({ folder, manifest }: Package, place: string): void {
  const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  for (const name of names.filter((name) => !name.startsWith('@sgaps/'))) {
    const found = [join(ROOT, folder, 'node_modules', name), join(ROOT, 'node_modules', name)].find((at) => existsSync(at));
    const link = join(place, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    if (found) symlinkSync(found, link);
    else problems.push(`${folder}: ${name} is listed, but not installed`);
  }
}

/** Imports all entry points in one process; those of an engine's plugin need the engine, which needs a browser: the end-to-end tests import those. */
function importAll(): void {
  const specifiers = packages()
    .filter(({ manifest }) => !manifest.peerDependencies)
    .flatMap(({ name, entries }) => entries.map(({ subpath }) => name + subpath.slice(1)));
  const code = `for (const specifier of ${JSON.stringify(specifiers)})
    await import(specifier).catch((error) => console.error(specifier + ' does not import in plain Node: ' + error.stack));
  process.exit(0);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: work, encoding: 'utf8' });
  if (status !== 0 || stderr.includes('does not import')) problems.push(stderr);
}

try {
  const project = readProject();
  for (const item of await packTarballs()) {
    const { folder, manifest, name, tarball } = item;
    const place = join(work, 'node_modules', name);
    await unpack(tarball, place);
    const files = readdirSync(place, { recursive: true }) as string[];
    for (const problem of manifestProblems(folder, manifest, project)) problems.push(`${name}: package.json: ${problem}`);
    for (const problem of readmeProblems(name, readFileSync(join(place, 'README.md'), 'utf8'), project))
      problems.push(`${name}: README.md ${problem}`);
    checkContents(item, place, files);
    checkMaps(name, place, files);
    await lint(item, place);
    linkDependencies(item, place);
    console.log(`${name}: ${files.length} files`);
  }
  importAll();
} finally {
  rmSync(work, { recursive: true, force: true });
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
