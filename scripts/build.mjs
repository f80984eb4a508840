/**
 * Builds every package (declarations by tsc, JavaScript by tsup) and every sample game (Vite), but only what changed:
 * each target has a hash over the content of all it is made from, kept in .sgaps-cache/build.json.
 *
 *   node scripts/build.mjs [--force]
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run, seconds } from './lib/run.mjs';
import { examples, packages, ROOT } from './lib/workspaces.mjs';

const CACHE = join(ROOT, '.sgaps-cache', 'build.json');
const COMMON = ['package-lock.json', 'tsconfig.base.json', 'tsconfig.json', 'scripts/build.mjs', 'scripts/lib/*.mjs'];
/** Where in `dist` a package's pages are built to; those of a sample game are `dist`. */
const PAGES = { 'sdk-server': 'dashboard', 'sdk-player': 'page' };
const force = process.argv.includes('--force');

/** sha256 over path and content of the files the patterns name. Tests take no part in a build. */
function hashOf(patterns, salt = '') {
  const hash = createHash('sha256').update(salt);
  const files = patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
  for (const file of [...new Set(files)].sort()) {
    if (/\.test\.ts$/.test(file) || !/\.[a-z0-9]+$/i.test(file)) continue;
    hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
  }
  return hash.digest('hex');
}

/** The published packages, Vite pages and declarations as build targets: what they are made from, what they make, how. */
function targets() {
  const common = hashOf(COMMON);
  const all = packages();
  const own = ({ folder }) => [`${folder}/src/**/*`, `${folder}/page/**/*`, `${folder}/*.{json,ts,html}`];
  const declarations = {
    name: 'declarations',
    hash: hashOf(all.flatMap(own), common),
    outputs: all.flatMap(({ folder, entries }) => entries.map((entry) => join(folder, entry.types))),
    make: (missing) => run('tsc', ['-b', ...(missing ? ['--force'] : [])]),
  };
  const bundles = all.map((item) => ({
    name: item.name,
    hash: hashOf(own(item), common),
    outputs: Object.keys(tsupEntries(item)).map((out) => join(item.folder, 'dist', `${out}.js`)),
    make: () => bundle(item),
  }));
  const pages = [...examples(), ...all.filter(({ folder }) => existsSync(join(ROOT, folder, 'vite.config.ts')))].map(
    ({ folder, manifest }) => ({
      name: `${manifest.name} (pages)`,
      hash: hashOf([...own({ folder }), `${folder}/public/**/*`, 'examples/shared/**/*', ...all.flatMap(own)], common),
      outputs: [join(folder, 'dist', PAGES[folder] ?? '', 'index.html')],
      make: () =>
        run('vite', ['build', '--logLevel', 'warn', ...(folder.startsWith('examples/') ? ['--base', './'] : [])], {
          cwd: join(ROOT, folder),
        }),
    }),
  );
  return { declarations, bundles, pages };
}

/**
 * tsup entries of a package: its exports and programs, `dist/x.js` from `src/x.ts`, and its workers, which all lie at the top:
 * `new URL('./x.worker.js', import.meta.url)` is asked from a chunk there, whichever folder the code came from.
 */
function tsupEntries({ folder, manifest, entries }) {
  const outputs = [...entries.map(({ output }) => output), ...Object.values(manifest.bin ?? {})];
  const names = outputs.map((file) => file.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, ''));
  const found = Object.fromEntries(names.map((name) => [name, `src/${name}.ts`]));
  for (const file of globSync('**/*.worker.ts', { cwd: join(ROOT, folder, 'src') }))
    found[basename(file, '.ts')] = `src/${file.replaceAll('\\', '/')}`;
  return found;
}

function bundle(item) {
  const cwd = join(ROOT, item.folder);
  // Shared chunks are named by content: those of the last build would stay for ever.
  for (const file of globSync('dist/*.{js,js.map}', { cwd })) rmSync(join(cwd, file));
  const options = {
    config: false,
    entry: tsupEntries(item),
    format: 'esm',
    target: 'es2022',
    // Packages for the browser may not lean on Node: 'neutral' makes esbuild refuse its modules.
    platform: item.manifest.engines?.node ? 'node' : 'neutral',
    // What is only needed for development is never bundled in, nor what may be missing. (Dependencies never are.)
    external: Object.keys({ ...item.manifest.devDependencies, ...item.manifest.optionalDependencies }),
    sourcemap: true,
    silent: true,
  };
  return run('node', [join(ROOT, 'scripts', 'lib', 'bundle.mjs'), JSON.stringify(options)], { cwd });
}

function readCache() {
  try {
    return JSON.parse(readFileSync(CACHE, 'utf8'));
  } catch {
    return {}; // none yet, or cut short: everything is built
  }
}

async function build(target, cache) {
  const missing = target.outputs.some((file) => !existsSync(join(ROOT, file)));
  if (!force && !missing && cache[target.name] === target.hash) return true;
  const start = performance.now();
  delete cache[target.name];
  const { code, output } = await target.make(force || missing);
  if (output.trim()) console.log(output.trim());
  console.log(`build: ${target.name} ${code === 0 ? seconds(performance.now() - start) : 'failed'}`);
  if (code === 0) cache[target.name] = target.hash;
  mkdirSync(dirname(CACHE), { recursive: true });
  writeFileSync(CACHE, JSON.stringify(cache, null, 2));
  return code === 0;
}

async function inTurn(list, cache) {
  let good = true;
  for (const target of list) good = (await build(target, cache)) && good;
  return good;
}

const cache = readCache();
const { declarations, bundles, pages } = targets();
if (force) for (const { folder } of packages()) rmSync(join(ROOT, folder, 'dist'), { recursive: true, force: true });
// tsc takes one core, the bundlers the other.
const results = await Promise.all([
  build(declarations, cache),
  inTurn(bundles, cache).then((good) => good && inTurn(pages, cache)),
]);
process.exitCode = results.every(Boolean) ? 0 : 1;
