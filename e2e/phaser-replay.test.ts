import { fileURLToPath } from 'node:url';
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

const BACKGROUND_TOO = 320 * 180;
const PICTURE = 96 * 54;

describe.each(['phaser', 'phaser3'])('this.add.sgapsReplay on %s', (engine) => {
  let bundle: BundledPage;
  let server: ServedPage;
  let page: Page;

  beforeAll(async () => {
    const alias = { phaser: fileURLToPath(new URL(`../node_modules/${engine}/dist/phaser.esm.js`, import.meta.url)) };
    bundle = await bundlePage(fileURLToPath(new URL('./phaser-replay.page.ts', import.meta.url)), { alias });
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

  // biome-ignore lint/suspicious/noExplicitAny: what a page's function gives is only known there
  function run(name: string, ...args: unknown[]): Promise<any> {
    return page.evaluate(
      ([name, args]) =>
        (window as unknown as { replayTests: Record<string, (...args: unknown[]) => unknown> }).replayTests[name](...args),
      [name, args] as const,
    );
  }

  it.each(['webgl', 'webgl2', 'canvas'])('shows frames pixel by pixel, with one upload each (%s)', async (kind) => {
    const { posterShown, wrongs, counts, glErrors, errors } = await run('frames', kind);
    expect(posterShown).toEqual([0x30, 0x50, 0x70]);
    expect(wrongs).toEqual(wrongs.map(() => 0));
    expect(counts).toEqual(kind === 'canvas' ? [0, 0, 0, 0] : [1, 1, 1, 1]);
    expect(glErrors).toBe(0);
    expect(errors).toEqual([]);
  });

  it.each(['webgl', 'canvas'])('looks like an image of the same pixels, whatever is done to it (%s)', async (kind) => {
    const { outcome, errors, version } = await run('looks', kind);
    expect(version).toMatch(engine === 'phaser' ? /^4/ : /^3/);
    expect(outcome.plain.covered).toBeGreaterThan(0.95 * PICTURE);
    for (const [name, { wrong, changed, covered }] of Object.entries<{ wrong: number; changed: number; covered: number }>(
      outcome,
    )) {
      // Coordinates that are turned over round the other way on some edges of pixels.
      expect(wrong, name).toBeLessThanOrEqual(0.005 * covered);
      expect(covered, name).toBeGreaterThan(500);
      // Tints are WebGL's alone.
      if (name !== 'plain' && !(kind === 'canvas' && name === 'tint')) expect(changed, name).toBeGreaterThan(500);
    }
    expect(outcome.mask.covered).toBeLessThan(0.5 * PICTURE);
    expect(outcome.crop.covered).toBeLessThan(0.3 * PICTURE);
    expect(outcome.scale.covered).toBeLessThan(BACKGROUND_TOO);
    expect(errors).toEqual([]);
  });

  it('has the size that it is given, at scale 1', async () => {
    const sizes = await run('sizes');
    expect(sizes.map(([width, height, scale]: number[]) => [width, height, scale])).toEqual([
      [96, 54, 1],
      [48, 27, 1],
      [192, 108, 1],
      [40, 40, 1],
    ]);
    for (const [width, height, , covered] of sizes) expect(covered).toBeGreaterThan(0.95 * width * height);
  });

  it('plays, seeks, follows the live edge, and stops with its scene', async () => {
    const outcome = await run('commands');
    expect(outcome).toMatchObject({
      ...{
        before: null,
        begins: [true, 0, true],
        plays: true,
        faster: 4,
        held: [true, true, true],
        staysPaused: true,
        waits: true,
        live: true,
      },
      ...{ edge: 0, sought: [2, 0], assigned: 0, ends: true, tweened: 0, closed: 1, times: true, errors: [] },
    });
    expect(outcome.told).toMatchObject({ ready: [true], marker: [{ time: 1.5, name: 'boss' }], stall: 1 });
    expect(outcome.told.playing).toBeGreaterThan(0);
    expect(outcome.told.error).toBeUndefined();
  });

  it('says on itself what is wrong, and lets the game go on', async () => {
    const { heard, rejected, worded, afterwards, kept, errors } = await run('failures');
    expect(heard).toEqual(['NOT_FOUND', 'CLOSED']);
    expect(rejected).toBe('NOT_FOUND');
    expect(worded).toBeGreaterThan(50);
    expect(afterwards).toBeGreaterThan(1000);
    expect(kept).toBe(0);
    expect(errors).toEqual([]);
  });

  it('leaves nothing behind, and a given player as it is', async () => {
    const { before, during, after, rejected, still, rate, shut, left, last, errors } = await run('destruction');
    expect(during[0]).toBe(before[0] + 3);
    expect(during[1]).toBe(before[1] + 3);
    expect(after).toEqual(before);
    expect(rejected).toBe('CLOSED');
    expect({ still, rate, shut, left, last }).toEqual({ still: true, rate: 2, shut: [1, 0, 1], left: [1, 0], last: 1 });
    expect(errors).toEqual([]);
  });

  it('has its frame again after a lost context, also one that came meanwhile', async () => {
    const { before, outcome, after, errors } = await run('contextLoss');
    expect({ before, outcome, after }).toEqual({ before: 0, outcome: [0, 0], after: 0 });
    expect(errors).toEqual([]);
  });
});
