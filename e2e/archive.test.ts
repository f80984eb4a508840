import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArchiveDecoder, FrameSource } from '@sgaps/core';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRID, SyntheticRecorder, until } from './server-support.js';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { hashPixels } from './support/pageServer.js';
import { SGAPS_PROGRAM } from './support/sgapsProgram.js';
import { TestViewer } from './support/TestViewer.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Of packets of four. */
const FRAMES = 72;
const WAIT = { timeout: 20_000, interval: 50 };

interface Picture {
  readonly frameId: number;
  /** ms. */
  readonly time: number;
  readonly rgb: Buffer;
}

const data = mkdtempSync(join(tmpdir(), 'sgaps-archived-'));
let server: SgapsServer;
let id: string;
/** As the recording showed them. */
let recorded: Picture[];
/** As the archive's decoder gives them, group by group. */
let archived: Picture[];
let told: Record<string, unknown>;

beforeAll(async () => {
  server = await startServer({
    ...{ port: 0, data, model: null, room: { snapshotEvery: 1000 } },
    viewing: { port: 0, model: 'none', encoders: ['raw'] },
    log: pino({ level: process.env.SGAPS_LOG ?? 'silent' }),
  });
  const recorder = await SyntheticRecorder.join(server.url);
  await recorder.play(FRAMES / 2, { pause: 100 });
  recorder.room.send('event', { name: 'coin', time: 0, data: { worth: 5 } });
  await recorder.play(FRAMES / 2, { pause: 100 });
  id = recorder.welcome?.recordingId ?? '';
  await recorder.room.leave();
  await until(() => server.store.writer(id) === undefined);
  recorded = await rebuilt();
  const { status, stdout, stderr } = run(
    'archive',
    id,
    '--json',
    '--model',
    'none',
    '--reconstructor',
    'none',
    '--quality',
    '36',
  );
  expect([status, stderr]).toEqual([0, '']);
  told = stdout.split('\n').flatMap((line) => (line.includes('"archived"') ? [JSON.parse(line) as typeof told] : []))[0];
  archived = await decoded();
}, 60_000);

afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

function run(...args: string[]) {
  return spawnSync(process.execPath, [...SGAPS_PROGRAM, ...args, '--data', data], { cwd: ROOT, encoding: 'utf8' });
}

async function rebuilt(): Promise<Picture[]> {
  const source = new FrameSource(await server.store.open(id));
  const pictures: Picture[] = [];
  while (await source.fill()) {
    const next = await source.decode();
    if (next) pictures.push({ frameId: next.frame.frameId, time: next.time, rgb: Buffer.from(next.frame.rgb) });
  }
  await source.close();
  return pictures;
}

async function decoded(): Promise<Picture[]> {
  const reader = await server.store.open(id);
  const decoder = new ArchiveDecoder(reader.header, { model: null });
  const pictures: Picture[] = [];
  for await (const { bytes } of reader.records(0, { kinds: ['pictures'] })) {
    decoder.open(bytes);
    for (let picture = await decoder.next(); picture; picture = await decoder.next())
      pictures.push({ frameId: picture.frameId, time: picture.time, rgb: Buffer.from(picture.rgb) });
  }
  await reader.close();
  return pictures;
}

/** The picture shown at a time, ms. */
const at = (time: number) => archived.findLast((picture) => picture.time <= time + 1) ?? archived[0];

