import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';

/** Without the two Vulkan flags the device is lost at the first presented canvas. */
const FLAGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

let browser: Browser;
let bundle: BundledPage;
let server: ServedPage;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  bundle = await bundlePage(fileURLToPath(new URL('./sampler-webgpu.page.ts', import.meta.url)));
  server = await servePage(bundle.dir);
  browser = await launchBrowser(FLAGS);
  page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
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
  depths: number;
  largestBatch: number;
}

async function run(options: object): Promise<Outcome> {
  const defaults = {
    width: 640,
    height: 360,
    grid: { width: 320, height: 180 },
    format: 'bgra8unorm',
    frames: 12,
    samples: 600,
    batch: 4,
  };
  complaints.length = 0;
  const outcome = await page.evaluate((c) => (window as unknown as { run(c: object): Promise<Outcome> }).run(c), {
    ...defaults,
    ...options,
  });
  expect(complaints.filter((text) => !/Failed to load resource|different format than is preferred/.test(text))).toEqual([]);
  return outcome;
}

const EXACT = {
  mismatches: 0,
  largest: 0,
  errors: 0,
  truthMismatches: 0,
  pictureMismatches: 0,
  left: 0,
  disorder: 0,
  depthMismatches: 0,
  after: false,
};

function expectExact(outcome: Outcome, frames: number): void {
  expect(outcome).toMatchObject({ ...EXACT, sync: 'UNSUPPORTED' });
  expect(outcome.compared).toBe(frames);
  expect(outcome.values).toBeGreaterThan(3 * 500 * (frames - 4));
}

/** Across pixels of the grid, one pixel wide, over two edges of the canvas, and beyond it. */
const MASKS = [
  { x: 101, y: 33, width: 150, height: 97 },
  { x: 400, y: 5, width: 1, height: 200 },
  { x: 600, y: 340, width: 300, height: 100 },
  { x: -20, y: 200, width: 45, height: 3 },
  { x: 2000, y: 2000, width: 10, height: 10 },
  { x: -50, y: -50, width: 20, height: 20 },
];

/** For what does not depend on the size: a software GPU and the reference spend a quarter of their time on it. */
const SMALL = { width: 320, height: 180, grid: { width: 160, height: 90 } };

describe('WebGpuSampler in Chromium', () => {
  for (const format of ['bgra8unorm', 'rgba8unorm']) {
    it(`gives what the texture's own read-back gives, points and means (${format})`, async () => {
      const outcome = await run({ format, frames: 40 });
      expectExact(outcome, 40);
    });
  }

  it('is exact where canvas and grid do not divide', async () => {
    expectExact(await run({ width: 853, height: 481 }), 12);
    expectExact(await run({ width: 401, height: 299, grid: { width: 224, height: 168 } }), 12);
    expectExact(await run({ width: 200, height: 100, batch: 1 }), 12);
  });

  it('follows a canvas that changes its size', async () => {
    expectExact(await run({ resizeAt: 5, masks: MASKS }), 12);
  });

  it('never sees what is masked, in points and means of all sizes', async () => {
    for (const format of ['bgra8unorm', 'rgba8unorm']) {
      expectExact(await run({ format, masks: MASKS, width: 853, height: 481 }), 12);
      const hidden = await run({ format, masks: MASKS, sentinel: true, samples: 2500, width: 853, height: 481 });
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
      expect(outcome.largestBatch).toBeGreaterThanOrEqual(Math.min(8, Math.max(batch, batchTo)));
    }
  });

  it('gives the depth under every point beside its colour, exactly, whichever row comes first', async () => {
    for (const depth of [
      { width: 640, height: 360, bottomFirst: false },
      { width: 320, height: 199, bottomFirst: true },
    ]) {
      const outcome = await run({ depth, frames: 14 });
      expectExact(outcome, 14);
      expect(outcome.depths).toBeGreaterThan(2000);
    }
  });

  it('skips and counts frames while all its buffers are under way', async () => {
    // Nothing can come back in one task: four batches of two, then no more.
    const outcome = await run({ rush: true, batch: 2, frames: 20 });
    expect(outcome).toMatchObject({ ...EXACT, compared: 8, lost: 0 });
    expect(outcome.skipped).toBe(outcome.refused);
    expect(outcome.skipped).toBe(72);
  });

  it('goes on with another device, losing only what was under way', async () => {
    for (const masks of [[], MASKS]) {
      const outcome = await run({ loseAt: 5, depth: { width: 64, height: 64, bottomFirst: false }, masks });
      expect(outcome).toMatchObject({ ...EXACT, skipped: 0 });
      expect(outcome.lost).toBeGreaterThan(0);
      expect(outcome.compared + outcome.lost).toBe(12);
    }
  });

  it('refuses formats and canvases that it cannot sample', async () => {
    const said = await page.evaluate(() => (window as unknown as { refuse(): Promise<object> }).refuse());
    expect(said).toEqual({ format: 'UNSUPPORTED', usage: 'UNSUPPORTED' });
  });
});
