import { createReadStream, globSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';

/** Chromium's flags for tests and benches (DESIGN.md, "Toolchain"): headless, software GPU, no chatter. */
export const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

/** WebGPU on a machine without a GPU. */
export const WEBGPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

/**
 * Launches Chromium: `SGAPS_CHROMIUM`, or Debian's. Share one browser per test file and close it. With `flags` added to ours:
 * `--disable-gpu-compositing` lets pages beside a game cost a tenth where the GPU is software; WebGL stays as it is.
 */
export function launchBrowser(flags: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env.SGAPS_CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

/** A package's workers, under the names that it asks for. */
function workersOf(folder: 'sdk-client' | 'sdk-player'): { in: string; out: string }[] {
  const sources = fileURLToPath(new URL(`../../${folder}/src`, import.meta.url));
  return globSync('**/*.worker.ts', { cwd: sources }).map((file) => ({ in: join(sources, file), out: basename(file, '.ts') }));
}

/** ONNX Runtime's WebAssembly, which the player's workers look for beside themselves. */
const RUNTIME = ['onnxruntime-web/ort-wasm-simd-threaded.wasm', 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm'];

/** A folder with a bundled page; `remove` deletes it. */
export interface BundledPage {
  readonly dir: string;
  remove(): Promise<void>;
}

/**
 * Bundles a TypeScript entry, our packages from source, into a temporary folder with an `index.html` that runs it.
 * `alias` maps package names, for example `{ phaser: 'phaser3' }`; `workers` is the package whose workers the page starts.
 */
export async function bundlePage(
  entry: string,
  options: { readonly alias?: Readonly<Record<string, string>>; readonly workers?: 'sdk-client' | 'sdk-player' } = {},
): Promise<BundledPage> {
  const { workers = 'sdk-client' } = options;
  const dir = await mkdtemp(join(tmpdir(), 'sgaps-page-'));
  if (workers === 'sdk-player')
    for (const file of RUNTIME.map((name) => fileURLToPath(import.meta.resolve(name))))
      await copyFile(file, join(dir, basename(file)));
  await build({
    // Beside the page lie the workers, where it looks for them.
    entryPoints: [{ in: entry, out: 'page' }, ...workersOf(workers)],
    outdir: dir,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    conditions: ['sgaps-source'],
    alias: { ...options.alias },
    logLevel: 'warning',
  });
  const html =
    '<!doctype html><meta charset="utf-8"><title>SGAPS test</title><body style="margin:0"><script type="module" src="page.js"></script>';
  await writeFile(join(dir, 'index.html'), html);
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** A folder served over HTTP on a free port of this machine. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

/** Serves `dir`; `close` ends the server. */
export async function servePage(dir: string): Promise<ServedPage> {
  const server: Server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = join(dir, path === '/' ? 'index.html' : path);
    // Cross-origin isolation: `performance.now` ticks in 5 µs instead of 100.
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    response.setHeader('cross-origin-embedder-policy', 'require-corp');
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    createReadStream(file)
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error ? reject(error) : resolve()));
      }),
  };
}
