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
}

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
  expect(outcome).toMatchObject({ mismatches: 0, largest: 0, stateChanges: 0, errors: 0, truthMismatches: 0, left: 0 });
  expect(outcome.compared).toBe(frames);
  expect(outcome.values).toBeGreaterThan(3 * 500 * (frames - 4));
}

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

  it('comes back after a context loss, losing only what was under way', async () => {
    const outcome = await run({ loseAt: 5, frames: 12 });
    expect(outcome).toMatchObject({ mismatches: 0, stateChanges: 0, errors: 0, left: 0 });
    expect(outcome.lost).toBeGreaterThan(0);
    expect(outcome.compared + outcome.lost).toBe(12);
  });
});
