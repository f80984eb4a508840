import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';

let browser: Browser;
let bundle: BundledPage;
let server: ServedPage;
let page: Page;

beforeAll(async () => {
  bundle = await bundlePage(fileURLToPath(new URL('./sampler-canvas.page.ts', import.meta.url)));
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
  mean: number;
  largest: number;
  lost: number;
  skipped: number;
  refused: number;
  leaks: number;
  largestBatch: number;
  faults: string[];
}

function run(options: object): Promise<Outcome> {
  const defaults = {
    sampler: 'canvas2d',
    context: '2d',
    attributes: { alpha: false },
    smooth: true,
    width: 640,
    height: 360,
    grid: { width: 320, height: 180 },
    frames: 12,
    samples: 600,
    batch: 4,
  };
  return page.evaluate((c) => (window as unknown as { run(c: object): Promise<Outcome> }).run(c), { ...defaults, ...options });
}

const SOUND = { truthMismatches: 0, left: 0, disorder: 0, after: false, mostFps: 5, faults: [], lost: 0 };

function expectNear(outcome: Outcome, frames: number, tolerance: { largest: number; mean: number }): void {
  expect(outcome).toMatchObject(SOUND);
  expect(outcome.compared).toBe(frames);
  expect(outcome.values).toBeGreaterThan(3 * 500 * (frames - 4));
  expect(outcome.largest).toBeLessThanOrEqual(tolerance.largest);
  expect(outcome.mean).toBeLessThan(tolerance.mean);
}

/** Where the canvas is a power of two times the grid; and where it is not. */
const EVEN = { largest: 1, mean: 0.3 };
const UNEVEN = { largest: 100, mean: 2 };

const MASKS = [
  { x: 101, y: 33, width: 150, height: 97 },
  { x: 400, y: 5, width: 1, height: 200 },
  { x: 600, y: 340, width: 300, height: 100 },
  { x: -20, y: 200, width: 45, height: 3 },
  { x: 2000, y: 2000, width: 10, height: 10 },
];

/** For what does not depend on the size: a software GPU and the reference spend a quarter of their time on it. */
const SMALL = { width: 320, height: 180, grid: { width: 160, height: 90 } };

describe('Canvas2dSampler in Chromium', () => {
  it('is off by at most one where the canvas is a power of two times the grid', async () => {
    for (const [width, height] of [
      [320, 180],
      [640, 360],
      [1280, 720],
    ]) {
      const frames = width > 640 ? 8 : 12;
      expectNear(await run({ width, height, frames }), frames, EVEN);
      expectNear(await run({ width, height, frames, smooth: false }), frames, EVEN);
    }
    expectNear(await run({ context: 'webgl', attributes: { alpha: true } }), 12, EVEN);
    expectNear(await run({ context: 'webgl2', attributes: { alpha: false, antialias: true } }), 12, EVEN);
  });

  it('stays within its tolerance elsewhere', async () => {
    for (const [width, height] of [
      [960, 540],
      [853, 481],
    ]) {
      expectNear(await run({ width, height }), 12, UNEVEN);
    }
    expectNear(await run({ resizeAt: 5 }), 12, UNEVEN);
  });

  it('never sees what is masked, in points and means of all sizes', async () => {
    expectNear(await run({ masks: MASKS }), 12, EVEN);
    for (const context of ['2d', 'webgl']) {
      const hidden = await run({ context, masks: MASKS, sentinel: true, samples: 2500, width: 853, height: 481 });
      expect(hidden).toMatchObject({ ...SOUND, compared: 12, leaks: 0 });
    }
    const shown = await run({ masks: MASKS, sentinel: true, unmasked: true, width: 853, height: 481 });
    expect(shown.leaks).toBeGreaterThan(500);
  });

  it('takes another batch size at any time', async () => {
    for (const [batch, batchTo] of [
      [2, 8],
      [16, 1],
      [1, 16],
    ]) {
      const outcome = await run({ ...SMALL, batch, batchTo, batchAt: 9, frames: 40 });
      expectNear(outcome, 40, EVEN);
      expect(outcome.largestBatch).toBeGreaterThanOrEqual(8);
    }
  });
});
