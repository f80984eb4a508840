import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyntheticRecorder, sleep } from './server-support.js';
import { launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { openRecording } from './support/openRecording.js';
import { psnr } from './support/watchPage.js';

/** Where the test leaves what a person would have seen. */
const SHOTS = fileURLToPath(new URL('../out/player/', import.meta.url));
const MODEL = fileURLToPath(new URL('./models/untrained', import.meta.url));
const GRID = { width: 320, height: 180 };
const FRAMES = 48;
const WAIT = { timeout: 20_000, interval: 50 };

let folder: string;
let server: SgapsServer;
let browser: Browser;
let id: string;
let file: Buffer;

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), 'sgaps-player-page-'));
  server = await startServer({
    port: 0,
    data: join(folder, 'data'),
    log: pino({ level: 'silent' }),
    model: null,
    room: { sampling: 'points' },
  });
  const recorder = await SyntheticRecorder.join(server.url, { grid: GRID });
  await recorder.play(FRAMES, { pause: 100 });
  await recorder.room.leave();
  id = recorder.welcome?.recordingId ?? '';
  for (let answer = 409; answer !== 200; await sleep(100)) {
    const response = await fetch(`${server.url}/api/recordings/${id}/download`);
    answer = response.status;
    if (answer === 200) file = Buffer.from(await response.arrayBuffer());
  }
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What the canvas says of its frame. */
const told = (page: Page, what: 'frame' | 'refined') => page.locator('canvas.picture').getAttribute(`data-${what}`);

/** The picture on the canvas, RGB. */
async function shown(page: Page): Promise<Uint8Array> {
  const rgb = await page.evaluate(() => {
    const canvas = document.querySelector('sgaps-player')?.picture;
    const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return [...pixels].filter((_, i) => i % 4 < 3);
  });
  return Uint8Array.from(rgb);
}

async function expectTrue(page: Page, frameId: number): Promise<void> {
  await expect.poll(() => told(page, 'frame'), WAIT).toBe(String(frameId));
  const { pictures } = await openRecording(file, [frameId]);
  expect(await shown(page)).toEqual(pictures.get(frameId));
}

const modelFiles = () =>
  ['model.json', 'model.onnx'].map((name) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: readFileSync(join(MODEL, name)),
  }));

const text = (page: Page, name: string) => page.locator(`#${name}`).textContent();

function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A page looks beside itself for a model.
    if (message.type() === 'error' && !message.location().url.endsWith('/model/model.json')) complaints.push(message.text());
  });
  return complaints;
}

async function seekTo(page: Page, part: number): Promise<void> {
  await page.evaluate((share) => {
    const { player } = document.querySelector('sgaps-player') ?? {};
    return player?.seek(share * player.duration);
  }, part);
}

