import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './support/browser.js';
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
  server = spawn(process.execPath, [...node, '--port', '0', '--page', join(examples.folder, 'hybrid-view')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
    const [, view, url] = /(Babylon\.js|no engine)\s+(http:\S+)/.exec(line) ?? [];
    if (view && url) urls.set(view, url);
    if (urls.size === 2) break;
  }
  browser = await launchBrowser();
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

/** Something else is seen at a place, soon. */
async function expectOther(page: Page, place: readonly [number, number], before: readonly number[]): Promise<void> {
  const change = async () => Math.max(...(await look(page, [place]))[0].map((value, i) => Math.abs(value - before[i])));
  await expect.poll(change, { timeout: 20_000 }).toBeGreaterThan(25);
}

describe.each(['Babylon.js', 'no engine'])('the example of hybrid views: %s', (view) => {
  it('shows what the server renders among what the page draws, and follows the mouse', async () => {
    const page = await browser.newPage({ viewport: { width: 700, height: 500 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${urls.get(view)}&still=1&resolution=0.5`);
    expect(new URL(page.url()).searchParams.get('scene')).toBe('room');
    await page.waitForFunction(() => /^p50/.test(document.querySelector('.sgaps-latency')?.textContent ?? ''), null, {
      timeout: 60_000,
    });
    // The ball is the server's and blue; the ring before it is the page's, and orange.
    const spots = [
      [320, 145],
      [320, 197],
    ] as const;
    await expect
      .poll(async () => (await look(page, spots)).map(([r, , b]) => (b > r + 40 ? 'blue' : r > b + 60 ? 'orange' : 'else')), {
        timeout: 20_000,
      })
      .toEqual(['blue', 'orange']);
    const before = await look(page, [[120, 100]]);
    await page.mouse.move(350, 250);
    await page.mouse.down();
    await page.mouse.move(390, 250, { steps: 4 });
    await page.mouse.up();
    await expectOther(page, [120, 100], before[0]);
    expect((await look(page, spots)).map(([r, , b]) => b > r + 40)).toEqual([true, false]);
    // Flying to the side leaves the ball.
    const [ball] = await look(page, [spots[0]]);
    await page.locator('input[value=fly]').check();
    await page.locator('#game canvas').focus();
    await page.keyboard.down('KeyD');
    await expectOther(page, spots[0], ball);
    await page.keyboard.up('KeyD');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
