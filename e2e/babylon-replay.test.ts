import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { buildExamples } from './support/gamePage.js';

/** WebGPU on a machine without a GPU. */
const WEBGPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

const GROUND = [51, 102, 153];
const MESH = [255, 0, 255];
const FRAME = [255, 204, 0];

interface State {
  paused: boolean;
  isLive: boolean;
  playbackRate: number;
  currentTime: number;
  duration: number;
  texts: string[];
}

const entry = fileURLToPath(new URL('./babylon-replay.page.ts', import.meta.url));
const PURE = { '@babylonjs/core/Engines/engine.js': '@babylonjs/core/Engines/engine.pure.js' };
let bundles: BundledPage[];
let servers: ServedPage[];

beforeAll(async () => {
  bundles = await Promise.all([bundlePage(entry), bundlePage(entry, { alias: PURE })]);
  servers = await Promise.all(bundles.map(({ dir }) => servePage(dir)));
});

afterAll(async () => {
  for (const server of servers ?? []) await server.close();
  for (const bundle of bundles ?? []) await bundle.remove();
});

describe.each(['webgl2', 'webgpu', 'webgl2 without side effects'] as const)('a replay in Babylon on %s', (name) => {
  const engine = name === 'webgpu' ? 'webgpu' : 'webgl2';
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchBrowser(engine === 'webgpu' ? WEBGPU : []);
    page = await browser.newPage({ viewport: { width: 640, height: 360 } });
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (
        message.type() === 'error' &&
        !message.text().includes('favicon') &&
        !message.text().startsWith('Failed to load resource')
      )
        complaints.push(message.text());
    });
    await page.goto(servers[name === 'webgl2 without side effects' ? 1 : 0].url);
  });

  afterAll(async () => {
    await browser?.close();
  });

  /** Calls a function of the page; nothing may be uncaught in it. */
  // biome-ignore lint/suspicious/noExplicitAny: what a page gives back is what its test knows it to be.
  async function call(what: string, ...rest: unknown[]): Promise<any> {
    complaints.length = 0;
    const outcome = await page.evaluate(
      ([what, ...args]) =>
        (window as unknown as { replay: Record<string, (...args: unknown[]) => unknown> }).replay[what as string](...args),
      [what, engine, ...rest],
    );
    expect(complaints).toEqual([]);
    return outcome;
  }

  it('shows the very pixels of each frame, right way up, and uploads each once', async () => {
    const { differences, uploads, closed } = await call('fullScreen');
    expect(differences).toEqual([0, 0, 0, 0]);
    expect(uploads).toBe(4);
    expect(closed).toBe(1);
  });

  it('lies over the scene or behind it', async () => {
    const [middle, corner] = [
      [160, 90],
      [10, 10],
    ];
    const over = await call('withMesh', {}, [middle, corner]);
    expect(over.colours).toEqual(over.wanted);
    expect(over.hidden).toEqual([MESH, GROUND]);
    const under = await call('withMesh', { isBackground: true }, [middle, corner]);
    expect(under.colours).toEqual([MESH, under.wanted[1]]);
  });

  it('is a picture in the picture, with its aspect and a frame', async () => {
    // 160 by 160 pixels, of which the picture takes 160 by 90.
    const rect = { x: 0.25, y: 0.1, width: 0.5, height: 160 / 180 };
    const points = [
      [79, 100],
      [76, 100],
      [160, 51],
      [160, 48],
      [240, 100],
      [160, 143],
    ];
    const { pictureRect, colours, hidden, difference } = await call('withMesh', { rect, frame: { thickness: 3 } }, points);
    expect(pictureRect).toEqual({ left: 80, top: 53, width: 160, height: 90 });
    expect(colours).toEqual([FRAME, GROUND, FRAME, GROUND, FRAME, FRAME]);
    expect(hidden).toEqual([GROUND, GROUND, GROUND, GROUND, GROUND, GROUND]);
    expect(difference).toBe(0);
  });

  it('mixes with the scene by its alpha', async () => {
    const { colours, wanted } = await call('withMesh', { alpha: 0.5 }, [
      [10, 10],
      [160, 90],
    ]);
    for (const [i, below] of [GROUND, MESH].entries())
      for (let c = 0; c < 3; c++) expect(Math.abs(colours[i][c] - (wanted[i][c] + below[c]) / 2)).toBeLessThanOrEqual(1);
  });

  it('makes a mesh a screen of the right aspect, and gives it back as it was', async () => {
    const { difference, scaling, corner, events, after } = await call('onMesh', 9);
    expect(difference).toBe(0);
    expect(scaling).toEqual([1, 1, 1]);
    expect(corner).toEqual(GROUND);
    expect(events).toEqual(['ready', 'ended']);
    expect(after).toEqual({ scaling: [1, 1, 1], material: true, middle: MESH });
    const square = await call('onMesh', 16);
    expect(square.scaling).toEqual([1, expect.closeTo(9 / 16, 5), 1]);
    expect(square.difference).toBe(0);
    expect(square.after.scaling).toEqual([1, 1, 1]);
    const filled = await call('onMesh', 16, { fit: 'fill' });
    expect(filled.scaling).toEqual([1, 1, 1]);
  });

  it('follows clicks on its timeline and on the screen', async () => {
    await call('startTimeline', { growing: true });
    const state = (): Promise<State> => page.evaluate(() => (window as unknown as { replayState(): State }).replayState());
    const reach = (wanted: Partial<State>) => expect.poll(state, { timeout: 20_000 }).toMatchObject(wanted);
    const row = 180 - 22;
    await reach({ paused: true, currentTime: 0 });
    expect((await state()).texts.sort()).toEqual(['0:00 / 0:08', '1×', '● LIVE']);

    await page.mouse.click(22, row);
    await reach({ paused: false });
    await page.mouse.click(22, row);
    await reach({ paused: true });
    // The slider goes from 44 to 320 − 44 · 5.7.
    await page.mouse.click(44 + 0.5 * (320 - 44 * 6.7), row);
    await reach({ currentTime: expect.closeTo(4, 0) as unknown as number });
    await page.mouse.click(44 + 0.25 * (320 - 44 * 6.7), row);
    await reach({ currentTime: expect.closeTo(2, 0) as unknown as number });
    await page.mouse.click(320 - 44 * 2.2, row);
    await reach({ playbackRate: 2 });
    await page.mouse.click(320 - 44 * 0.8, row);
    await reach({ isLive: true });
    await page.mouse.click(160, 90);
    const before = (await state()).paused;
    await page.waitForTimeout(600); // two clicks in short order are a double click
    await page.mouse.click(160, 90);
    await reach({ paused: !before });
    await page.evaluate(() => (window as unknown as { endReplay(): void }).endReplay());
    expect(complaints).toEqual([]);
  });

  it('says what is loading and what went wrong, in the picture too', async () => {
    const { told, ready, loading, failed, ground } = await call('failing', 'open');
    expect([told, ready, ground]).toEqual([['NOT_FOUND'], 'NOT_FOUND', false]);
    expect(loading).toBeGreaterThan(5);
    expect(failed).toBeGreaterThan(3 * loading);
    const later = await call('failing', 'later');
    expect([later.told, later.ready]).toEqual([['CLOSED'], 'open']);
    expect(later.failed).toBeGreaterThan(3 * loading);
  });

  it('leaves nothing behind', async () => {
    const { before, during, after, closed, givenClosed, sharedLives } = await call('disposing');
    expect(during.textures).toBeGreaterThan(before.textures);
    expect(during.layers).toBe(before.layers + 4);
    expect(after).toEqual(before);
    expect([closed, givenClosed, sharedLives]).toEqual([1, 0, true]);
    expect(await call('disposedEarly')).toBe('CLOSED');
  });

  it('shows the frame again after a lost context', async () => {
    expect(await call('afterContextLoss')).toEqual({ before: 0, after: 0, later: 0 });
  });
});

