import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packTarballs } from '../scripts/lib/packTarballs.js';
import { launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { CommandProcess } from './support/CommandProcess.js';
import { TarballRegistry } from './support/TarballRegistry.js';
import { nextFrame, openDashboard, readShown, spread } from './support/watchPage.js';

/** Where the test leaves what a person would have seen. */
const SHOTS = fileURLToPath(new URL('../out/packed-games/', import.meta.url));
const WAIT = { timeout: 60_000, interval: 200 };
/** ms that npm may take to unpack a gigabyte of other people's packages, and to take it away again. */
const SET_UP = 600_000;
/** Frames that a recording must have, some seconds of them. */
const FRAMES = 20;

const work = mkdtempSync(join(tmpdir(), 'sgaps-packed-'));
/** The newcomer's folder. */
const home = join(work, 'games');
const sites: ServedPage[] = [];
let registry: TarballRegistry;
let browser: Browser;
let dev: CommandProcess;
/** Games as files, by the names of their folders; built one after the other while the first test waits for its browser. */
let builds: Readonly<Record<string, Promise<string>>> = {};
/** What `npm run dev` brings up. */
let ports: { readonly game: number; readonly server: number; readonly viewing: number };
let server: string;

/** npm as a newcomer has it, with our packages in its registry. */
const npm = (command: string, cwd: string, variables: Readonly<Record<string, string>> = {}) =>
  new CommandProcess(`npm ${command}`, cwd, { npm_config_registry: registry.url, npm_config_yes: 'true', ...variables });

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  mkdirSync(home);
  const [game, main, viewing] = await freePorts(3);
  ports = { game, server: main, viewing };
  server = `http://localhost:${main}`;
  registry = await TarballRegistry.start(await packTarballs());
  await makeProjects();
  builds = startBuilds();
  browser = await launchBrowser(['--disable-gpu-compositing']);
  dev = npm('run dev', join(home, 'phaser-game'), { VITE_SGAPS_ENDPOINT: endpoint() });
  await Promise.all([dev.answers(`http://localhost:${game}/`), dev.answers(`${server}/readyz`)]);
}, SET_UP);

afterAll(async () => {
  await browser?.close();
  for (const site of sites) await site.close();
  await dev?.stop();
  // Those that nobody waited for.
  await Promise.allSettled(Object.values(builds));
  await registry?.close();
  rmSync(work, { recursive: true, force: true });
}, SET_UP);

const endpoint = () => server.replace('http', 'ws');

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))));
  const found = servers.map((one) => (one.address() as AddressInfo).port);
  await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))));
  return found;
}

/** Two games of `npm create sgaps`, and two that were there before, to which the plugin is added as its README says; all are installed at once. */
async function makeProjects(): Promise<void> {
  for (const engine of ['phaser', 'babylon']) {
    // npx finds again what it once installed by its name alone: it gets a cache that has nothing.
    await npm(`create sgaps@latest ${engine}-game -- --engine ${engine}`, home, { npm_config_cache: join(work, 'npx') }).done();
    usePorts(join(home, `${engine}-game`, 'package.json'));
  }
  plainProject(
    'phaser',
    'phaser',
    `import * as Engine from 'phaser';\nimport { levelOf } from './Level.js';\nconst Level = levelOf(Engine);`,
  );
  plainProject('babylon', '@babylonjs/core', "import { scene } from './scene.js';");
  write(join(home, 'package.json'), JSON.stringify({ private: true, workspaces: ['*'] }));
  await npm('install --no-audit --no-fund --prefer-offline', home, { ONNXRUNTIME_NODE_INSTALL: 'skip' }).done();
}

function startBuilds(): typeof builds {
  const commands = {
    'babylon-game': 'run build',
    'plain-phaser': 'exec -- vite build --logLevel warn',
    'plain-babylon': 'exec -- vite build --logLevel warn',
  };
  let before: Promise<unknown> = Promise.resolve();
  const started = Object.entries(commands).map(([name, command]) => {
    const folder = join(home, name);
    const built = before
      .then(() => npm(command, folder, { VITE_SGAPS_ENDPOINT: endpoint() }).done())
      .then(() => join(folder, 'dist'));
    // Whoever waits for it hears of a failure.
    before = built.catch(() => undefined);
    return [name, built] as const;
  });
  return Object.fromEntries(started);
}

/** Those that the template names may be taken on the machine of who tests. */
function usePorts(manifest: string): void {
  const parsed = JSON.parse(readFileSync(manifest, 'utf8')) as { scripts: { dev: string } };
  parsed.scripts.dev = parsed.scripts.dev
    .replace(/\bvite\b/, `"vite --port ${ports.game} --strictPort"`)
    .replace('"sgaps serve ', `"sgaps serve --port ${ports.server} --viewing-port ${ports.viewing} `);
  write(manifest, JSON.stringify(parsed));
}

/** The first code that a package's README shows in a language, told our server's address. */
function shownIn(readme: string, language: string): string {
  const text = readFileSync(new URL(`../${readme}`, import.meta.url), 'utf8');
  const [, code] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(text) ?? [];
  if (!code?.includes('ws://localhost:2567')) throw new Error(`${readme} shows no ${language} that records.`);
  return code.replace('ws://localhost:2567', endpoint());
}

