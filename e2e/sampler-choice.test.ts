import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';

const WEBGPU = [
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
  bundle = await bundlePage(fileURLToPath(new URL('./sampler-choice.page.ts', import.meta.url)));
  await build({
    entryPoints: [fileURLToPath(new URL('../sdk-client/src/sampler/gather.worker.ts', import.meta.url))],
    outfile: join(bundle.dir, 'gather.worker.js'),
    bundle: true,
    format: 'esm',
    conditions: ['sgaps-source'],
  });
  server = await servePage(bundle.dir);
  browser = await launchBrowser(WEBGPU);
  page = await browser.newPage();
  await page.goto(server.url);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await bundle?.remove();
});

const choose = (name: string) =>
  page.evaluate((n) => (window as unknown as { choose(name: string): Promise<object> }).choose(n), name);

describe('createSampler in Chromium', () => {
  it('gathers on the context or device that the game draws with, where it can', async () => {
    const why = "The canvas is WebGL2: samples are gathered on the game's own context.";
    expect(await choose('canvasWebgl2')).toEqual({ kind: 'webgl2', batch: 7, why });
    expect(await choose('contextWebgl2')).toEqual({ kind: 'webgl2', batch: 4, why });
    const own = "samples are gathered on the game's own device.";
    expect(await choose('webgpuSource')).toEqual({ kind: 'webgpu', batch: 4, why: `The game is on WebGPU: ${own}` });
    expect(await choose('canvasWebgpu')).toEqual({ kind: 'webgpu', batch: 4, why: `The canvas is WebGPU: ${own}` });
  });

  it('hands pictures to a worker elsewhere', async () => {
    const how = 'its frames go to a worker as pictures.';
    expect(await choose('canvasWebgl1')).toMatchObject({ kind: 'worker', why: `The canvas is WebGL1: ${how}` });
    expect(await choose('canvas2d')).toMatchObject({ kind: 'worker', why: `The canvas is 2D: ${how}` });
    expect(await choose('canvasWebgpuClosed')).toMatchObject({
      kind: 'worker',
      why: `The canvas is WebGPU without COPY_SRC in its usage: ${how}`,
    });
    expect(await choose('webgpuFloat')).toMatchObject({
      kind: 'worker',
      why: expect.stringMatching(/^The game is on WebGPU, and 'webgpu' does not work here \(.*rgba16float.*\): its frames/),
    });
    expect(await choose('lostContext')).toMatchObject({
      kind: 'worker',
      why: expect.stringMatching(/^The canvas is WebGL2, and 'webgl2' does not work here \(.*\): its frames/),
    });
  });

  it('never makes a context on a canvas that has none', async () => {
    expect(await choose('empty')).toMatchObject({
      kind: 'worker',
      stillFree: true,
      why: 'The canvas shows nothing yet, so it is not asked what it is: its frames go to a worker as pictures.',
    });
  });

  it('scales down where no worker runs', async () => {
    expect(await choose('noWorker')).toMatchObject({
      kind: 'canvas2d',
      why: expect.stringMatching(/^The canvas is WebGL1, and 'worker' does not work here \(.*\): the browser scales/),
    });
  });

  it('does what is asked for, or says that it cannot', async () => {
    expect(await choose('preferWorker')).toMatchObject({
      kind: 'worker',
      why: "'worker' was asked for: its frames go to a worker as pictures.",
    });
    expect(await choose('preferCanvas2d')).toMatchObject({ kind: 'canvas2d' });
    expect(await choose('preferWhatIsNot')).toEqual({
      code: 'UNSUPPORTED',
      why: "'webgl2' cannot sample this: The canvas is WebGL1.",
    });
    expect(await choose('preferWorkerBroken')).toMatchObject({ code: 'UNSUPPORTED' });
    expect(await choose('badBatch')).toMatchObject({ code: 'ARGUMENT_INVALID' });
  });
});
