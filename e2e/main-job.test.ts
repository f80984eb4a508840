import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from './support/browser.js';
import { frameTimes, type TimedFrame } from './support/frameTimes.js';
import { buildExamples, type GamePage, openGame } from './support/gamePage.js';
import { openArchive } from './support/openArchive.js';
import { openRecording } from './support/openRecording.js';
import { ServerProcess } from './support/serverProcess.js';
import { SGAPS_PROGRAM } from './support/sgapsProgram.js';
import {
  flat,
  nextFrame,
  openDashboard,
  overlayCover,
  psnr,
  readPlace,
  readShown,
  type Shown,
  spread,
} from './support/watchPage.js';

const GAME = 'phaser-platformer';
const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Where the test leaves what a person would have seen. */
const SHOTS = fileURLToPath(new URL('../out/main-job/', import.meta.url));
/** dB between two decoders' readings of one JPEG, at least; of neighbouring frames it is 20 to 30. */
const SAME = 40;
/** As renderers make it. */
const JPEG = { quality: 90, chromaSubsampling: '4:4:4' };
const WAIT = { timeout: 30_000, interval: 100 };
/** A seek takes in all frames since a snapshot, some ten seconds of them, and a machine may be a tenth as fast as another. */
const SEEK = { timeout: 90_000, interval: 100 };

let examples: Awaited<ReturnType<typeof buildExamples>>;
let browser: Browser;
let server: ServerProcess;
let data: string;

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  data = mkdtempSync(join(tmpdir(), 'sgaps-main-job-'));
  examples = await buildExamples(GAME);
  server = await ServerProcess.start({ data, examples: examples.folder, viewing: true });
  browser = await launchBrowser(['--disable-gpu-compositing']);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await examples?.remove();
  rmSync(data, { recursive: true, force: true });
});

interface Row {
  readonly id: string;
  readonly status: string;
  readonly frames: number;
  readonly durationMs: number;
}

async function rows(
  kind: 'sessions' | 'recordings',
): Promise<(Row & { readonly recordingId: string; readonly roomId: string })[]> {
  const response = await fetch(`${server.url}/api/${kind}`);
  return ((await response.json()) as { items: (Row & { recordingId: string; roomId: string })[] }).items;
}

