import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SyntheticRecorder, sleep, until } from './server-support.js';
import { launchBrowser } from './support/browser.js';
import { openDashboard, readShown } from './support/watchPage.js';

const GRID = { width: 64, height: 36 };
const data = mkdtempSync(join(tmpdir(), 'sgaps-session-'));
let server: SgapsServer;
let browser: Browser;
let page: Page;
let id: string;
let frames: number;

beforeAll(async () => {
  server = await startServer({
    port: 0,
    data,
    model: null,
    viewing: { port: 0, model: 'none' },
    log: pino({ level: process.env.SGAPS_LOG ?? 'silent' }),
  });
  browser = await launchBrowser();
  // It is built when it is asked for first.
  await Promise.all(['session/none', 'dashboard/player/element.js'].map((path) => fetch(`${server.url}/${path}`)));
  const recorder = await SyntheticRecorder.join(server.url, { grid: GRID });
  id = recorder.welcome?.recordingId ?? '';
  await recorder.play(32, { pause: 40 });
  // Its last frame comes later than hundredths of a second say that it ends.
  const cutShort = async () => {
    const reader = await server.store.open(id);
    const ms = reader.duration % 10;
    await reader.close();
    return ms > 1 && ms < 4;
  };
  for (; !(await cutShort()); await sleep(50)) recorder.frame(1);
  frames = recorder.frameId;
  await recorder.room.leave();
  await until(() => server.store.writer(id) === undefined);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(data, { recursive: true, force: true });
});

beforeEach(async () => {
  page = await openDashboard(browser, `${server.url}/session/${id}`);
  await readShown(page);
  await page.locator('#export').click();
});

afterEach(() => page.context().close());

const choose = (name: string, value: string) => page.locator(`#export-form [name='${name}']`).selectOption(value);
const state = () => page.locator('#export-state').textContent();

describe('the export of a session on its page', () => {
  it('is all of it, to its last frame, where no part was chosen', async () => {
    await choose('format', 'jsonl');
    await page.locator('#export-start').click();
    const link = page.locator('#export-file');
    await link.waitFor();
    const response = await fetch(new URL((await link.getAttribute('href')) ?? '', server.url));
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename=synthetic-${id.slice(0, 8)}.jsonl`);
    const lines = (await response.text()).split('\n').filter((line) => line.startsWith('{"type":"frame"'));
    expect(lines).toHaveLength(frames);
    expect(await state()).toMatch(/^Done: \d/);
  });

  it('is ended when the dialog is closed, also before the server has answered', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/exports', async (route) => {
      await held;
      await route.continue();
    });
    await choose('scale', '4');
    await page.locator('#export-start').click();
    await page.locator('#export-close').click();
    // What comes of it is not told to who asks anew.
    await page.locator('#export').click();
    const answered = page.waitForResponse(/\/exports$/);
    release();
    const { id: job } = (await (await answered).json()) as { id: string };
    await expect.poll(async () => (await fetch(`${server.url}/api/exports/${job}`)).status, { timeout: 20_000 }).toBe(404);
    expect(await state()).toBe('');
    expect(await page.locator('#export-start').isEnabled()).toBe(true);
  });

  it('says why it cannot be', async () => {
    await page.locator("#export-form [name='from']").fill('90');
    await page.locator('#export-start').click();
    await expect.poll(state).toContain('ARGUMENT_INVALID');
    expect(await page.locator('#export-start').isEnabled()).toBe(true);
  });
});