describe("the player's page", () => {
  it('is led to from a session, and plays what the server has, by ranges, without the server rebuilding it', async () => {
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    const statuses: number[] = [];
    page.on('response', (response) => {
      if (response.url().endsWith('/download')) statuses.push(response.status());
    });
    await page.goto(`${server.url}/session/${id}`);
    await page.click('#local');
    await page.waitForURL(/\/dashboard\/player\//);
    await expectTrue(page, 0);
    expect(await text(page, 'game')).toBe('synthetic');
    expect(await text(page, 'provider')).toBe('off');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.getByRole('button', { name: 'One frame forward' }).click();
    await expectTrue(page, 1);
    await seekTo(page, 1);
    await expectTrue(page, FRAMES - 1);
    await seekTo(page, 0);
    await expectTrue(page, 0);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(() => told(page, 'frame'), WAIT).toBe(String(FRAMES - 1));
    await page.getByRole('button', { name: 'Play again' }).waitFor();
    // A model leaves alone what is good already: the first frame is not.
    await seekTo(page, 0);
    await expectTrue(page, 0);
    await page.setInputFiles('#file', modelFiles());
    await expect.poll(() => text(page, 'provider'), WAIT).toBe('WASM');
    await expect.poll(() => told(page, 'refined'), WAIT).toBe('true');
    expect(statuses.length).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set([206]));
    expect(complaints).toEqual([]);
    await page.close();
  });

  describe('as plain files in a folder of any web server', () => {
    let site: ServedPage;
    let page: Page;
    let complaints: string[];
    const sgaps = () => ({ name: 'session.sgaps', mimeType: 'application/octet-stream', buffer: file });

    beforeAll(async () => {
      const configFile = fileURLToPath(new URL('../sdk-player/vite.config.ts', import.meta.url));
      await build({ configFile, logLevel: 'error', build: { outDir: join(folder, 'site/some/where') } });
      site = await servePage(join(folder, 'site'));
      page = await browser.newPage();
      complaints = complaintsOf(page);
      await page.goto(`${site.url}some/where/index.html`);
      await page.screenshot({ path: join(SHOTS, 'empty.png') });
    });

    afterAll(() => site?.close());

    it('plays a file from disk', async () => {
      await page.setInputFiles('#file', sgaps());
      await expectTrue(page, 0);
      expect(await text(page, 'modelText')).toContain('none beside this page');
      // As large as the window has room for.
      expect((await page.locator('canvas.picture').boundingBox())?.width).toBeGreaterThan(2 * GRID.width);
      await page.screenshot({ path: join(SHOTS, 'file.png') });
    });

    it('refines it with a model from disk, says on what it runs, and can do without', async () => {
      await expectTrue(page, 0);
      const before = await shown(page);
      await page.setInputFiles('#file', modelFiles());
      await expect.poll(() => text(page, 'provider'), WAIT).toBe('WASM');
      await expect.poll(() => told(page, 'refined'), WAIT).toBe('true');
      await expect.poll(() => text(page, 'modelText'), WAIT).toMatch(/^untrained@1 · frames refined: [1-9]\d*$/);
      const after = await shown(page);
      expect(await told(page, 'frame')).toBe('0');
      expect(psnr(after, before)).toBeLessThan(60);
      await page.screenshot({ path: join(SHOTS, 'model.png') });
      await page.uncheck('#use');
      await expect.poll(() => told(page, 'refined'), WAIT).toBe('false');
      expect(await shown(page)).toEqual(before);
    });

    it('says what is wrong with a file, and opens the next', async () => {
      await page.setInputFiles('#file', { ...sgaps(), buffer: file.subarray(0, 30) });
      const alert = page.locator('sgaps-player').getByRole('alert');
      await expect.poll(() => alert.textContent(), WAIT).toContain('BYTES_TRUNCATED');
      await page.setInputFiles('#file', sgaps());
      await expectTrue(page, 0);
      expect(await alert.isHidden()).toBe(true);
      expect(complaints).toEqual([]);
    });

    it('compares two files, and one without a model with itself with one', async () => {
      const both = () =>
        page.locator('sgaps-compare canvas.picture').evaluateAll((all) => all.map((canvas) => canvas.dataset.frame));
      await page.setInputFiles('#file', [sgaps(), { ...sgaps(), name: 'other.sgaps' }]);
      await expect.poll(both, WAIT).toEqual(['0', '0']);
      expect(await page.locator('sgaps-compare .label').allTextContents()).toEqual(['session.sgaps', 'other.sgaps']);
      await page.click('#single');
      expect(await page.locator('sgaps-compare').count()).toBe(0);
      await page.setInputFiles('#file', modelFiles());
      await expect.poll(() => told(page, 'refined'), WAIT).toBe('true');
      await page.getByRole('button', { name: 'Compare with another replay' }).click();
      const refined = () =>
        page.locator('sgaps-compare canvas.picture').evaluateAll((all) => all.map((canvas) => canvas.dataset.refined));
      await expect.poll(refined, WAIT).toEqual(['false', 'true']);
      await page.screenshot({ path: join(SHOTS, 'compare.png') });
      expect(complaints).toEqual([]);
    });
  });
});
