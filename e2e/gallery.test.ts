import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSampleGames, type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser } from './support/browser.js';
import { buildExamples } from './support/gamePage.js';

const GAME = 'phaser-arena';
/** A game boots in a second, and on a machine that is busy in a minute. */
const WAIT = { timeout: 90_000, interval: 100 };
const FIGURES = {
  ...{ date: '2026-11-30', version: '0.1.0', machine: 'a test', busy: false, seconds: 20, frames: 600 },
  ...{ psnr: 36.54, psnrSteady: 37, ssim: 0.9712, bytesUp: 1512, bytesDown: 201, samples: 700, micros: 41 },
};

const data = mkdtempSync(join(tmpdir(), 'sgaps-gallery-'));
let examples: Awaited<ReturnType<typeof buildExamples>>;
let browser: Browser;
let server: SgapsServer;
let page: Page;

beforeAll(async () => {
  [examples, browser] = await Promise.all([buildExamples(GAME), launchBrowser(['--disable-gpu-compositing'])]);
  const { folder } = examples;
  mkdirSync(join(folder, 'plain'));
  writeFileSync(join(folder, 'plain', 'index.html'), '<!doctype html><title>Plain</title>');
  const grey = sharp({ create: { width: 64, height: 36, channels: 3, background: '#888' } });
  await grey.webp().toFile(join(folder, GAME, 'cover.webp'));
  const feature = {
    title: 'Kill-cam',
    text: 'Once more.',
    source: 'examples/phaser-arena/src/replay/KillCam.ts',
    query: 'killcam=0',
  };
  writeFileSync(
    join(folder, 'games.json'),
    JSON.stringify([
      {
        name: GAME,
        title: 'Hover Arena',
        description: 'A game',
        path: GAME,
        kind: 'Top-down shooter',
        engine: 'phaser',
        feature,
      },
      { name: 'plain', title: 'Plain', path: 'plain' },
      { name: 'unbuilt', title: 'Not built' },
    ]),
  );
  writeFileSync(join(folder, 'figures.json'), JSON.stringify({ [GAME]: FIGURES }));
  expect(readSampleGames(folder)).toHaveLength(2);
  server = await startServer({ port: 0, data, model: null, examples: folder, log: pino({ level: 'silent' }) });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await examples?.remove();
  rmSync(data, { recursive: true, force: true });
});

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(WAIT.timeout);
  return () => page.close();
});

const card = (of: Page, title: string) => of.getByRole('article', { name: title });

describe('the gallery of the examples', () => {
  it('has a card for each built game: its picture, what it shows and where, and what was measured', async () => {
    await page.goto(`${server.url}/examples`);
    await card(page, 'Plain').waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    const arena = card(page, 'Hover Arena');
    await page.waitForFunction(() => (document.querySelector('article img') as HTMLImageElement).naturalWidth === 64);
    await arena.getByRole('heading', { name: 'Kill-cam' }).waitFor();
    for (const words of ['Top-down shooter · Phaser', 'Once more.', 'examples/phaser-arena/src/replay/KillCam.ts'])
      await arena.getByText(words).waitFor();
    for (const words of ['36.5 dB', '0.971', '1.5 kB', '201 B', '41 µs', '20 s of play on a test'])
      await arena.getByText(words).waitFor();
    await card(page, 'Plain').getByText('Not measured yet').waitFor();
    // Nobody has played: there is nothing to watch.
    expect(await arena.getByRole('link', { name: /^Watch/ }).count()).toBe(0);
    // On a small screen nothing is wider than it.
    await page.setViewportSize({ width: 390, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  it('starts a game with its bot, and leads to its session: live, then as it was recorded', async () => {
    await page.goto(`${server.url}/examples/`);
    await page.getByRole('link', { name: 'Let the bot play Hover Arena' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/examples/${GAME}/?bot=1&killcam=0`);
    const recorded = async () => (await server.catalog.list({ status: 'recording', game: GAME })).total;
    await expect.poll(recorded, WAIT).toBe(1);
    const watcher = await browser.newPage();
    watcher.setDefaultTimeout(WAIT.timeout);
    await watcher.goto(`${server.url}/examples`);
    const live = card(watcher, 'Hover Arena').getByRole('link', { name: 'Watch it live' });
    await live.waitFor();
    const { items } = (await (await fetch(`${server.url}/api/sessions`)).json()) as { items: { roomId: string; game: string }[] };
    expect(items).toEqual([expect.objectContaining({ game: GAME })]);
    expect(await live.getAttribute('href')).toBe(`/session/${items[0].roomId}`);
    // It has played a little before it ends.
    await page.waitForTimeout(1000);
    await page.goto('about:blank');
    const last = card(watcher, 'Hover Arena').getByRole('link', { name: 'Watch the last session' });
    await last.waitFor();
    await last.click();
    await watcher.waitForURL('**/session/*');
    await watcher.locator('h1', { hasText: GAME }).waitFor();
    await watcher.close();
  });

  it('lets strangers in who may not watch, and asks for nothing that would be refused them', async () => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.route('**/api/access', (route) => route.fulfill({ json: { required: true, scope: null, recording: null } }));
    await page.goto(`${server.url}/examples`);
    await page.getByRole('link', { name: 'log in' }).waitFor();
    expect(await page.getByRole('article').count()).toBe(2);
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(asked.filter((path) => path.startsWith('/api/'))).toEqual(['/api/access']);
  });
});
