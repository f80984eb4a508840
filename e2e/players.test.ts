import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FrameSource } from '@sgaps/core';
import { type SgapsServer, startServer } from '@sgaps/server';
import { startFfmpeg } from '@sgaps/server/clips';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SyntheticRecorder, sleep, until } from './server-support.js';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { halfChroma } from './support/halfChroma.js';
import { PlayersPage, type Screen } from './support/playersPage.js';
import type { SurfaceKind } from './support/replaySurfaces.js';
import { SgapsProcess } from './support/sgapsProcess.js';
import { openDashboard, overlayCover, psnr, readShown } from './support/watchPage.js';

/** Where the test leaves what a person would have seen. */
const SHOTS = fileURLToPath(new URL('../out/players/', import.meta.url));
const GRID = { width: 64, height: 36 };
/** For words, which need more room than a picture. */
const ROOM = { width: 320, height: 180 };
const FPS = 30;
const BATCH = 4;
const FRAMES = 240;
/** Frames that a player may be behind a game, which sends four at a time. */
const BEHIND = 15;
/** dB that what is shown is like what was decoded, at least, and nearer than to what was a second before or after. */
const LIKE = { 'jpeg+depth': 35, h264: 30 };
const NEARER = 10;
const WAIT = { timeout: 30_000, interval: 50 };
const KINDS: readonly SurfaceKind[] = ['phaser', 'babylon', 'element', 'canvas'];
const PHASER_3 = 'phaser3';

type Encoder = keyof typeof LIKE;

interface TrueFrame {
  readonly frameId: number;
  /** Seconds. */
  readonly time: number;
  readonly rgb: Uint8Array;
}

const folder = mkdtempSync(join(tmpdir(), 'sgaps-players-'));
let server: SgapsServer;
let browser: Browser;
let bundles: BundledPage[] = [];
let sites: ServedPage[] = [];
let id: string;
let truth: TrueFrame[];
let pages: PlayersPage[] = [];

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  const entry = fileURLToPath(new URL('./players.page.ts', import.meta.url));
  const phaser3 = fileURLToPath(new URL(`../node_modules/${PHASER_3}/dist/phaser.esm.js`, import.meta.url));
  server = await startServer({
    port: 0,
    data: join(folder, 'main'),
    model: null,
    viewing: { port: 0, model: 'none' },
    log: pino({ level: process.env.SGAPS_LOG ?? 'silent' }),
    room: { snapshotEvery: 1000, viewerOrigins: ['*'] },
  });
  [bundles, browser, id] = await Promise.all([
    Promise.all([bundlePage(entry), bundlePage(entry, { alias: { phaser: phaser3 } })]),
    launchBrowser(['--disable-gpu-compositing']),
    record(),
    // It is built when it is asked for first.
    fetch(`${server.url}/session/none`),
    fetch(`${server.url}/dashboard/player/element.js`),
  ]);
  sites = await Promise.all(bundles.map(({ dir }) => servePage(dir)));
  truth = await decoded(id);
});