describe('Copper Keep where no SGAPS server is', () => {
  let game: Awaited<ReturnType<typeof buildExamples>>;
  let served: ServedPage;
  let browser: Browser;

  beforeAll(async () => {
    game = await buildExamples('babylon-arena');
    served = await servePage(game.folder);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await game?.remove();
  });

  it('says so in its theatre, and goes on', async () => {
    const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${served.url}babylon-arena/index.html?record=0&autostart=1&shadows=0&theatre=a1`);
    const canvas = () =>
      page.evaluate(() => {
        const { sgapsGame } = window as unknown as { sgapsGame?: { canvas: HTMLCanvasElement; engine: { scenes: unknown[] } } };
        return sgapsGame && [sgapsGame.canvas.width, sgapsGame.engine.scenes.length];
      });
    await expect.poll(canvas, { timeout: 60_000 }).toEqual([1280, 2]);
    await page.keyboard.press('Escape');
    await expect.poll(canvas).toEqual([640, 1]);
    await page.keyboard.press('t');
    await expect
      .poll(() => page.textContent('#note'), { timeout: 60_000 })
      .toBe('No SGAPS server answers: there is nothing to show.');
    expect(await canvas()).toEqual([640, 1]);
    expect(errors).toEqual([]);
    await page.close();
  });
});
