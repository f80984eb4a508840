import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import games from '../examples/games.json' with { type: 'json' };

const FLAGS = [
  ...['--headless=new', '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...[
    '--disable-component-update',
    '--disable-sync',
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--ignore-gpu-blocklist',
  ],
];
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const TICK = 1000 / 60;
const MARKS = [60, 300, 600];

const examples = fileURLToPath(new URL('../examples/', import.meta.url));
let browser: Browser;
let server: Server;
let origin: string;
/** What recorders asked the server for. */
const asked: string[] = [];

beforeAll(async () => {
  // `npm test` has just built them.
  for (const { name } of process.env.SGAPS_BUILT === '1' ? [] : games)
    await build({ root: join(examples, name), configFile: join(examples, name, 'vite.config.ts'), logLevel: 'error' });
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname.startsWith('/matchmake')) asked.push(pathname);
    const [, , name, ...rest] = pathname.split('/');
    const file = join(examples, name ?? '', 'dist', rest.join('/') || 'index.html');
    try {
      const bytes = await readFile(file);
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The test server has no port');
  origin = `http://localhost:${address.port}`;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: FLAGS });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function open(path: string, query: string, record = '0'): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 960, height: 600 } });
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(`${origin}${path}?clock=virtual&record=${record}&${query}`);
  await page.evaluate(() => window.sgapsClock?.ready);
  return page;
}

/** Steps to each mark and hashes the canvas there, in the task that drew it; only the first `drawn` frames and the marks are drawn. */
async function hashes(path: string, query: string, marks: readonly number[], drawn: number): Promise<string[]> {
  const page = await open(path, query);
  const result: string[] = [];
  let at = 0;
  for (const mark of marks) {
    const hash = await page.evaluate(
      async ({ frames, ms, drawn }) => {
        const { sgapsClock, sgapsGame } = window;
        if (!sgapsClock || !sgapsGame) throw new Error('The page has no virtual clock');
        for (let i = 1; i <= frames; i++) sgapsClock.step(ms, i === frames || sgapsClock.frame < drawn);
        const picture = new TextEncoder().encode(sgapsGame.canvas.toDataURL());
        return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', picture))).join();
      },
      { frames: mark - at, ms: TICK, drawn },
    );
    result.push(hash);
    at = mark;
  }
  await page.close();
  return result;
}

describe.each(games)('sample game $name', ({ name }) => {
  const path = `/examples/${name}/`;

  it('draws the same pictures again from the same seed, and others from another', { timeout: 120_000 }, async () => {
    // Each in a process of its own, by a clock of its own.
    const [first, second, [other]] = await Promise.all([
      hashes(path, 'bot=1&seed=7', MARKS, 30),
      hashes(path, 'bot=1&seed=7', MARKS, 0),
      hashes(path, 'bot=1&seed=8&autostart=1', [300], 0),
    ]);
    expect(second).toEqual(first);
    expect(new Set(first).size).toBe(MARKS.length);
    expect(first).not.toContain(other);
  });
});

describe('the platformer', () => {
  it('is finished by its bot: menu, level 1, level 2, the end', { timeout: 120_000 }, async () => {
    const page = await open('/examples/phaser-platformer/', 'bot=1&seed=7');
    const seen = await page.evaluate((ms) => {
      const { sgapsClock, sgapsGame } = window;
      if (!sgapsClock || !sgapsGame) throw new Error('The page has no virtual clock');
      const places: string[] = [];
      for (let i = 0; i < 1500 && !places.includes('end'); i++) {
        sgapsClock.step(ms * 6, i % 20 === 0);
        const [scene] = sgapsGame.scene.getScenes(true);
        const { level } = sgapsGame.registry.get('session') as { level: number };
        const place = scene.scene.key === 'level' ? `level ${level}` : scene.scene.key;
        if (places.at(-1) !== place) places.push(place);
      }
      return places;
    }, TICK);
    await page.close();
    expect(seen).toEqual(['menu', 'level 1', 'level 2', 'end']);
  });
});

describe('the inn', () => {
  const path = '/examples/phaser-tavern/';

  /** Steps without drawing. */
  const step = (page: Page, ticks: number): Promise<void> =>
    page.evaluate(
      ({ ticks, ms }) => {
        for (let i = 0; i < ticks; i++) window.sgapsClock?.step(ms, false);
      },
      { ticks, ms: TICK },
    );

  it('asks its player before it asks the server', { timeout: 120_000 }, async () => {
    const page = await open(path, 'bot=1&seed=7', '1');
    // The bot has read the title by then, and still reads what it is to agree to.
    await step(page, 260);
    await page.waitForTimeout(300);
    expect(asked).toEqual([]);
    await step(page, 120);
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await page.close();
  });

  it('writes the name of its hero nowhere but where it is masked', { timeout: 120_000 }, async () => {
    const page = await open(path, 'bot=1&seed=7');
    const seen = await page.evaluate((ms) => {
      interface Shown {
        readonly name: string;
        readonly text?: string;
        readonly list?: readonly Shown[];
      }
      const { sgapsClock, sgapsGame } = window;
      if (!sgapsClock || !sgapsGame) throw new Error('The page has no virtual clock');
      const places = { masked: 0, open: [] as string[] };
      const look = (objects: readonly Shown[], hero: string, hidden: boolean): void => {
        for (const object of objects) {
          const masked = hidden || object.name === 'private';
          if (object.list) look(object.list, hero, masked);
          else if (!object.text?.includes(hero)) continue;
          else if (masked) places.masked++;
          else places.open.push(object.text);
        }
      };
      // Until the first letter has been read, on the second day.
      for (let i = 0; i < 3600; i++) {
        sgapsClock.step(ms, false);
        const { hero } = sgapsGame.registry.get('session') as { hero: string };
        if (hero && i % 20 === 0) look(sgapsGame.scene.getScenes(true)[0].children.list as unknown as Shown[], hero, false);
      }
      return places;
    }, TICK);
    await page.close();
    expect(seen.open).toEqual([]);
    expect(seen.masked).toBeGreaterThan(100);
  });
});
