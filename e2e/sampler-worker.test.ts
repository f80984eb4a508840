import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';

let browser: Browser;
let bundle: BundledPage;
let server: ServedPage;
let page: Page;

beforeAll(async () => {
  bundle = await bundlePage(fileURLToPath(new URL('./sampler-canvas.page.ts', import.meta.url)));
  await build({
    entryPoints: [fileURLToPath(new URL('../sdk-client/src/sampler/gather.worker.ts', import.meta.url))],
    outfile: join(bundle.dir, 'gather.worker.js'),
    bundle: true,
    format: 'esm',
    conditions: ['sgaps-source'],
  });
  server = await servePage(bundle.dir);
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(server.url);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await bundle?.remove();
});

interface Outcome {
  compared: number;
  values: number;
  lost: number;
  skipped: number;
  refused: number;
  leaks: number;
  largestBatch: number;
  mostUnderWay: number;
  faults: string[];
  workers: number;
}

function run(options: object): Promise<Outcome> {
  const defaults = {
    sampler: 'worker',
    context: 'webgl',
    attributes: { alpha: false, antialias: false },
    width: 640,
    height: 360,
    grid: { width: 320, height: 180 },
    frames: 12,
    samples: 600,
    batch: 4,
  };
  return page.evaluate((c) => (window as unknown as { run(c: object): Promise<Outcome> }).run(c), { ...defaults, ...options });
}

const EXACT = { mismatches: 0, largest: 0, truthMismatches: 0, left: 0, disorder: 0, after: false, early: false, mostFps: 10 };

function expectExact(outcome: Outcome, frames: number): void {
  expect(outcome).toMatchObject({ ...EXACT, faults: [], lost: 0 });
  expect(outcome.compared).toBe(frames);
  expect(outcome.values).toBeGreaterThan(3 * 500 * (frames - 4));
}

/** Across pixels of the grid, one pixel wide, over an edge of the canvas, and beyond it. */
const MASKS = [
  { x: 101, y: 33, width: 150, height: 97 },
  { x: 400, y: 5, width: 1, height: 200 },
  { x: 600, y: 340, width: 300, height: 100 },
  { x: -20, y: 200, width: 45, height: 3 },
  { x: 2000, y: 2000, width: 10, height: 10 },
];

/** For what does not depend on the size: a software GPU and the reference spend a quarter of their time on it. */
const SMALL = { width: 320, height: 180, grid: { width: 160, height: 90 } };

describe('WorkerSampler in Chromium', () => {
  for (const alpha of [false, true]) {
    for (const antialias of [false, true]) {
      it(`gives what a WebGL1 game's own read-back gives (alpha ${alpha}, antialias ${antialias})`, async () => {
        expectExact(await run({ attributes: { alpha, antialias } }), 12);
        expectExact(await run({ attributes: { alpha, antialias }, width: 853, height: 481 }), 12);
      });
    }
  }

  it('does so for 2D and WebGL2 canvases', async () => {
    expectExact(await run({ context: '2d' }), 12);
    expectExact(await run({ context: '2d', attributes: { alpha: false, willReadFrequently: true } }), 12);
    expectExact(await run({ context: 'webgl2' }), 12);
  });

  it('does so by bitmaps where there is no VideoFrame', async () => {
    expectExact(await run({ bitmap: true }), 12);
    expectExact(await run({ bitmap: true, attributes: { alpha: true }, masks: MASKS, resizeAt: 5 }), 12);
    expectExact(await run({ bitmap: true, context: '2d' }), 12);
    // Each frame's own picture, also when the one before is still being made.
    expect(await run({ bitmap: true, rush: true, batch: 2, frames: 20 })).toMatchObject({ ...EXACT, compared: 5 });
  });

  it('follows a canvas that changes its size', async () => {
    expectExact(await run({ resizeAt: 5, masks: MASKS }), 12);
  });

  it('never sees what is masked, in points and means of all sizes', async () => {
    for (const attributes of [
      { alpha: false, antialias: true },
      { alpha: true, antialias: false },
    ]) {
      expectExact(await run({ attributes, masks: MASKS, width: 853, height: 481 }), 12);
      const hidden = await run({ attributes, masks: MASKS, sentinel: true, samples: 2500, width: 853, height: 481 });
      expectExact(hidden, 12);
      expect(hidden.leaks).toBe(0);
    }
    const shown = await run({ masks: MASKS, sentinel: true, unmasked: true, width: 853, height: 481 });
    expectExact(shown, 12);
    expect(shown.leaks).toBeGreaterThan(500);
  });

  it('takes another batch size at any time', async () => {
    for (const [batch, batchTo] of [
      [2, 8],
      [16, 1],
      [1, 16],
    ]) {
      const outcome = await run({ ...SMALL, batch, batchTo, batchAt: 9, frames: 40 });
      expectExact(outcome, 40);
      expect(outcome.largestBatch).toBeGreaterThanOrEqual(8);
    }
  });

  it('holds no more pictures than a batch and three', async () => {
    // Nothing can come back in one task.
    const outcome = await run({ rush: true, batch: 2, frames: 20 });
    expect(outcome).toMatchObject({ ...EXACT, compared: 5, mostUnderWay: 5 });
    expect(outcome.skipped).toBe(outcome.refused + 1);
  });

  it('starts another worker when one dies, and says so once', async () => {
    const outcome = await run({ killAt: 5 });
    expect(outcome).toMatchObject({ ...EXACT, workers: 2 });
    expect(outcome.faults).toEqual(['The worker that gathers failed: it died.']);
    expect(outcome.lost).toBeGreaterThan(0);
    expect(outcome.compared + outcome.lost).toBe(12);
  });

  it('says that it cannot work where the script does not load', async () => {
    const said = await page.evaluate(() => (window as unknown as { withoutWorker(): Promise<string> }).withoutWorker());
    expect(said).toBe('UNSUPPORTED');
  });
});
