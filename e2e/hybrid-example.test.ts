import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, WEBGPU } from './support/browser.js';
import { buildExamples } from './support/gamePage.js';

const SERVE = fileURLToPath(new URL('../examples/hybrid-view/serve.mjs', import.meta.url));

let examples: Awaited<ReturnType<typeof buildExamples>>;
let server: ChildProcess;
/** By view. */
const urls = new Map<string, string>();
let browser: Browser;

beforeAll(async () => {
  examples = await buildExamples('hybrid-view');
  const node = ['--conditions=sgaps-source', '--import', 'tsx', SERVE];
  server = spawn(
    process.execPath,
    [
      ...node,
      '--port',
      '0',
      '--splats',
      process.env.SGAPS_SHOTS ? '300000' : '20000',
      '--page',
      // Not as it would be written with the fewest letters.
      `${join(examples.folder, 'hybrid-view')}/./`,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
    const [, view, url] = /(Babylon\.js|no engine)\s+(http:\S+)/.exec(line) ?? [];
    if (view && url) urls.set(view, url);
    if (urls.size === 2) break;
  }
  browser = await launchBrowser(WEBGPU);
});

afterAll(async () => {
  await browser?.close();
  if (server && server.exitCode === null) {
    server.kill('SIGINT');
    await once(server, 'exit');
  }
  await examples?.remove();
});

/** Colours of the page's canvas, `[column, row]` of 640 by 360. */
async function look(page: Page, places: readonly (readonly [number, number])[]): Promise<number[][]> {
  const canvas = page.locator('#game canvas');
  const { data, info } = await sharp(await canvas.screenshot())
    .resize(640, 360, { fit: 'fill', kernel: 'nearest' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return places.map(([x, y]) => [...data.subarray(3 * (info.width * y + x), 3 * (info.width * y + x) + 3)]);
}

/** The colours of what this page draws, in light and shade. */
function nameOf([r, g, b]: readonly number[]): string {
  if (r > 170 && g > 0.55 * r && b < 0.5 * r) return 'orange';
  return g > 1.5 * r && g > 1.2 * b ? 'green' : 'other';
}

/** For the guide: `SGAPS_SHOTS=folder`. */
async function takePicture(page: Page, view: string): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 850 });
  await page.goto(`${page.url()}&pixels=1&resolution=1`);
  await page.waitForFunction(() => /^latency/.test(document.querySelector('.sgaps-latency')?.textContent ?? ''));
  await page.waitForTimeout(5000);
  await page.screenshot({
    path: join(process.env.SGAPS_SHOTS ?? '', `hybrid-view-${view === 'Babylon.js' ? 'babylon' : 'plain'}.png`),
  });
}

/** Something else is seen at a place, soon. */
async function expectOther(page: Page, place: readonly [number, number], before: readonly number[]): Promise<void> {
  const change = async () => Math.max(...(await look(page, [place]))[0].map((value, i) => Math.abs(value - before[i])));
  await expect.poll(change, { timeout: 20_000 }).toBeGreaterThan(25);
}

describe.each([
  ['Babylon.js', 'webgl2'],
  ['Babylon.js', 'webgpu'],
  ['no engine', 'webgl2'],
])('the example of hybrid views: %s, %s', (view, engine) => {
  it('shows what the server renders among what the page draws, and follows the mouse', async () => {
    const page = await browser.newPage({ viewport: { width: 700, height: 500 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${urls.get(view)}&still=1&engine=${engine}`);
    expect(new URL(page.url()).searchParams.get('scene')).toBe('splats:room');
    await page.waitForFunction(() => /^latency/.test(document.querySelector('.sgaps-latency')?.textContent ?? ''), null, {
      timeout: 60_000,
    });
    expect(await page.locator('#note').textContent()).toMatch(/^splats:room · \d+0,000 splats · drawn by /);
    // The page's ring goes round the server's ball: before it and behind it. A green cube is half in another ball.
    const [front, back, cube] = [
      [320, 210],
      [320, 176],
      [177, 204],
    ] as const;
    const seen = async () => (await look(page, [front, back, cube])).map(nameOf);
    await expect.poll(seen, { timeout: 30_000 }).toEqual(['orange', 'other', 'green']);
    if (process.env.SGAPS_SHOTS) return takePicture(page, view);
    // The orange ball on the cupboard, which is the server's, goes aside; what is turned about stays.
    const aside = [401, 104] as const;
    const [ball] = await look(page, [aside]);
    await page.mouse.move(350, 250);
    await page.mouse.down();
    await page.mouse.move(390, 250, { steps: 4 });
    await page.mouse.up();
    await expectOther(page, aside, ball);
    await expect.poll(async () => (await seen()).slice(0, 2), { timeout: 20_000 }).toEqual(['orange', 'other']);
    // Frames as they came are those of where the camera is, once it is at rest.
    await page.locator('#reproject').uncheck();
    await expect.poll(async () => (await seen()).slice(0, 2), { timeout: 20_000 }).toEqual(['orange', 'other']);
    await page.locator('#resolution').selectOption('0.25');
    // Flying to the side leaves the ring.
    const [ring] = await look(page, [front]);
    await page.locator('input[value=fly]').check();
    await page.locator('#game canvas').focus();
    await page.keyboard.down('KeyD');
    await expectOther(page, front, ring);
    await page.keyboard.up('KeyD');
    expect(complaints).toEqual([]);
    await page.close();
  });
});

/** The status of the answer to exactly this path. */
function statusOf(path: string, headers: Record<string, string> = {}, hostname = '127.0.0.1'): Promise<number | undefined> {
  const { port } = new URL(urls.get('no engine') ?? '');
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.once('error', reject).end();
  });
}

describe('the server of the example', () => {
  it('goes on after requests that make no sense', async () => {
    expect(await statusOf('//')).toBe(400);
    expect(await statusOf('/api/viewing', { host: 'a b' })).toBe(400);
    expect(await statusOf('/%2e%2e/hybrid-view.html')).toBe(404);
    expect(await statusOf('/?scene=splats:room')).toBe(200);
  });

  it('answers this machine only', async () => {
    const others = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const { address } of others.filter(({ family, internal }) => family === 'IPv4' && !internal))
      await expect(statusOf('/', {}, address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