/** What Vite needs and no more. */
function plainProject(engine: string, peer: string, before: string): void {
  const folder = join(home, `plain-${engine}`);
  const dependencies = Object.fromEntries([peer, `@sgaps/${engine}`, 'vite'].map((name) => [name, 'latest']));
  write(join(folder, 'package.json'), JSON.stringify({ name: `plain-${engine}`, private: true, type: 'module', dependencies }));
  write(join(folder, 'index.html'), page(`plain-${engine}`, '<script type="module" src="/src/main.ts"></script>'));
  write(join(folder, 'src', 'main.ts'), `${before}\n${shownIn(`plugins/${engine}/README.md`, 'ts')}`);
  const part = engine === 'phaser' ? 'Level.js' : 'scene.js';
  copyFileSync(new URL(`./packed/${part}`, import.meta.url), join(folder, 'src', part));
}

const page = (title: string, body: string) =>
  `<!doctype html><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,"><body>${body}</body>`;

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function serve(folder: string): Promise<string> {
  const site = await servePage(folder);
  sites.push(site);
  return site.url;
}

interface Row {
  readonly id: string;
  readonly game: string;
  readonly status: string;
  readonly frames: number;
}

async function rows(kind: 'sessions' | 'recordings', game: string): Promise<Row[]> {
  const response = await fetch(`${server}/api/${kind}`);
  return ((await response.json()) as { items: Row[] }).items.filter((row) => row.game === game);
}

/** Plays the game for some seconds as a player's browser does; what the page said of our packages, or of workers, comes back. */
async function play(url: string, game: string): Promise<string[]> {
  const context = await browser.newContext({ viewport: { width: 800, height: 520 }, deviceScaleFactor: 1 });
  try {
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.goto(url);
    await expect.poll(async () => (await rows('sessions', game))[0]?.frames ?? 0, WAIT).toBeGreaterThan(FRAMES);
    await page.screenshot({ path: join(SHOTS, `${game}.png`) });
    return said.filter((text) => /sgaps|worker|error/i.test(text));
  } finally {
    await context.close();
  }
}

/** Watches the newest recording of a game as its maker does. */
async function watch(game: string): Promise<void> {
  await expect.poll(async () => (await rows('recordings', game))[0]?.status, WAIT).toBe('finished');
  const [{ id, frames }] = await rows('recordings', game);
  expect(frames).toBeGreaterThan(FRAMES);
  const page = await openDashboard(browser, `${server}/session/${id}`);
  try {
    const { frameId } = await readShown(page);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await nextFrame(page, frameId);
    // A game's first frames may show nothing yet.
    await expect.poll(async () => spread((await readShown(page)).rgb), WAIT).toBeGreaterThan(5);
    await page.screenshot({ path: join(SHOTS, `${game}-watched.png`) });
  } finally {
    await page.context().close();
  }
}

async function playAndWatch(url: string, game: string): Promise<void> {
  // A worker that is not found would be told here, and options that are wrong.
  expect(await play(url, game)).toEqual([]);
  await watch(game);
}

describe('the packages as npm gives them out', () => {
  it('record a Phaser game of npm create sgaps, brought up by npm run dev', async () => {
    await playAndWatch(`http://localhost:${ports.game}/`, 'phaser-game');
  });

  it('record a Babylon game of npm create sgaps, built by npm run build', async () => {
    await playAndWatch(await serve(await builds['babylon-game']), 'babylon-game');
  });

  it.each(['phaser', 'babylon'])(
    'record a %s game by what the README shows, built by Vite without a configuration',
    async (engine) => {
      await playAndWatch(await serve(await builds[`plain-${engine}`]), `plain-${engine}`);
    },
  );

  it('record a Phaser game on a page without a bundler, by one script', async () => {
    const folder = join(work, 'script');
    const packages = join(home, 'node_modules');
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(packages, 'phaser', 'dist', 'phaser.min.js'), join(folder, 'phaser.min.js'));
    const { jsdelivr } = JSON.parse(readFileSync(join(packages, '@sgaps', 'phaser', 'package.json'), 'utf8')) as {
      jsdelivr: string;
    };
    copyFileSync(join(packages, '@sgaps', 'phaser', jsdelivr), join(folder, 'sgaps.js'));
    const level = readFileSync(new URL('./packed/Level.js', import.meta.url), 'utf8').replace('export ', '');
    const body = shownIn('plugins/phaser/README.md', 'html')
      .replace(/src="[^"]*\/phaser@[^"]*"/, 'src="phaser.min.js"')
      .replace(/src="[^"]*\/@sgaps\/phaser@[^"]*"/, 'src="sgaps.js"')
      .replace('<script>', `<script>${level}const Level = levelOf(Phaser);</script>\n<script>`);
    write(join(folder, 'index.html'), page('one-script', body));
    await playAndWatch(await serve(folder), 'one-script');
  });
});