describe('a recording that was archived with sgaps archive', () => {
  it('shows the same frames, in a smaller file, and says how it fared', async () => {
    expect(archived.map(({ frameId }) => frameId)).toEqual(recorded.map(({ frameId }) => frameId));
    let squares = 0;
    for (const [i, { rgb }] of archived.entries())
      for (let p = 0; p < rgb.length; p++) squares += (rgb[p] - recorded[i].rgb[p]) ** 2;
    const psnr = 10 * Math.log10((255 * 255 * 3 * GRID.width * GRID.height * FRAMES) / squares);
    const { size } = statSync(server.store.filePath(id));
    expect(told).toMatchObject({ recording: id, bytes: size, frames: FRAMES, model: null });
    expect(told.psnr).toBeCloseTo(psnr, 1);
    expect(psnr).toBeGreaterThan(33);
    expect(size).toBeLessThan(Number(told.from));
  });

  it('is told of by the server that has it, with its pictures and its file', async () => {
    const row = (await (await fetch(`${server.url}/api/recordings/${id}`)).json()) as Record<string, unknown>;
    expect(row).toMatchObject({ archivedFrom: told.from, archivedTo: told.bytes, archiveModel: '', frames: FRAMES });
    const page = await (await fetch(`${server.url}/api/recordings?archived=true`)).json();
    expect(page).toMatchObject({ total: 1, items: [{ id }] });
    expect((await (await fetch(`${server.url}/api/recordings?archived=false`)).json()) as unknown).toMatchObject({ total: 0 });
    const thumbnail = await fetch(`${server.url}/api/recordings/${id}/thumbnail?time=2`);
    const { width, height } = await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata();
    expect({ width, height }).toEqual(GRID);
    const download = Buffer.from(await (await fetch(`${server.url}/api/recordings/${id}/download`)).arrayBuffer());
    expect(download.equals(readFileSync(server.store.filePath(id)))).toBe(true);
  });

  it('is exported', async () => {
    const [out, time] = [join(data, 'one.png'), archived[50].time / 1000];
    const { status, stderr } = run('export', id, '--at', String(time), '--model', 'none', '--quiet', '-o', out);
    expect([status, stderr]).toEqual([0, '']);
    expect((await sharp(out).raw().toBuffer()).equals(at(1000 * time).rgb)).toBe(true);
    const overlays = await fetch(`${server.url}/api/recordings/${id}/exports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ format: 'png', from: 0, to: 0, overlays: ['samples'] }),
    });
    expect(await overlays.json()).toMatchObject({ error: { code: 'UNSUPPORTED' } });
  });

  it('is watched over the pipeline, with the overlays that it has, and is nothing to fly through', async () => {
    const viewer = await TestViewer.join(server.viewingPort ?? 0, { scene: `replay:${id}`, encoder: 'raw' });
    expect(await viewer.ready()).toMatchObject({ about: { recordingId: id, archived: true, growing: false, values: ['score'] } });
    for (const i of [0, 40, 39, 38, 60, 31, 32, 67, 5]) {
      const told = viewer.of('picture').length;
      viewer.ask(archived[i].time / 1000);
      // Of frames that came in the same millisecond the last is shown, and not again.
      const about = () => viewer.of('picture')[told];
      await until(() => about()?.unchanged === true || (about() !== undefined && viewer.pictures.at(-1)?.about === about()));
      const due = at(archived[i].time);
      expect(about()).toMatchObject({ recordedFrame: due.frameId, refined: false });
      expect(Buffer.from(viewer.pictures.at(-1)?.jpeg ?? []).equals(due.rgb)).toBe(true);
    }
    await until(() => viewer.of('markers').length > 0 && viewer.of('states').length > 0);
    expect(viewer.of('markers')[0].markers).toMatchObject([{ name: 'coin', data: { worth: 5 } }]);
    viewer.socket.send(JSON.stringify({ type: 'overlays', layers: ['samples', 'uncertainty', 'flow'] }));
    viewer.ask(archived[50].time / 1000);
    await until(() => viewer.of('overlay').length > 0);
    expect(new Set(viewer.of('overlay').map(({ layer }) => layer))).toEqual(new Set(['flow']));
    viewer.leave();
    const free = await TestViewer.join(server.viewingPort ?? 0, { scene: `free:${id}`, encoder: 'raw' });
    await until(() => free.closed !== null || free.of('error').length > 0);
    expect(JSON.stringify([free.closed, free.of('error')])).toContain('archived');
    free.leave();
  });
});

describe('<sgaps-player> on an archive', () => {
  let browser: Browser;
  let bundle: BundledPage;
  let site: ServedPage;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    bundle = await bundlePage(fileURLToPath(new URL('./sgaps-player.page.ts', import.meta.url)), { workers: 'sdk-player' });
    copyFileSync(server.store.filePath(id), join(bundle.dir, 'archive.sgaps'));
    site = await servePage(bundle.dir);
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(site.url);
    await page.waitForFunction(() => window.sgapsElement !== undefined);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await bundle?.remove();
  });

  it('shows its pictures, where it is sent and while it plays, with its events and small pictures', async () => {
    await page.evaluate(() => window.sgapsElement.show('<sgaps-player src="archive.sgaps"></sgaps-player>'));
    const shownFrame = () => page.locator('canvas.picture').getAttribute('data-frame');
    const expectPicture = async ({ frameId, rgb }: Picture) => {
      await expect.poll(shownFrame, WAIT).toBe(String(frameId));
      const rgba = Uint8Array.from({ length: 4 * GRID.width * GRID.height }, (_, i) =>
        i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)],
      );
      expect(await page.evaluate(() => window.sgapsElement.pixels('.picture', 0))).toMatchObject({
        ...GRID,
        hash: hashPixels(rgba),
      });
    };
    await expectPicture(archived[0]);
    for (const i of [45, 44, 66, 33, 12]) {
      await page.evaluate((time) => document.querySelector('sgaps-player')?.player?.seek(time), archived[i].time / 1000);
      await expectPicture(at(archived[i].time));
    }
    const told = await page.evaluate(async () => {
      const player = document.querySelector('sgaps-player')?.player;
      const thumbnail = await player?.thumbnail(1);
      return { width: thumbnail?.width, markers: player?.markers.map(({ name }) => name), archived: player?.info.archived };
    });
    expect(told).toEqual({ width: GRID.width, markers: ['coin'], archived: true });
    await page.evaluate(() => document.querySelector('sgaps-player')?.player?.play());
    await expect.poll(() => page.evaluate(() => document.querySelector('sgaps-player')?.player?.ended), WAIT).toBe(true);
    await expectPicture(archived[FRAMES - 1]);
    expect(complaints).toEqual([]);
  });
});
