import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { openRecording } from './support/openRecording.js';

let data: string;
let server: SgapsServer;
let browser: Browser;
let bundle: BundledPage;
let pages: ServedPage;
let page: Page;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sgaps-canvas-'));
  server = await startServer({ port: 0, host: '127.0.0.1', data, log: pino({ level: 'silent' }) });
  bundle = await bundlePage(fileURLToPath(new URL('./record-canvas.page.ts', import.meta.url)));
  pages = await servePage(bundle.dir);
  browser = await launchBrowser();
  page = await browser.newPage();
  await page.goto(pages.url);
});

afterAll(async () => {
  await browser?.close();
  await pages?.close();
  await bundle?.remove();
  await server?.close();
  await rm(data, { recursive: true, force: true });
});

interface Outcome {
  diagnostics: string[];
  recordingId: string;
  sampler: { kind: string; why: string };
  thread: string;
  faults: number;
}

const CASES = [
  ['webgl2', 'webgl2', 60, false],
  ['webgl2', 'webgl2', 60, true],
  ['webgl', 'worker', 24, false],
  ['2d', 'worker', 24, false],
] as const;

describe('recordCanvas', () => {
  it.each(CASES)(
    'records a game without an engine on a %s canvas, by way of %s, %i frames, drawn late: %s',
    async (context, kind, frames, late) => {
      const options = { endpoint: server.url, context, frames, late, micros: Number.POSITIVE_INFINITY };
      const outcome = await page.evaluate(
        (o) => (window as unknown as { play(o: object): Promise<Outcome> }).play(o),
        options as object,
      );
      expect(outcome.diagnostics).toEqual([]);
      expect(outcome.sampler).toMatchObject({ kind, why: expect.stringMatching(/\w\.$/) });
      expect(outcome).toMatchObject({ thread: 'worker', faults: 0 });
      const id = outcome.recordingId;
      await expect.poll(async () => (await server.catalog.get(id))?.status, { timeout: 20_000 }).toBe('finished');
      const file = await readFile(join(data, 'recordings', `${id}.sgaps`));
      const { frameIds } = await openRecording(file);
      expect(frameIds.length).toBeGreaterThanOrEqual(frames);
      const last = frameIds[frameIds.length - 1];
      const picture = (await openRecording(file, [last])).pictures.get(last) as Uint8Array;
      // The field is rebuilt as it was; the square may be anywhere on its way.
      const corner = [...picture.slice(0, 3)];
      for (const [c, want] of [40, 90, 140].entries()) expect(Math.abs(corner[c] - want)).toBeLessThan(9);
      expect([...picture].filter((value, i) => i % 3 === 0 && value > 200).length).toBeGreaterThan(100);
    },
  );
});
