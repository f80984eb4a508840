import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';

let browser: Browser;
let bundle: BundledPage;
let server: ServedPage;
let page: Page;

beforeAll(async () => {
  bundle = await bundlePage(fileURLToPath(new URL('./sampler.page.ts', import.meta.url)));
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
  mismatches: number;
  largest: number;
  stateChanges: number;
  errors: number;
  lost: number;
  skipped: number;
  truthMismatches: number;
  left: number;
  leaks: number;
  disorder: number;
  depths: number;
  depthMismatches: number;
  largestBatch: number;
}

/** Across pixels of the grid, one pixel wide, over an edge of the canvas, and beyond it. */
const MASKS = [
  { x: 101, y: 33, width: 150, height: 97 },
  { x: 400, y: 5, width: 1, height: 200 },
  { x: 600, y: 340, width: 100, height: 100 },
  { x: -20, y: 200, width: 45, height: 3 },
  { x: 2000, y: 2000, width: 10, height: 10 },
];

function run(options: object): Promise<Outcome> {
  const defaults = {
    width: 640,
    height: 360,
    grid: { width: 320, height: 180 },
    alpha: false,
    antialias: false,
    frames: 12,
    samples: 600,
    batch: 4,
  };
  return page.evaluate((c) => (window as unknown as { run(c: object): Promise<Outcome> }).run(c), { ...defaults, ...options });
}

function expectExact(outcome: Outcome, frames: number): void {
  expect(outcome).toMatchObject({
    mismatches: 0,
    largest: 0,
    stateChanges: 0,
    errors: 0,
    truthMismatches: 0,
    left: 0,
    disorder: 0,
    depthMismatches: 0,
  });
  expect(outcome.compared).toBe(frames);
  expect(outcome.values).toBeGreaterThan(3 * 500 * (frames - 4));
}

/** For what does not depend on the size: a software GPU and the reference spend a quarter of their time on it. */
const SMALL = { width: 320, height: 180, grid: { width: 160, height: 90 } };

describe('WebGL2Sampler in Chromium', () => {
  for (const antialias of [false, true]) {
    for (const alpha of [false, true]) {
      it(`gives what readPixels gives, points and means (antialias ${antialias}, alpha ${alpha})`, async () => {
        expectExact(await run({ antialias, alpha }), 12);
      });
    }
  }

  it('is exact where canvas and grid do not divide', async () => {
    expectExact(await run({ width: 853, height: 481 }), 12);
    expectExact(await run({ width: 401, height: 299, grid: { width: 224, height: 168 }, antialias: true }), 12);
  });

  it('is exact where the canvas is smaller than the grid', async () => {
    expectExact(await run({ width: 200, height: 100, batch: 1 }), 12);
  });

  it('follows a canvas that changes its size', async () => {
    expectExact(await run({ resizeAt: 5, antialias: true }), 12);
  });

  for (const antialias of [false, true]) {
    for (const alpha of [false, true]) {
      it(`never sees what is masked, in points and means of all sizes (antialias ${antialias}, alpha ${alpha})`, async () => {
        expectExact(await run({ antialias, alpha, masks: MASKS }), 12);
        expectExact(await run({ antialias, alpha, masks: MASKS, width: 853, height: 481 }), 12);
        const options = { antialias, alpha, masks: MASKS, sentinel: true, samples: 2500, width: 853, height: 481 };
        const hidden = await run(options);
        expectExact(hidden, 12);
        expect(hidden.leaks).toBe(0);
      });
    }
  }

  it('would see the sentinel without masks', async () => {
    const shown = await run({ masks: MASKS, sentinel: true, unmasked: true, width: 853 });
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
      expect(outcome.largestBatch).toBeGreaterThanOrEqual(batchTo === 1 ? 9 : batchTo);
    }
  });

  it('holds no more than two batches, one of them grown, and counts what it skips', async () => {
    const outcome = await run({ rush: true, batch: 2, frames: 20, masks: MASKS });
    expect(outcome).toMatchObject({ mismatches: 0, stateChanges: 0, errors: 0, left: 0, lost: 0 });
    expect(outcome.compared).toBe(6);
    expect(outcome.skipped).toBe(74);
  });

  it('gives the depth under every point beside its colour, exactly', async () => {
    for (const depth of [
      { width: 640, height: 360 },
      { width: 301, height: 199 },
    ]) {
      const outcome = await run({ depth, frames: 14, antialias: depth.width === 301 });
      expectExact(outcome, 14);
      expect(outcome.depths).toBeGreaterThan(2000);
    }
  });

  it('keeps depth after a context loss', async () => {
    const outcome = await run({ depth: { width: 320, height: 180 }, loseAt: 5, frames: 14 });
    expect(outcome).toMatchObject({ mismatches: 0, depthMismatches: 0, stateChanges: 0, errors: 0, left: 0 });
    expect(outcome.depths).toBeGreaterThan(1000);
  });

  it('comes back after a context loss, losing only what was under way', async () => {
    const outcome = await run({ loseAt: 5, frames: 12 });
    expect(outcome).toMatchObject({ mismatches: 0, stateChanges: 0, errors: 0, left: 0 });
    expect(outcome.lost).toBeGreaterThan(0);
    expect(outcome.compared + outcome.lost).toBe(12);
  });
});