afterAll(async () => {
  await browser?.close();
  for (const site of sites) await site.close();
  for (const bundle of bundles) await bundle.remove();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

afterEach(() => {
  expect(pages.flatMap(({ complaints }) => complaints)).toEqual([]);
});

async function openPage(site = 0): Promise<PlayersPage> {
  const page = await PlayersPage.open(browser, sites[site].url);
  pages.push(page);
  return page;
}

async function closePages(): Promise<void> {
  for (const page of pages) await page.close();
  pages = [];
}

async function record(): Promise<string> {
  const recorder = await SyntheticRecorder.join(server.url, { grid: GRID });
  await play(recorder, FRAMES / 2);
  recorder.room.send('event', { name: 'goal', data: { by: 2 }, time: 0 });
  await play(recorder, FRAMES / 2);
  return finish(recorder);
}

/** Plays in the game's own time: what comes sooner counts as recorded when it came. */
async function play(recorder: SyntheticRecorder, frames: number): Promise<void> {
  const start = performance.now();
  for (let played = 0; played < frames; played += BATCH) {
    await recorder.play(BATCH, { batch: BATCH });
    await sleep(Math.max(0, start + (1000 * (played + BATCH)) / FPS - performance.now()));
  }
}

async function finish(recorder: SyntheticRecorder): Promise<string> {
  const recordingId = recorder.welcome?.recordingId ?? '';
  await recorder.room.leave();
  await until(() => server.store.writer(recordingId) === undefined);
  return recordingId;
}

/** All frames of a recording, decoded one after the other in this process. */
async function decoded(recordingId: string): Promise<TrueFrame[]> {
  const source = new FrameSource(await server.store.open(recordingId));
  const frames: TrueFrame[] = [];
  while (await source.fill()) {
    const next = await source.decode();
    if (next) frames.push({ frameId: next.frame.frameId, time: next.time / 1000, rgb: Uint8Array.from(next.frame.rgb) });
  }
  await source.close();
  return frames;
}

/** The place, in the list, of the frame of a time. */
function placeAt(time: number): number {
  return Math.max(
    0,
    truth.findLastIndex((frame) => frame.time <= time + 0.001),
  );
}

/** What is shown is the decoded frame at this place, and no other. */
function expectShown({ frameId, rgb, width, height }: Screen, place: number, encoder: Encoder, frames = truth): void {
  expect([frameId, width, height]).toEqual([frames[place].frameId, GRID.width, GRID.height]);
  const like = (at: number) => {
    const frame = frames[at].rgb;
    return psnr(rgb, encoder === 'h264' ? halfChroma(frame, width, height) : frame);
  };
  const score = like(place);
  expect(score).toBeGreaterThan(LIKE[encoder]);
  for (const other of [place - FPS, place + FPS]) if (frames[other]) expect(score).toBeGreaterThan(like(other) + NEARER);
}

describe.each<{ name: string; kind: SurfaceKind; encoder: Encoder; site?: number }>([
  { name: 'Phaser 4', kind: 'phaser', encoder: 'jpeg+depth' },
  { name: 'Phaser 3', kind: 'phaser', encoder: 'h264', site: 1 },
  { name: 'Babylon', kind: 'babylon', encoder: 'jpeg+depth' },
  { name: '<sgaps-player>', kind: 'element', encoder: 'jpeg+depth' },
  { name: 'ReplayPlayer', kind: 'canvas', encoder: 'jpeg+depth' },
  { name: 'ReplayPlayer', kind: 'canvas', encoder: 'h264' },
])('a recording in $name by $encoder', ({ name, kind, encoder, site = 0 }) => {
  let page: PlayersPage;
  const seek = (time: number) => page.call('seek', 'it', time);
  const state = () => page.call('state', 'it');

  beforeAll(async () => {
    page = await openPage(site);
  });

  afterAll(closePages);

  it('is shown from its first frame on, at every time sought, to the pixel', async () => {
    expect(await page.open('it', kind, { server: server.url, recording: id, encoder, ...GRID })).toBe('ok');
    await expect.poll(async () => (await state()).frameId, WAIT).toBe(truth[0].frameId);
    expectShown(await page.shown('it'), 0, encoder);
    expect((await state()).info).toMatchObject({
      recordingId: id,
      game: 'synthetic',
      growing: false,
      values: ['score'],
      ...GRID,
    });
    for (const time of [5, 1.5, 7.5, 3, 3.2, 0.5]) {
      expect(await seek(time)).toBe('ok');
      expectShown(await page.shown('it'), placeAt(time), encoder);
    }
    const { duration, markers } = await state();
    expect(duration).toBeGreaterThanOrEqual(truth[truth.length - 1].time);
    expect(markers).toMatchObject([{ name: 'goal', data: { by: 2 } }]);
    await page.page.screenshot({ path: join(SHOTS, `${name.replace(/\W/g, '')}-${encoder}.png`) });
  });

  it('is stepped through frame by frame', async () => {
    await seek(4);
    const place = placeAt(4);
    for (const [step, wanted] of [
      [1, place + 1],
      [-1, place],
      [-1, place - 1],
    ]) {
      expect(await page.call('step', 'it', step)).toBe('ok');
      expectShown(await page.shown('it'), wanted, encoder);
    }
  });

  it('is played at its own speed, faster and backwards, and to its end', async () => {
    const normal = await played(1, 1, 1);
    const fast = await played(1, 4, 3);
    await played(5, -1, 1);
    expect(fast).toBeGreaterThan(1.5 * normal);

    await page.call('rate', 'it', 1);
    await seek((await state()).duration - 0.4);
    await page.call('play', 'it');
    await expect.poll(async () => (await state()).ended, WAIT).toBe(true);
    expectShown(await page.shown('it'), truth.length - 1, encoder);
    expect(await state()).toMatchObject({ paused: true });
    expect((await page.call('news', 'it')).events.slice(-2)).toEqual(['pause', 'ended']);
  });

  /** Plays so many seconds of it; seconds of the recording a second. */
  async function played(from: number, rate: number, span: number): Promise<number> {
    await seek(from);
    await page.call('rate', 'it', rate);
    await page.call('news', 'it');
    const way = Math.sign(rate);
    expect(await page.call('play', 'it')).toBe('ok');
    const gone = async () => way * ((await state()).currentTime - from);
    await expect.poll(gone, WAIT).toBeGreaterThan(span / 2);
    const screen = await page.shown('it');
    expectShown(
      screen,
      truth.findIndex(({ frameId }) => frameId === screen.frameId),
      encoder,
    );
    await expect.poll(gone, WAIT).toBeGreaterThan(span);
    await page.call('pause', 'it');
    expect(await state()).toMatchObject({ paused: true, ended: false });
    const { frames } = await page.call('news', 'it');
    // Those between may be left out, where a machine is slow.
    expect(frames.length).toBeGreaterThan(3);
    for (const [i, { frameId, time }] of frames.entries()) {
      expect(truth.find((frame) => frame.frameId === frameId)?.time).toBeCloseTo(time, 6);
      if (i > 0) expect(way * (frameId - frames[i - 1].frameId)).toBeGreaterThan(0);
    }
    const [first, last] = [frames[0], frames[frames.length - 1]];
    const [gained, took] = [way * (last.time - first.time), last.at - first.at];
    // Never sooner than due, but for what a clock that waited makes up for.
    expect(gained).toBeLessThan(Math.abs(rate) * (took + 0.5));
    return gained / took;
  }
});

describe('a session that is still recorded', () => {
  afterAll(closePages);

  it('is followed by all players, left, followed again, and ends', async () => {
    const page = await openPage();
    const recorder = await SyntheticRecorder.join(server.url, { grid: GRID });
    const recording = recorder.welcome?.recordingId ?? '';
    await play(recorder, 32);
    const encoderOf = (kind: SurfaceKind): Encoder => (kind === 'canvas' ? 'h264' : 'jpeg+depth');
    let goesOn = true;
    const going = (async () => {
      while (goesOn) await play(recorder, BATCH);
    })();
    for (const kind of KINDS) {
      expect(await page.open(kind, kind, { server: server.url, recording, encoder: encoderOf(kind), ...GRID })).toBe('ok');
      expect(await page.call('live', kind)).toBe('ok');
      expect(await page.call('state', kind)).toMatchObject({ isLive: true, growing: true, paused: false });
    }
    const screens: { kind: SurfaceKind; screen: Screen }[] = [];
    // While the game goes on.
    const behind = async (kind: SurfaceKind) => {
      const { frameId } = await page.call('state', kind);
      return recorder.frameId - frameId;
    };
    for (let round = 0; round < 4; round++) {
      for (const kind of KINDS) {
        await expect.poll(() => behind(kind), WAIT).toBeLessThan(BEHIND);
        screens.push({ kind, screen: await page.shown(kind) });
      }
    }
    for (const kind of KINDS) {
      expect(await page.call('seek', kind, 0.5)).toBe('ok');
      screens.push({ kind, screen: await page.shown(kind) });
      expect(await page.call('state', kind)).toMatchObject({ isLive: false, growing: true });
      expect((await page.call('state', kind)).frameId).toBeLessThan(FPS);
    }
    for (const kind of KINDS) expect(await page.call('live', kind)).toBe('ok');
    for (const kind of KINDS) {
      await expect.poll(() => behind(kind), WAIT).toBeLessThan(BEHIND);
      await page.call('news', kind);
    }
    goesOn = false;
    await going;
    await finish(recorder);
    const frames = await decoded(recording);
    for (const kind of KINDS) {
      await expect.poll(async () => (await page.call('state', kind)).ended, WAIT).toBe(true);
      const { frameId, duration, ...rest } = await page.call('state', kind);
      expect(rest).toMatchObject({ growing: false, isLive: false, paused: true });
      expect(frameId).toBe(frames[frames.length - 1].frameId);
      expect(duration).toBeGreaterThanOrEqual(frames[frames.length - 1].time);
      const { events, frames: told } = await page.call('news', kind);
      expect(events).toContain('durationchange');
      expect(events.slice(-3)).toEqual(['live', 'pause', 'ended']);
      expect(told.map(({ frameId }) => frameId)).toEqual(told.map(({ frameId }) => frameId).sort((a, b) => a - b));
    }
    for (const { kind, screen } of screens)
      expectShown(
        screen,
        frames.findIndex(({ frameId }) => frameId === screen.frameId),
        encoderOf(kind),
        frames,
      );
  });
});

describe('a watch-party', () => {
  afterAll(closePages);

  it('shows all who are in it what one of them chooses, and lets another choose', async () => {
    const party = { server: server.url, recording: id, channel: 'party:friday', encoder: 'jpeg+depth', ...GRID } as const;
    const [first, second] = [await openPage(), await openPage()];
    expect(await first.open('it', 'phaser', party)).toBe('ok');
    const together = async (time: number) => {
      for (const page of [first, second]) {
        await expect
          .poll(async () => (await page.call('state', 'it')).frameId, { ...WAIT, message: 'the party' })
          .toBe(truth[placeAt(time)].frameId);
        expectShown(await page.shown('it'), placeAt(time), 'jpeg+depth');
      }
    };
    expect(await first.call('seek', 'it', 2)).toBe('ok');
    // Who comes later sees what is on.
    expect(await second.open('it', 'element', party)).toBe('ok');
    await together(2);
    expect(await first.call('seek', 'it', 6)).toBe('ok');
    await together(6);
    expect(await second.call('state', 'it')).toMatchObject({ paused: false });
    await second.call('news', 'it');
    await first.call('rate', 'it', -1);
    expect(await first.call('play', 'it')).toBe('ok');
    await expect.poll(async () => (await second.call('state', 'it')).currentTime, WAIT).toBeLessThan(5);
    await first.call('pause', 'it');
    const { frames } = await second.call('news', 'it');
    expect(frames.map(({ frameId }) => frameId)).toEqual(frames.map(({ frameId }) => frameId).sort((a, b) => b - a));
    const apart = async () => (await second.call('state', 'it')).frameId - (await first.call('state', 'it')).frameId;
    await expect.poll(apart, WAIT).toBe(0);
    // Who follows plays, and would play on from there.
    await second.call('pause', 'it');
    expect(await second.call('seek', 'it', 1)).toBe('ok');
    await together(1);
    expect(await first.call('state', 'it')).toMatchObject({ paused: false });
  });
});

describe('what cannot be shown', () => {
  let elsewhere: SgapsProcess[] = [];

  beforeAll(() => {
    const serve = (data: string, ...flags: string[]) =>
      SgapsProcess.start('serve', '--port', '0', '--data', join(folder, data), '--origins', '*', '--model', 'none', ...flags);
    elsewhere = [serve('mute', '--no-viewing'), serve('doomed', '--viewing-port', '0')];
  });

  afterAll(async () => {
    for (const process of elsewhere) await process.end();
  });

  afterEach(closePages);

  const urlOf = async (process: SgapsProcess) => `http://localhost:${(await process.heard('server listening')).port}`;

  /** Each player told this once, and says it where its picture would be. */
  async function expectSaid(page: PlayersPage, code: string, message: RegExp): Promise<void> {
    for (const kind of KINDS) {
      const errors = await page.call('errors', kind);
      expect(errors).toEqual([{ code, message: expect.stringMatching(message) }]);
      if (kind === 'element') {
        const words = await page.call('words', kind, '.error');
        expect(words).toContain(errors[0].message);
        expect(words).toContain(code);
      } else if (kind !== 'canvas') await expect.poll(async () => countLight(await page.shown(kind)), WAIT).toBeGreaterThan(100);
    }
  }

  async function openAll(page: PlayersPage, from: string, recording: string): Promise<string[]> {
    return Promise.all(KINDS.map((kind) => page.open(kind, kind, { server: from, recording, ...ROOM })));
  }

  it('is told by each player where there is no such recording', async () => {
    const page = await openPage();
    expect(await openAll(page, server.url, 'nowhere')).toEqual(KINDS.map(() => 'NOT_FOUND'));
    await expectSaid(page, 'NOT_FOUND', /^There is no recording nowhere\.$/);
    await page.page.screenshot({ path: join(SHOTS, 'not-found.png'), fullPage: true });
  });

  it('is told by each player where the server renders nothing', async () => {
    const page = await openPage();
    expect(await openAll(page, await urlOf(elsewhere[0]), id)).toEqual(KINDS.map(() => 'NOT_FOUND'));
    await expectSaid(page, 'NOT_FOUND', /renders no replays: start its transport and renderer/);
  });

  it('is waited for, then told by each player, where the server goes away', async () => {
    const from = await urlOf(elsewhere[1]);
    const file = server.store.filePath(id);
    copyFileSync(file, join(folder, 'doomed', 'recordings', basename(file)));
    const page = await openPage();
    expect(await openAll(page, from, id)).toEqual(KINDS.map(() => 'ok'));
    for (const kind of KINDS) {
      await page.call('rate', kind, 0.25);
      expect(await page.call('play', kind)).toBe('ok');
    }
    for (const kind of KINDS)
      await expect.poll(async () => (await page.call('state', kind)).currentTime, WAIT).toBeGreaterThan(0.5);
    await elsewhere[1].end('SIGINT');
    for (const kind of KINDS) await expect.poll(async () => (await page.call('state', kind)).stalled, WAIT).toBe(true);
    expect(await page.call('words', 'element', '.busy')).toBe('Waiting for the picture…');
    for (const kind of KINDS)
      await expect.poll(async () => (await page.call('errors', kind)).map(({ code }) => code), WAIT).toEqual(['CLOSED']);
    await expectSaid(page, 'CLOSED', /is lost .* and did not come back/);
    for (const kind of KINDS) {
      expect(await page.call('state', kind)).toMatchObject({ paused: true, stalled: false });
      const { events } = await page.call('news', kind);
      expect(events.indexOf('stall')).toBeGreaterThan(0);
      expect(events.at(-1)).toBe('error');
    }
    await page.page.screenshot({ path: join(SHOTS, 'closed.png'), fullPage: true });
  });
});

/** Pixels of writing. */
function countLight({ rgb }: Screen): number {
  let light = 0;
  for (let i = 0; i < rgb.length; i += 3) if (rgb[i] > 150 && rgb[i + 1] > 150 && rgb[i + 2] > 150) light++;
  return light;
}

describe('<sgaps-player>', () => {
  afterAll(closePages);

  it('draws the samples of the frame that it shows over it, where it is told to', async () => {
    const players = await openPage();
    expect(await players.open('it', 'element', { server: server.url, recording: id, ...GRID })).toBe('ok');
    await players.call('seek', 'it', 3);
    const { page } = players;
    expect(await overlayCover(page)).toBe(0);
    await page.locator("sgaps-player .bar button[aria-label='Overlays']").click();
    await page.locator("sgaps-player input[name='samples']").click();
    await expect.poll(() => overlayCover(page), WAIT).toBeGreaterThan(100);
    await page.screenshot({ path: join(SHOTS, 'samples.png') });
    await page.locator("sgaps-player input[name='samples']").click();
    await expect.poll(() => overlayCover(page), WAIT).toBe(0);
  });
});

describe("a session's page", () => {
  it('makes a film of it, and shows it beside another', async () => {
    const page = await openDashboard(browser, `${server.url}/session/${id}`);
    expectShown(await readShown(page), 0, 'jpeg+depth');
    await page.locator('#export').click();
    await page.locator("#export-form [name='to']").fill('2');
    await page.locator("#export-form [name='scale']").selectOption('4');
    await page.locator('#export-start').click();
    const link = page.locator('#export-file');
    // Exports take only what nothing else wants of a machine.
    await link.waitFor({ timeout: 120_000 });
    await page.screenshot({ path: join(SHOTS, 'export.png') });
    const response = await fetch(new URL((await link.getAttribute('href')) ?? '', server.url));
    expect(response.headers.get('content-type')).toBe('video/mp4');
    const film = join(folder, 'film.mp4');
    writeFileSync(film, new Uint8Array(await response.arrayBuffer()));
    const [stream] = await probe(film);
    expect(stream).toMatchObject({ codec_name: 'h264', width: 4 * GRID.width, height: 4 * GRID.height });
    expect(Math.abs(Number(stream.nb_read_frames) - 2 * FPS)).toBeLessThanOrEqual(2);
    await page.locator('#export-close').click();

    await page.locator('#compare').click();
    const times = () =>
      page.evaluate(() => document.querySelector('sgaps-compare')?.players.map((player) => player?.frame?.time ?? Number.NaN));
    await page.waitForFunction(() => document.querySelector('sgaps-compare')?.players.every((player) => player?.frame));
    expect(await page.locator('sgaps-compare sgaps-player').count()).toBe(2);
    await page.evaluate(() => document.querySelector('sgaps-compare')?.players[0]?.seek(1));
    // The second follows the first.
    await expect.poll(async () => (await times())?.map((time) => Math.abs(time - 1) < 0.1), WAIT).toEqual([true, true]);
    expectShown(await readShown(page), placeAt(1), 'jpeg+depth');
    await page.screenshot({ path: join(SHOTS, 'compare.png') });
    await page.context().close();
  });
});

async function probe(path: string): Promise<Record<string, string | number>[]> {
  const args = ['-v', 'error', '-count_frames', '-show_streams', '-of', 'json', path];
  const { process: child, done } = startFfmpeg(args, ['ignore', 'pipe', 'pipe'], 'ffprobe');
  const pieces: Buffer[] = [];
  child.stdout?.on('data', (piece: Buffer) => pieces.push(piece));
  await done;
  return (JSON.parse(Buffer.concat(pieces).toString()) as { streams: Record<string, string | number>[] }).streams;
}
