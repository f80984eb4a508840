import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeStream } from '@sgaps/splats';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { SgapsProcess } from './support/sgapsProcess.js';

const WAIT = { timeout: 60_000, interval: 50 };

describe('a ReplayPlayer with streamed splats', () => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-stream-player-'));
  const processes: SgapsProcess[] = [];
  let bundle: BundledPage;
  let site: ServedPage;
  let browser: Browser;
  let page: Page;
  let port = 0;

  const look = () => page.evaluate(() => window.replay.look());

  beforeAll(async () => {
    mkdirSync(join(data, 'splats'));
    await makeStream(join(data, 'splats', 'few'), { gaussians: 20, frames: 12 });
    const transport = SgapsProcess.start('transport', '--port', '0', '--data', data);
    processes.push(transport);
    port = Number((await transport.heard('transport listening')).port);
    processes.push(SgapsProcess.start('renderer', '--data', data, '--model', 'none', '--splats-on', 'cpu'));
    bundle = await bundlePage(fileURLToPath(new URL('./replay-player.page.ts', import.meta.url)));
    site = await servePage(bundle.dir);
    browser = await launchBrowser([]);
    page = await browser.newPage();
    await page.goto(site.url);
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await bundle?.remove();
    for (const one of processes) await one.end();
    rmSync(data, { recursive: true, force: true });
  });

  it('seeks, steps and plays them to their end, and over again in a loop', async () => {
    const source = { server: site.url, transport: `ws://127.0.0.1:${port}`, recording: 'few', scene: 'stream' as const };
    const { code, info } = await page.evaluate((options) => window.replay.open(options), source);
    expect([code, info]).toMatchObject(['ok', { recordingId: 'few', fps: 10, duration: 1.2, growing: false }]);
    await expect.poll(async () => (await look()).frameId, WAIT).toBe(0);
    for (const frame of [7, 2, 11]) {
      const sought = await page.evaluate((time) => window.replay.seek(time), frame / 10);
      expect([sought.code, sought.frameId, sought.seeking]).toEqual(['ok', frame, false]);
    }
    // There is none after the last.
    expect((await page.evaluate(() => window.replay.step(1))).frameId).toBe(11);
    expect((await page.evaluate(() => window.replay.step(-2))).frameId).toBe(9);
    expect(await page.evaluate(() => window.replay.thumbnail(0.5))).toBeNull();

    await page.evaluate(() => window.replay.seek(0));
    await page.evaluate(() => window.replay.news());
    expect(await page.evaluate(() => window.replay.do('play'))).toBe('ok');
    await expect.poll(async () => (await look()).ended, WAIT).toBe(true);
    const ended = await look();
    expect([ended.frameId, ended.currentTime, ended.paused]).toEqual([11, 1.2, true]);
    const played = (await page.evaluate(() => window.replay.news())).shown.map(({ frameId }) => frameId);
    expect(played.at(-1)).toBe(11);
    expect(played).toEqual([...played].sort((a, b) => a - b));

    await page.evaluate(() => window.replay.set({ loop: true, playbackRate: 2 }));
    expect(await page.evaluate(() => window.replay.do('play'))).toBe('ok');
    const rounds = async () =>
      (await page.evaluate(() => window.replay.news())).events.filter((name) => name === 'seeked').length;
    let seen = 0;
    await expect.poll(async () => (seen += await rounds()), WAIT).toBeGreaterThan(2);
    await page.evaluate(() => window.replay.pause());
    const { ended: over, error } = await look();
    expect([over, error]).toEqual([false, null]);
  });
});