async function download(id: string): Promise<Uint8Array> {
  const response = await fetch(`${server.url}/api/recordings/${id}/download`);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

const shot = (page: Page, name: string) => page.screenshot({ path: join(SHOTS, `${name}.png`) });
const play = (page: Page) => page.locator('sgaps-player .bar button.play');
const label = (page: Page) => play(page).getAttribute('aria-label');

/** What is shown against what the file says, coded as the server codes it, dB: two JPEG decoders apart when they are the same. */
async function likeness({ frameId, rgb, width, height }: Shown, pictures: ReadonlyMap<number, Uint8Array>): Promise<number> {
  const picture = pictures.get(frameId);
  if (!picture) throw new Error(`The file holds no frame ${frameId}`);
  return psnr(
    rgb,
    await sharp(
      await sharp(picture, { raw: { width, height, channels: 3 } })
        .jpeg(JPEG)
        .toBuffer(),
    )
      .removeAlpha()
      .raw()
      .toBuffer(),
  );
}

/**
 * Clicks into the scrub bar, `part` of the way from the first frame to its end, and waits until the picture of that place is shown: of the
 * newest of the recording's frames that is not after it, however few a slow game drew.
 */
async function seek(page: Page, frames: readonly TimedFrame[], part: number): Promise<Shown> {
  const bar = page.locator('sgaps-player .scrub');
  const box = await bar.boundingBox();
  if (!box) throw new Error('The scrub bar is hidden');
  const last = 1000 * Number(await bar.getAttribute('aria-valuemax'));
  const [{ time: first }] = frames;
  const share = (first + part * (last - first)) / last;
  await bar.click({ position: { x: share * box.width, y: box.height / 2 } });
  const value = 1000 * Number(await bar.getAttribute('aria-valuenow'));
  // Both are told in tenths of a second, which are much of a recording that was cut off soon.
  expect(Math.abs(value - share * last)).toBeLessThan(0.03 * last + 100);
  await page.waitForFunction(() => document.querySelector('sgaps-player')?.player?.seeking === false, undefined, SEEK);
  const place = 1000 * (await page.evaluate(() => document.querySelector('sgaps-player')?.player?.currentTime ?? 0));
  const wanted = frames.findLast(({ time }) => time <= place + 1)?.frameId;
  await expect.poll(async () => (await readPlace(page)).frameId, SEEK).toBe(wanted);
  return settled(page);
}

/** The picture once it no longer changes. */
async function settled(page: Page): Promise<Shown> {
  let shown = await readShown(page);
  for (let same = 0; same < 4; ) {
    await page.waitForTimeout(100);
    const next = await readShown(page);
    same = next.frameId === shown.frameId && psnr(next.rgb, shown.rgb) === 60 ? same + 1 : 0;
    shown = next;
  }
  return shown;
}

/** Milliseconds of recording that pass per millisecond while `span` of them are played at `speed`. */
async function playedRate(page: Page, speed: string, span: number): Promise<number> {
  await page.evaluate((rate) => {
    const player = document.querySelector('sgaps-player')?.player;
    if (player) player.playbackRate = rate;
  }, Number(speed));
  const { frameId } = await readPlace(page);
  await play(page).click();
  await nextFrame(page, frameId);
  const [from, started] = [(await readPlace(page)).time, performance.now()];
  await expect.poll(async () => (await readPlace(page)).time - from, { timeout: 30_000, interval: 20 }).toBeGreaterThan(span);
  const rate = ((await readPlace(page)).time - from) / (performance.now() - started);
  await play(page).click();
  await expect.poll(() => label(page), WAIT).toBe('Play');
  return rate;
}

/** Switches an overlay on or off, by the player's menu. */
async function choose(page: Page, layer: string): Promise<void> {
  const button = page.locator("sgaps-player .bar button[aria-label='Overlays']");
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
  await page.locator(`sgaps-player input[name='${layer}']`).click();
}

describe('the main job', () => {
  let game: GamePage;
  let live: Page;
  let id: string;

  it('records a game while it is played, lists it and shows it rebuilt', async () => {
    game = await openGame(browser, server.url, GAME);
    await expect.poll(async () => (await rows('sessions')).length, WAIT).toBe(1);
    const [session] = await rows('sessions');
    id = session.recordingId;

    const home = await openDashboard(browser, server.url);
    const card = home.locator('#live .card');
    await card.waitFor();
    expect(await card.locator('h3').textContent()).toBe(GAME);
    await home.waitForFunction(() => (document.querySelector<HTMLImageElement>('#live .card img')?.naturalWidth ?? 0) > 0);
    await shot(home, 'dashboard-running');
    await card.click();
    await home.waitForURL(/\/session\//);
    live = home;

    // Five pictures, each held against what the recorder saw of that very frame.
    const scores: number[] = [];
    const gains: number[] = [];
    let last: Shown | null = null;
    let changes = 0;
    await expect.poll(() => game.answers.length, WAIT).toBeGreaterThan(15);
    while (scores.length < 5) {
      if (last) await nextFrame(live, last.frameId);
      const shown = await readShown(live);
      expect(shown).toMatchObject({ width: 320, height: 180 });
      expect(spread(shown.rgb)).toBeGreaterThan(10);
      const truth = await game.truth(shown.frameId);
      scores.push(psnr(shown.rgb, truth));
      gains.push(psnr(shown.rgb, truth) - psnr(flat(truth), truth));
      if (last && psnr(last.rgb, shown.rgb) < 60) changes++;
      last = shown;
    }
    console.info(`live PSNR ${scores.map((score) => score.toFixed(1)).join(', ')} dB`);
    // A machine without a GPU answers ten frames late, and this early in a scrolling level much is new: quality has its own benches.
    expect(scores.reduce((sum, score) => sum + score) / scores.length).toBeGreaterThan(15);
    expect(Math.min(...gains)).toBeGreaterThan(2);
    expect(changes).toBe(4);
    expect(await live.locator('#badge').textContent()).toMatch(/^live \d+:\d\d/);
    expect(await live.locator('#figures .figure').count()).toBeGreaterThan(5);
  });

  it('draws every overlay on the live picture, and takes it away again', async () => {
    for (const layer of ['samples', 'importance', 'uncertainty', 'confidence']) {
      expect(await overlayCover(live)).toBe(0);
      await choose(live, layer);
      await expect.poll(() => overlayCover(live), WAIT).toBeGreaterThan(100);
      await choose(live, layer);
      await expect.poll(() => overlayCover(live), WAIT).toBe(0);
    }
    await choose(live, 'samples');
    await choose(live, 'uncertainty');
    await expect.poll(() => overlayCover(live), WAIT).toBeGreaterThan(100);
    await live.waitForTimeout(1000);
    await shot(live, 'live-overlays');
    expect(game.complaints).toEqual([]);
  });

  it('finishes the recording when the game is closed, with a thumbnail, and the page that watched goes on with it', async () => {
    // Some seconds are needed below, however slow the machine.
    await expect.poll(async () => (await rows('sessions'))[0].frames, WAIT).toBeGreaterThan(100);
    await game.page.close();
    // A browser may end a page's worker before its socket says goodbye: the server then waits 30 s for it to come back.
    const goodbye = { timeout: 60_000, interval: 100 };
    await expect.poll(async () => (await rows('recordings')).map(({ status }) => status), goodbye).toEqual(['finished']);
    await expect.poll(() => live.locator('#badge').textContent(), WAIT).toBe('recording');
    expect(new URL(live.url()).pathname).toBe(`/session/${id}`);
    await live.context().close();

    const home = await openDashboard(browser, server.url);
    await home.waitForSelector('#recordings .card');
    await home.waitForFunction(() => (document.querySelector<HTMLImageElement>('#recordings img')?.naturalWidth ?? 0) > 0);
    expect(await home.locator('#live .card').count()).toBe(0);
    await shot(home, 'dashboard-finished');
    await home.context().close();
  });

  it('plays the recording back: play, pause, seek, step and speed, with the pictures of the file', {
    timeout: 360_000,
  }, async () => {
    const file = await download(id);
    const frames = await frameTimes(file);
    const page = await openDashboard(browser, `${server.url}/session/${id}`);
    await expect.poll(() => page.locator('#badge').textContent(), WAIT).toBe('recording');
    const first = await settled(page);

    await play(page).click();
    await expect.poll(async () => (await readPlace(page)).time, WAIT).toBeGreaterThan(first.time + 1000);
    await play(page).click();
    const paused = await settled(page);
    await expect.poll(() => label(page), WAIT).toBe('Play');
    expect((await settled(page)).frameId).toBe(paused.frameId);

    const far = await seek(page, frames, 0.8);
    await shot(page, 'playback');
    const near = await seek(page, frames, 0.3);
    expect(near.frameId).toBeLessThan(far.frameId);
    await page.locator("sgaps-player .bar button[aria-label='One frame forward']").click();
    await nextFrame(page, near.frameId);
    const next = await settled(page);
    expect(next.frameId).toBeGreaterThan(near.frameId);

    const slow = await playedRate(page, '0.25', 150);
    const fast = await playedRate(page, '4', 1000);
    console.info(`played at ${slow.toFixed(2)}× and ${fast.toFixed(2)}×`);
    expect(slow).toBeLessThan(0.4);
    expect(fast).toBeGreaterThan(2 * slow);

    const seen = [paused, far, near, next];
    const { pictures, frameIds, reader } = await openRecording(
      file,
      seen.map(({ frameId }) => frameId),
    );
    expect(frameIds.length).toBe((await rows('recordings'))[0].frames);
    expect(frameIds.indexOf(next.frameId)).toBe(frameIds.indexOf(near.frameId) + 1);
    expect(reader.index.hasFooter).toBe(true);
    const scores = await Promise.all(seen.map((shown) => likeness(shown, pictures)));
    console.info(`page against file ${scores.map((score) => score.toFixed(1)).join(', ')} dB`);
    expect(Math.min(...scores)).toBeGreaterThan(SAME);
    await page.context().close();
  });

  // Whatever it takes: what a slow machine draws seldom leaves much to each picture, and samples of it are few bytes.
  it('archives the recording, and plays the archive in its place', { timeout: 300_000 }, async () => {
    const before = await download(id);
    const frames = await frameTimes(before);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...SGAPS_PROGRAM, 'archive', id, '--data', data, '--reconstructor', 'none', '--quality', '33', '--larger', '--json'],
      { cwd: ROOT },
    );
    const told = stdout.split('\n').find((line) => line.includes('"archived"')) ?? '';
    console.info(`archived: ${told}`);
    const file = await download(id);
    expect(JSON.parse(told)).toMatchObject({ from: before.length, bytes: file.length, frames: frames.length });

    const page = await openDashboard(browser, `${server.url}/session/${id}`);
    await settled(page);
    const seen = [await seek(page, frames, 0.8), await seek(page, frames, 0.3)];
    await shot(page, 'playback-archived');
    await play(page).click();
    await expect.poll(async () => (await readPlace(page)).time, WAIT).toBeGreaterThan(seen[1].time + 1000);
    await play(page).click();
    seen.push(await settled(page));
    const ids = seen.map(({ frameId }) => frameId);
    const archived = await openArchive(file, ids);
    const scores = await Promise.all(seen.map((shown) => likeness(shown, archived)));
    console.info(`page against archive ${scores.map((score) => score.toFixed(1)).join(', ')} dB`);
    expect(Math.min(...scores)).toBeGreaterThan(SAME);
    const { pictures } = await openRecording(before, ids);
    for (const [frameId, picture] of pictures)
      expect(psnr(picture, archived.get(frameId) ?? new Uint8Array(picture.length))).toBeGreaterThan(30);
    await page.context().close();
  });

  it('loses nothing it had answered when the server is killed, and plays it back after a restart', async () => {
    const killed = await openGame(browser, server.url, GAME);
    await expect.poll(() => killed.answers.length, WAIT).toBeGreaterThan(10);
    const lost = (await rows('sessions'))[0].recordingId;
    await server.kill();
    // The game goes on; its recorder says once that the server is gone.
    await expect.poll(() => killed.complaints.filter((text) => text.includes('SGAPS')).length, WAIT).toBe(1);
    await killed.page.waitForFunction((ticks) => (window.sgapsGame?.loop.frame ?? 0) > ticks + 10, await ticks(killed.page));
    const { sent, answers } = killed;
    await killed.page.context().close();

    server = await ServerProcess.start({ data, examples: examples.folder, viewing: true });
    expect(server.log.find(({ msg }) => msg === 'server listening')).toMatchObject({ recovered: 1 });
    const row = (await rows('recordings')).find((recording) => recording.id === lost);
    expect(row?.status).toBe('recovered');
    const file = await download(lost);
    const recording = await openRecording(file);
    // What came back is stored, byte for byte; each answer but the first was to one packet.
    expect(recording.coordinates.slice(0, answers.length)).toEqual(answers);
    expect(recording.pixels.length).toBeGreaterThanOrEqual(answers.length - 1);
    expect(recording.pixels).toEqual(sent.slice(0, recording.pixels.length));
    const untouched = await openRecording(readFileSync(join(data, 'recordings', `${lost}.sgaps`)));
    expect(untouched.frameIds).toEqual(recording.frameIds);
    expect(row?.frames).toBe(recording.frameIds.length);

    const home = await openDashboard(browser, server.url);
    await expect.poll(() => home.locator('#recordings .card').count(), WAIT).toBe(2);
    await shot(home, 'dashboard-recovered');
    await home.locator(`#recordings a.cover[href="/session/${lost}"]`).click();
    const first = await settled(home);
    await play(home).click();
    await expect.poll(async () => (await readPlace(home)).time, WAIT).toBeGreaterThan(first.time + 500);
    await play(home).click();
    const end = await seek(home, await frameTimes(file), 0.95);
    const { pictures } = await openRecording(file, [end.frameId]);
    expect(await likeness(end, pictures)).toBeGreaterThan(SAME);
    await home.context().close();
  });
});

const ticks = (page: Page) => page.evaluate(() => window.sgapsGame?.loop.frame ?? 0);
