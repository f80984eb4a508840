import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FrameState } from '@sgaps/protocol';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { guideSample } from './support/guideSample.js';
import { openRecording } from './support/openRecording.js';

let data: string;
let server: SgapsServer;
let browser: Browser;
let bundle: BundledPage;
let pages: ServedPage;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sgaps-engine-'));
  server = await startServer({ port: 0, host: '127.0.0.1', data, log: pino({ level: 'silent' }), model: null });
  bundle = await bundlePage(await guideSample('guide/engine-adapter.md', 'game.ts'));
  pages = await servePage(bundle.dir);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await pages?.close();
  await bundle?.remove();
  await server?.close();
  await rm(data, { recursive: true, force: true });
});

interface GamePage {
  recording: { stats: { sent: number; faults: number } | null; recordingId: string; stop(): void };
}

it('the guide’s engine adapter records camera, objects, tags and masks of the guide’s game', async () => {
  const page = await browser.newPage();
  const told: string[] = [];
  page.on('console', (message) => !message.location().url.endsWith('favicon.ico') && told.push(message.text()));
  page.on('pageerror', (error) => told.push(error.message));
  await page.goto(`${pages.url}?server=${encodeURIComponent(server.url)}`);
  await page.waitForFunction(() => ((window as unknown as GamePage).recording?.stats?.sent ?? 0) >= 12);
  const { id, faults } = await page.evaluate(() => {
    const { recording } = window as unknown as GamePage;
    const { recordingId: id, stats } = recording;
    recording.stop();
    return { id, faults: stats?.faults };
  });
  await page.close();
  expect(told).toEqual([]);
  expect(faults).toBe(0);
  await expect.poll(async () => (await server.catalog.get(id))?.status).toBe('finished');
  expect(await server.catalog.get(id)).toMatchObject({ game: 'tiny game', engine: 'tiny-engine' });

  const { frameIds, pictures, states } = await openRecording(await readFile(join(data, 'recordings', `${id}.sgaps`)), 'last');
  const last = frameIds[frameIds.length - 1];
  const { cameras, objects } = states.get(last) as FrameState;
  const player = objects.find(({ texture }) => texture === 'player');
  const trees = objects.filter(({ texture }) => texture === 'tree');
  expect(cameras).toHaveLength(1);
  expect(trees.length).toBe(40);
  expect(new Set(objects.map((object) => object.id)).size).toBe(objects.length);
  // The player stands in the middle of the screen, critical; what is masked is not among the objects.
  expect(player?.tag).toBe(1);
  expect((player?.x ?? 0) - cameras[0].viewX).toBeCloseTo(160, 0);
  expect(objects.map(({ texture }) => texture)).not.toContain('name');
  const picture = pictures.get(last) as Uint8Array;
  const at = (x: number, y: number) => [...picture.subarray(3 * (y * 320 + x), 3 * (y * 320 + x) + 3)];
  const near = (colour: number[], wanted: number[]) =>
    colour.forEach((value, c) => expect(Math.abs(value - wanted[c])).toBeLessThan(40));
  near(at(160, 98), [0xff, 0xd1, 0x66]); // the player's yellow rim, however it is turned
  near(at(160, 70), [128, 128, 128]); // the mask
});
