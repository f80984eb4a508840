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

beforeAll(async () => {
  bundle = await bundlePage(fileURLToPath(new URL('./block-samples.page.ts', import.meta.url)));
  server = await servePage(bundle.dir);
  browser = await launchBrowser(FLAGS);
  page = await browser.newPage();
  await page.goto(server.url);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await bundle?.remove();
});

interface Outcome {
  frames: number;
  samples: number;
  decoded: number;
  mismatches: number;
  largest: number;
  blocks: number;
  tooFar: number;
  worst: number;
  pointsOff: number;
  faults: string;
  bytes: number;
}

function run(options: object): Promise<Outcome> {
  const defaults = {
    width: 640,
    height: 360,
    grid: { width: 320, height: 180 },
    frames: 6,
    blocks: 120,
    points: 100,
    quantiser: 14,
  };
  return page.evaluate((c) => (window as unknown as { run(c: object): Promise<Outcome> }).run(c), { ...defaults, ...options });
}

function expectWhole(outcome: Outcome, frames = 6, blocks = 120): void {
  expect(outcome).toMatchObject({ frames, decoded: frames, blocks: frames * blocks, faults: '', tooFar: 0 });
  expect(outcome.samples).toBe(frames * (64 * blocks + 100));
}

describe('blocks in Chromium, from the request to the decoder', () => {
  for (const sampler of ['webgl2', 'webgpu', 'worker']) {
    it(`${sampler} gives what areaSample gives, bit for bit, and decodes within the step`, async () => {
      for (const size of [{}, { width: 853, height: 481, grid: { width: 224, height: 126 }, quantiser: 4 }]) {
        const outcome = await run({ sampler, ...size });
        expect(outcome).toMatchObject({ mismatches: 0, pointsOff: 0 });
        expectWhole(outcome);
      }
    });

    it(`${sampler} takes the largest request, frame after frame`, async () => {
      const outcome = await run({ sampler, blocks: 254, frames: 10 });
      expect(outcome).toMatchObject({ mismatches: 0, pointsOff: 0 });
      expectWhole(outcome, 10, 254);
    });
  }

  it('canvas2d gives as much at the size of the grid', async () => {
    const outcome = await run({ sampler: 'canvas2d', width: 320, height: 180 });
    expect(outcome).toMatchObject({ mismatches: 0, pointsOff: 0 });
    expectWhole(outcome);
  });
});
