/**
 * Builds the file of a plugin for pages without a bundler: `dist/NAME.umd.js`, the same minified, their source maps, and the licences of what is inside. The engine is the page's global (or what
 * `require` or AMD give); everything else is inside, workers too.
 *
 *   node scripts/lib/umd.mjs plugins/phaser
 *
 * A worker is the same file again: its code is the text of the wrapper's function, called with the worker's name. So it needs no second file beside it, which from another origin no page could start.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './workspaces.mjs';

/** Where workers are, and how packages start them: what Vite, webpack and Rollup look for, too. */
const WORKERS = 'sdk-client/src';
const START = /new Worker\(new URL\('\.\/([\w-]+)\.worker\.js', import\.meta\.url\), \{ type: 'module' \}\)/g;

const folder = process.argv[2];
const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
const [engine] = Object.keys(manifest.peerDependencies);
/** phaser → Phaser; sgaps-phaser → SgapsPhaser. */
const globalOf = (name) => name.replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());
const file = basename(manifest.unpkg, '.umd.min.js');

/** Calls the function that the whole file is: with the engine on a page, without one in a worker. */
const head = `/*! ${manifest.name} ${manifest.version} | MIT */
(function (root, factory) {
  if (typeof module === 'object' && module.exports) module.exports = factory(require('${engine}'));
  else if (typeof define === 'function' && define.amd) define(['${engine}'], factory);
  else root.${globalOf(file)} = factory(root.${globalOf(engine)});
})(typeof self !== 'undefined' ? self : this, function sgapsFactory(sgapsEngine, sgapsWorkerName) {
  if (!sgapsEngine && !sgapsWorkerName) throw new Error('${globalOf(file)}: load ${engine} before ${file}.umd.js.');
  var sgapsFile;
  function sgapsStartWorker(name) {
    sgapsFile = sgapsFile || URL.createObjectURL(new Blob(['(' + sgapsFactory + ')(undefined, self.name)'], { type: 'text/javascript' }));
    return new Worker(sgapsFile, { name: name });
  }
`;
const foot = 'return sgapsExports;\n});';

const workers = globSync('**/*.worker.ts', { cwd: join(ROOT, WORKERS) }).map((path) => [
  basename(path, '.worker.ts'),
  join(ROOT, WORKERS, path),
]);
const entry = `const workers = {
${workers.map(([name, path]) => `  '${name}': () => require(${JSON.stringify(path)}),`).join('\n')}
};
module.exports = sgapsWorkerName ? workers[sgapsWorkerName]() : require(${JSON.stringify(join(ROOT, folder, 'src', 'umd.ts'))});`;

const parts = {
  name: 'workers and engine from the wrapper',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: new RegExp(`^${engine}$`) }, () => ({ path: engine, namespace: 'engine' }));
    onLoad({ filter: /.*/, namespace: 'engine' }, () => ({ contents: 'module.exports = sgapsEngine;' }));
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      if (!code.includes('import.meta.url')) return undefined;
      return { contents: code.replace(START, "sgapsStartWorker('$1')"), loader: 'ts' };
    });
  },
};

/** The licences of what is in the file and not ours. */
function licences(inputs) {
  const places = Object.keys(inputs).map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  const found = [...new Set(places.filter(Boolean))].sort().map((place) => {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, place, 'package.json'), 'utf8'));
    const [text] = globSync('{LICENSE,LICENCE,license}*', { cwd: join(ROOT, place) });
    return `${name} ${version} (${license})\n\n${text ? readFileSync(join(ROOT, place, text), 'utf8').trim() : ''}\n`;
  });
  return found.join(`\n${'-'.repeat(80)}\n\n`);
}

for (const minify of [false, true]) {
  const outfile = join(ROOT, folder, 'dist', `${file}.umd${minify ? '.min' : ''}.js`);
  const { metafile } = await build({
    absWorkingDir: ROOT,
    stdin: { contents: entry, resolveDir: ROOT, sourcefile: `${file}.umd.entry.js` },
    outfile,
    bundle: true,
    format: 'iife',
    globalName: 'sgapsExports',
    platform: 'browser',
    target: 'es2022',
    conditions: ['sgaps-source'],
    banner: { js: head },
    footer: { js: foot },
    legalComments: 'none',
    sourcemap: true,
    metafile: true,
    minify,
    logLevel: 'warning',
    plugins: [parts],
  });
  writeFileSync(join(dirname(outfile), `${file}.umd.LICENSES.txt`), licences(metafile.inputs));
  // Whoever changes how workers are started would otherwise be left with a file that starts none, and codes on the game's thread.
  const [left] = /[\w-]+\.worker\.js/.exec(readFileSync(outfile, 'utf8')) ?? [];
  if (left) throw new Error(`${left} is started in a way that scripts/lib/umd.mjs does not know.`);
}
