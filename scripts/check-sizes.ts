/**
 * Bundles what a game loads to be recorded, and a page to play, as Vite does it, and holds minified and gzipped bytes to the budgets in
 * `api/sizes.json`, and the recorder to 25 kB, which no update raises. Colyseus' SDK and the engines are left out, but for the worker, which carries its own.
 *
 * What counts as the recorder: every file that a page loads to its own thread until a WebGL2 game is recorded, each gzipped by itself as it is sent. Not the worker, which is loaded beside the game,
 * has a row of its own and holds the Colyseus SDK; nor Vite's loader of chunks, which an app has once.
 *
 *   node scripts/check-sizes.ts [--update]
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';
import { ROOT } from './lib/workspaces.mjs';

/** What a page imports, for each row. */
const PAGES = {
  core: "export { Recorder, WebGL2Sampler } from '@sgaps/client';",
  client: "export { createSampler, GameRecorder } from '@sgaps/client';",
  phaser: "export { createContext, SgapsPlugin } from '@sgaps/phaser';",
  babylon: "export { SgapsRecorder } from '@sgaps/babylon';",
  canvas: "export { recordCanvas } from '@sgaps/client';",
  player: "export { RecordingPlayer } from '@sgaps/player';",
  replay: "export { ReplayPlayer } from '@sgaps/client/player';",
  view: "export { RemoteView, ReprojectionPass } from '@sgaps/client/view';",
  hybrid: "export { HybridView } from '@sgaps/babylon/hybrid';",
};
/** Loaded on the game's thread once a WebGL2 game is recorded. */
const RECORDING = ['Recorder', 'WebGL2Sampler', 'openCourier'];
/** What loads chunks, of Vite's own. */
const LOADER = 'preload-helper.js';
/** Bytes of a recorder at most. */
const RECORDER = 25_000;
const SCRIPT = join(ROOT, 'plugins', 'phaser', 'dist', 'sgaps-phaser.umd.min.js');
const BUDGETS = join(ROOT, 'api', 'sizes.json');
/** A build may differ by so many bytes between machines. */
const SLACK = 64;

type Output = (Rollup.OutputChunk | Rollup.OutputAsset)[];

async function bundle(code: string): Promise<Output> {
  const root = mkdtempSync(join(ROOT, 'sdk-client', '.size-'));
  try {
    const input = join(root, 'page.ts');
    writeFileSync(input, code);
    const result = await build({
      configFile: false,
      logLevel: 'error',
      root,
      resolve: { conditions: ['sgaps-source', 'module', 'browser', 'import', 'default'] },
      build: {
        write: false,
        target: 'es2022',
        modulePreload: false,
        rollupOptions: {
          input,
          preserveEntrySignatures: 'strict',
          external: (id) => /^(@colyseus|@babylonjs)\//.test(id) || id === 'phaser',
          output: { format: 'es', chunkFileNames: '[name].js', entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
        },
      },
    });
    return (Array.isArray(result) ? result[0] : (result as Rollup.RollupOutput)).output;
  } finally {
    rmSync(root, { recursive: true });
  }
}

const gzipped = (part: Output[number]) => gzipSync(part.type === 'chunk' ? part.code : part.source, { level: 9 }).length;

/** Bytes of a worker's script, 0 where there is none. */
function workerSize(output: Output, name: string): number {
  const worker = output.find(({ fileName }) => fileName.includes(name));
  return worker ? gzipped(worker) : 0;
}

/** Files that come with `name`: what it imports, and what that imports. */
function closure(output: Output, names: readonly string[]): Set<string> {
  const chunks = new Map(output.flatMap((part) => (part.type === 'chunk' ? [[part.fileName, part] as const] : [])));
  const found = new Set<string>();
  const add = (name: string) => {
    const chunk = chunks.get(name);
    if (!chunk || found.has(name)) return;
    found.add(name);
    for (const next of chunk.imports) add(next);
  };
  names.forEach(add);
  return found;
}

const sizes: Record<string, number> = {};
const recorders: Record<string, number> = {};
let base = 0;
for (const [page, code] of Object.entries(PAGES)) {
  const output = await bundle(code);
  const sum = (names: Set<string>) => output.reduce((total, part) => total + (names.has(part.fileName) ? gzipped(part) : 0), 0);
  const first = sum(closure(output, ['page.js']));
  if (['canvas', 'phaser', 'babylon'].includes(page)) {
    const loaded = closure(output, ['page.js', ...RECORDING.map((name) => `${name}.js`)]);
    loaded.delete(LOADER);
    recorders[`the recorder, ${page}: on the game's thread`] = sum(loaded);
  }
  if (page === 'core') sizes['client: the recorder core (Recorder and WebGL2Sampler)'] = first;
  else if (page === 'client') {
    base = first;
    sizes['client: loaded with the page'] = first;
    sizes["client: on the game's thread while a WebGL2 game is recorded"] = sum(
      closure(output, ['page.js', ...RECORDING.map((name) => `${name}.js`)]),
    );
    sizes['client: in the courier worker, with Colyseus'] = workerSize(output, 'courier.worker');
  } else if (page === 'player') {
    sizes['player: loaded with the page'] = first;
    sizes['player: in its worker'] = workerSize(output, 'player.worker');
  } else if (page === 'replay') {
    sizes['client/player: loaded with the page'] = first;
    sizes['client/player: in its worker'] = workerSize(output, 'viewer.worker');
  } else if (page === 'view') {
    sizes['client/view: loaded with the page'] = first;
    sizes['client/view: in its worker'] = workerSize(output, 'view.worker');
  } else if (page === 'hybrid') sizes['babylon/hybrid: loaded with the page'] = first;
  else if (page !== 'canvas') sizes[`${page}: more than the client`] = first - base;
}
sizes['phaser: the file for a script element, worker and replays inside'] = gzipSync(readFileSync(SCRIPT), { level: 9 }).length;

if (process.argv.includes('--update')) {
  writeFileSync(BUDGETS, `${JSON.stringify(sizes, null, 2)}\n`);
}
const budgets = JSON.parse(readFileSync(BUDGETS, 'utf8')) as Record<string, number>;
for (const [what, bytes] of Object.entries(sizes)) {
  const budget = budgets[what] ?? 0;
  const over = bytes > budget + SLACK;
  console.log(`${String(bytes).padStart(7)} B gzip  ${what}${over ? `: over its budget of ${budget}` : ''}`);
  if (over) process.exitCode = 1;
}
for (const [what, bytes] of Object.entries(recorders)) {
  const over = bytes > RECORDER;
  console.log(`${String(bytes).padStart(7)} B gzip  ${what}${over ? `: over the ${RECORDER} that a recorder may have` : ''}`);
  if (over) process.exitCode = 1;
}
if (process.exitCode === 1) console.log('Make it smaller, or say what it is worth: node scripts/check-sizes.ts --update');
