import { fileURLToPath } from 'node:url';
import type { FrameState, TrackedObject } from '@sgaps/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
});

interface Placed {
  screenX: number;
  screenY: number;
  rotation: number;
  width: number;
  height: number;
}

interface Outcome {
  version: string;
  hashes: string[];
  errors: number;
  diagnostics: string[];
  recordingId: string | null;
  closed: number;
  sent: number;
  bytes: number;
  compared: number;
  mismatches: number;
  stats: {
    faults: number;
    displayed: number;
    frames: number;
    rejected: number;
    sampler: { kind: string; why: string };
    cost: { fps: number };
    micros: Record<string, { p50: number; p99: number; mean: number }>;
  };
  states: {
    frameId: number;
    time: number;
    requestId: number | null;
    state: FrameState;
    expected: { zoom: number; scrollX: number; scrollY: number; hero: Placed; inner: Placed; flipX: boolean; tile: number };
  }[];
}

const ENGINES = [
  ['phaser', '4.2'],
  ['phaser3', '3.90'],
] as const;

describe.each(ENGINES)('SgapsPlugin on %s %s', (engine, version) => {
  let bundle: BundledPage;
  let server: ServedPage;
  let page: Page;

  beforeAll(async () => {
    const alias = { phaser: fileURLToPath(new URL(`../node_modules/${engine}/dist/phaser.esm.js`, import.meta.url)) };
    bundle = await bundlePage(fileURLToPath(new URL('./phaser-plugin.page.ts', import.meta.url)), { alias });
    server = await servePage(bundle.dir);
    page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error));
    await page.goto(server.url);
  });

  afterAll(async () => {
    await page?.close();
    await server?.close();
    await bundle?.remove();
  });

  function play(options: object): Promise<Outcome> {
    const defaults = { context: 'sgaps', sampler: true, antialias: false, frames: 60 };
    return page.evaluate((c) => (window as unknown as { play(c: object): Promise<Outcome> }).play(c), {
      ...defaults,
      ...options,
    });
  }

  it.each([false, true])('leaves 60 frames bit-identical and samples them exactly (antialias %s)', async (antialias) => {
    const bare = await play({ antialias, sampler: false });
    const recorded = await play({ antialias });
    expect(recorded.version).toContain(version);
    expect(recorded.diagnostics).toEqual([]);
    expect(new Set(bare.hashes).size).toBeGreaterThan(50);
    expect(recorded.hashes).toEqual(bare.hashes);
    expect(recorded.errors + bare.errors).toBe(0);
    expect(recorded.sent).toBeGreaterThan(50);
    expect(recorded.compared).toBeGreaterThan(15_000);
    expect(recorded.mismatches).toBe(0);
    expect(recorded.stats).toMatchObject({ faults: 0, rejected: 0 });
    expect(recorded.closed).toBe(1);
    console.info(engine, `antialias ${antialias}`, `${recorded.bytes} bytes`, JSON.stringify(recorded.stats.micros));
  });

  it('draws with createContext what stock WebGL1 draws', async () => {
    const gradient = version.startsWith('4');
    const stock = await play({ context: 'stock', sampler: false, gradient, frames: 10 });
    const ours = await play({ context: 'sgaps', gradient, frames: 10 });
    expect(ours.hashes).toEqual(stock.hashes);
    expect(ours.errors).toBe(0);
    if (gradient) {
      // Without the translation the gradient's shader does not compile.
      const untranslated = await play({ context: 'webgl2', sampler: false, gradient, frames: 2 }).catch(() => null);
      expect(untranslated?.hashes).not.toEqual(stock.hashes.slice(0, 2));
    }
  });

  it('samples a game on WebGL1 too, as pictures in a worker and more seldom, and says why', async () => {
    const outcome = await play({ context: 'stock', frames: 60, fps: 30 });
    expect(outcome.diagnostics).toEqual([]);
    expect(outcome.stats.sampler).toMatchObject({ kind: 'worker', why: expect.stringContaining('worker') });
    expect(outcome.stats.cost.fps).toBe(10);
    expect(outcome.sent).toBeGreaterThan(2);
    expect(outcome.hashes).toEqual((await play({ context: 'stock', frames: 60, sampler: false })).hashes);
  });

  it('reports where a camera that rounds pixels really draws', async () => {
    const { drawn, reported } = await page.evaluate(() =>
      (
        window as unknown as {
          edges(): Promise<{ drawn: { left: number; top: number }[][]; reported: { left: number; top: number; x: number }[][] }>;
        }
      ).edges(),
    );
    expect(drawn.length).toBeGreaterThan(15);
    for (const [i, corners] of drawn.entries()) {
      expect(corners).toHaveLength(2);
      for (const [j, corner] of corners.entries()) {
        expect(Math.abs(reported[i][j].left - corner.left)).toBeLessThan(0.1);
        expect(Math.abs(reported[i][j].top - corner.top)).toBeLessThan(0.1);
      }
    }
    expect(new Set(reported.map(([still]) => still.x)).size).toBe(1);
  });

  it("reports the game's cameras and objects", async () => {
    const { states, diagnostics } = await play({ frames: 40, fps: 30 });
    expect(diagnostics).toEqual([]);
    expect(states.length).toBeGreaterThan(15);
    expect(states[states.length - 1].requestId).not.toBeNull();
    const heroIds = new Set<number>();
    for (const { state, expected, time } of states.slice(2)) {
      const main = state.cameras[0];
      expect(state.cameras).toHaveLength(2);
      expect(main).toMatchObject({ zoom: 1.25, rotation: 0, x: 0, y: 0, width: 320, height: 180 });
      expect(main.viewX).toBeCloseTo((1.25 * (expected.scrollX + 320) - 320) / 2, 1);
      expect(main.viewY).toBeCloseTo((1.25 * (expected.scrollY + 180) - 180) / 2, 1);
      expect(state.values).toEqual([100 - Math.floor(time / 100 + 1e-6)]);

      const screenX = (object: TrackedObject) => object.x - object.scrollFactorX * main.viewX;
      const screenY = (object: TrackedObject) => object.y - object.scrollFactorY * main.viewY;
      const hero = state.objects.find((object) => object.tint === 0x80ff40) as TrackedObject;
      heroIds.add(hero.id);
      expect(hero).toMatchObject({ texture: 'tiles', frame: '2', flipX: expected.flipX, alpha: 1 });
      expect(Math.abs(screenX(hero) - expected.hero.screenX)).toBeLessThan(0.05);
      expect(Math.abs(screenY(hero) - expected.hero.screenY)).toBeLessThan(0.05);
      expect(Math.abs(Math.sin(hero.rotation - expected.hero.rotation))).toBeLessThan(0.002);
      expect(hero.width).toBeCloseTo(20, 1);

      const inner = state.objects.find((object) => Math.abs(object.alpha - 0.5) < 0.01);
      if (inner) {
        expect(Math.abs(screenX(inner) - expected.inner.screenX)).toBeLessThan(0.05);
        expect(Math.abs(screenY(inner) - expected.inner.screenY)).toBeLessThan(0.05);
        expect(Math.abs(inner.width - expected.inner.width)).toBeLessThan(0.05);
        expect(Math.abs(Math.sin(inner.rotation - expected.inner.rotation))).toBeLessThan(0.002);
      }
      const sky = state.objects[0];
      expect(sky).toMatchObject({ texture: 'tiles', frame: '1', scrollFactorX: 0.25, scrollFactorY: 0 });
      expect(sky.tileX).toBeCloseTo((1.25 * expected.tile) / 2, 0);
      const heart = state.objects[state.objects.length - 1];
      expect(heart).toMatchObject({ frame: '2', scrollFactorX: 0, x: 300, y: 15, width: 16 });
    }
    expect(heroIds.size).toBe(1);
    const still = states[5].state.objects.filter(
      (object) => object.frame === '1' && object.scrollFactorX === 1 && object.alpha === 1,
    );
    const later = new Map(states[9].state.objects.map((object) => [object.id, object]));
    const both = still.filter((object) => later.has(object.id));
    expect(both.length).toBeGreaterThan(5);
    for (const object of both) expect(later.get(object.id)?.x).toBe(object.x);
  });
});
