import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FrameSource } from '@sgaps/core';
import { memorySource, RecordingReader } from '@sgaps/protocol';
import { startServer, zstdCompressor } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SyntheticRecorder, sleep } from './server-support.js';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { hashPixels } from './support/pageServer.js';

/** Where the test leaves what a person would have seen. */
const SHOTS = fileURLToPath(new URL('../out/sgaps-player/', import.meta.url));
const GRID = { width: 160, height: 90 };
const FRAMES = 96;
const WAIT = { timeout: 20_000, interval: 50 };

interface TrueFrame {
  readonly frameId: number;
  /** ms. */
  readonly time: number;
  readonly hash: string;
}

let truth: TrueFrame[];
let browser: Browser;
let bundle: BundledPage;
let site: ServedPage;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  const file = await recordSession();
  truth = await decode(file);
  bundle = await bundlePage(fileURLToPath(new URL('./sgaps-player.page.ts', import.meta.url)), { workers: 'sdk-player' });
  writeFileSync(join(bundle.dir, 'session.sgaps'), file);
  writeFileSync(join(bundle.dir, 'damaged.sgaps'), file.slice().fill(0x55, 2000, 2400));
  site = await servePage(bundle.dir);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await bundle?.remove();
});

async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
  complaints = [];
  context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
  });
  await page.goto(site.url);
  await page.waitForFunction(() => window.sgapsElement !== undefined);
  await page.addStyleTag({ content: 'body { background: #0a0d13 }' });
}

/** The file of a session with two events, from a server that is gone thereafter. */
async function recordSession(): Promise<Uint8Array> {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-element-'));
  const room = { snapshotEvery: 1000, sampling: 'points' } as const;
  const server = await startServer({ port: 0, data, log: pino({ level: 'silent' }), model: null, room });
  try {
    const recorder = await SyntheticRecorder.join(server.url, { grid: GRID });
    await recorder.play(FRAMES / 2, { pause: 100 });
    recorder.room.send('event', { name: 'level-up', data: { level: 2 }, time: 0 });
    await recorder.play(FRAMES / 2, { pause: 100 });
    recorder.room.send('event', { name: 'over', data: null, time: 0 });
    await recorder.room.leave();
    for (let tries = 0; tries < 100; tries++) {
      const response = await fetch(`${server.url}/api/recordings/${recorder.welcome?.recordingId}/download`);
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      await sleep(100);
    }
    throw new Error('The server does not give the recording out.');
  } finally {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
}

/** All frames, as the server's playback has them. */
async function decode(file: Uint8Array): Promise<TrueFrame[]> {
  const reader = await RecordingReader.open(memorySource(file), { compressor: zstdCompressor });
  const source = new FrameSource(reader);
  const frames: TrueFrame[] = [];
  while (await source.fill()) {
    const next = await source.decode();
    if (!next) break;
    const { rgb, frameId } = next.frame;
    const rgba = Uint8Array.from({ length: (rgb.length / 3) * 4 }, (_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)]));
    frames.push({ frameId, time: next.time, hash: hashPixels(rgba) });
  }
  await source.close();
  return frames;
}

const show = (html: string) => page.evaluate((text) => window.sgapsElement.show(text), html);
const pixels = (selector: string, at = 0) => page.evaluate(([s, i]) => window.sgapsElement.pixels(s, i), [selector, at] as const);
const button = (name: string | RegExp): Locator => page.getByRole('button', { name, exact: typeof name === 'string' });
const slider = () => page.getByRole('slider', { name: 'Position' });
const shownFrame = (at = 0) => page.locator('canvas.picture').nth(at).getAttribute('data-frame');
const asked = () => page.evaluate(() => window.sgapsElement.FakeSource.last.asked.at(-1));
const paused = () => page.evaluate(() => document.querySelector('sgaps-player')?.player?.paused);

/** The canvas holds this frame, pixel for pixel as the server decodes it. */
async function expectFrame({ frameId, hash }: TrueFrame): Promise<void> {
  await expect.poll(() => shownFrame(), WAIT).toBe(String(frameId));
  expect(await pixels('.picture')).toMatchObject({ ...GRID, hash });
}

async function clickBar(part: number): Promise<void> {
  const track = await page.locator('.track').boundingBox();
  if (!track) throw new Error('There is no scrub bar.');
  await page.mouse.click(track.x + part * track.width, track.y + track.height / 2);
}

describe('<sgaps-player> on a file', () => {
  beforeAll(() => open());
  afterAll(() => context.close());
  beforeEach(async () => {
    await show('<sgaps-player src="session.sgaps"></sgaps-player>');
    await expectFrame(truth[0]);
  });
  afterEach(() => expect(complaints).toEqual([]));

  it('shows the frames as they were decoded, wherever it is sent by pointer and keys', async () => {
    const { duration } = await page.evaluate(() => ({ duration: document.querySelector('sgaps-player')?.player?.duration ?? 0 }));
    const at = (seconds: number) => truth.findLast(({ time }) => time <= 1000 * seconds + 1) ?? truth[0];
    await clickBar(0.5);
    await expect.poll(() => page.evaluate(() => document.querySelector('sgaps-player')?.player?.seeking), WAIT).toBe(false);
    const half = await page.evaluate(() => document.querySelector('sgaps-player')?.player?.currentTime ?? 0);
    expect(Math.abs(half - duration / 2)).toBeLessThan(0.01 * duration);
    await expectFrame(at(half));
    const middle = truth.indexOf(at(half));
    await page.keyboard.press(',');
    await expectFrame(truth[middle - 1]);
    await page.keyboard.press(',');
    await expectFrame(truth[middle - 2]);
    await button('One frame forward').click();
    await expectFrame(truth[middle - 1]);
    await page.keyboard.press('End');
    await expectFrame(truth[FRAMES - 1]);
    await page.keyboard.press('Shift+ArrowLeft');
    await expectFrame(at(duration - 1));
    await page.keyboard.press('Home');
    await expectFrame(truth[0]);
    await page.keyboard.press('3');
    await expectFrame(at(0.3 * duration));
  });

  it('plays at a speed, pauses, ends, and plays again from the start', async () => {
    await button(/^Speed/).click();
    await page.getByRole('menuitemradio', { name: '2×', exact: true }).click();
    expect(await button(/^Speed/).textContent()).toBe('2×');
    await button('Play').click();
    await expect.poll(async () => Number(await shownFrame()), WAIT).toBeGreaterThan(5);
    await button('Pause').click();
    // What was asked for before is shown still.
    await sleep(700);
    const rest = await shownFrame();
    await sleep(300);
    expect(await shownFrame()).toBe(rest);
    await page.keyboard.press('k');
    await expectFrame(truth[FRAMES - 1]);
    await button('Play again').click();
    await expect.poll(async () => Number(await shownFrame()), WAIT).toBeLessThan(FRAMES / 2);
  });

  it('shows a small picture and the marker where the pointer is, and goes to markers', async () => {
    await expect.poll(() => page.locator('.tick').count(), WAIT).toBe(2);
    const tick = await page.locator('.tick').first().boundingBox();
    const track = await page.locator('.track').boundingBox();
    if (!tick || !track) throw new Error('There are no ticks.');
    await page.mouse.move(tick.x + tick.width / 2, track.y);
    await expect.poll(() => page.locator('.bubble .name').textContent()).toBe('level-up');
    await page.locator('.bubble canvas').waitFor({ state: 'visible' });
    const thumbnail = await pixels('.bubble canvas');
    expect(thumbnail.width / thumbnail.height).toBeCloseTo(GRID.width / GRID.height, 1);
    await page.screenshot({ path: join(SHOTS, 'thumbnail.png') });
    await page.locator('.player').focus();
    await page.keyboard.press('m');
    const time = await page.evaluate(() => document.querySelector('sgaps-player')?.player?.markers[0].time ?? 0);
    await expectFrame(truth.findLast((frame) => frame.time <= 1000 * time + 1) ?? truth[0]);
    await button('Markers').click();
    expect(await page.getByRole('dialog', { name: 'Markers' }).ariaSnapshot()).toMatch(/level-up .*level.*2[\s\S]*over/);
    await page.getByRole('dialog', { name: 'Markers' }).getByRole('button', { name: /over/ }).click();
    await expectFrame(truth[FRAMES - 1]);
  });

  it("draws the game's values and says what they are at the playhead", async () => {
    await page.locator('.player').focus();
    await page.keyboard.press('g');
    const score = page.getByRole('button', { name: /^score/ });
    await expect.poll(() => score.textContent(), WAIT).toBe('score0');
    const states = () => page.evaluate(() => document.querySelector('sgaps-player')?.player?.states.values[0].at(-1));
    await expect.poll(states, WAIT).toBe(Math.floor((FRAMES - 1) / 10));
    await page.keyboard.press('End');
    await expect.poll(() => score.textContent(), WAIT).toBe(`score${Math.floor((FRAMES - 1) / 10)}`);
    const drawn = await pixels('.lines');
    await score.click();
    await expect.poll(async () => (await pixels('.lines')).hash, WAIT).not.toBe(drawn.hash);
    await page.screenshot({ path: join(SHOTS, 'graph.png') });
  });

  it('says what is wrong by its code, and opens anew when asked', async () => {
    await page.route('**/later.sgaps', (route) => route.fulfill({ status: 404 }), { times: 1 });
    await page.evaluate(() => document.querySelector('sgaps-player')?.setAttribute('src', 'later.sgaps'));
    const alert = page.getByRole('alert');
    await expect.poll(() => alert.textContent(), WAIT).toContain('NOT_FOUND');
    expect(await alert.textContent()).toContain('There is no such recording');
    await page.route('**/later.sgaps', async (route) =>
      route.fulfill({ response: await route.fetch({ url: `${site.url}session.sgaps` }) }),
    );
    await button('Try again').click();
    await expectFrame(truth[0]);
    expect(await alert.isVisible()).toBe(false);
    await page.evaluate(() => document.querySelector('sgaps-player')?.setAttribute('src', 'damaged.sgaps'));
    await expect.poll(() => alert.textContent(), WAIT).toContain('CHECKSUM_MISMATCH');
  });
});

describe('<sgaps-player> on any source', () => {
  beforeAll(() => open({ permissions: ['clipboard-read', 'clipboard-write'] }));
  afterAll(() => context.close());
  beforeEach(() => page.evaluate(() => window.sgapsElement.showFake()));
  afterEach(() => expect(complaints).toEqual([]));

  it('does what its keys say', async () => {
    await page.locator('.player').focus();
    const rate = () => page.evaluate(() => document.querySelector('sgaps-player')?.player?.playbackRate);
    const press = (key: string) => page.keyboard.press(key);
    await press('ArrowRight');
    await expect.poll(() => shownFrame(), WAIT).toBe('50');
    await press('Shift+ArrowRight');
    await expect.poll(() => shownFrame(), WAIT).toBe('60');
    await press('ArrowLeft');
    await expect.poll(() => shownFrame(), WAIT).toBe('10');
    await press('.');
    await expect.poll(() => shownFrame(), WAIT).toBe('11');
    await press('5');
    await expect.poll(() => shownFrame(), WAIT).toBe('100');
    await press('m');
    await expect.poll(() => shownFrame(), WAIT).toBe('120');
    await press('Shift+M');
    await expect.poll(() => shownFrame(), WAIT).toBe('50');
    await press(']');
    expect(await rate()).toBe(2);
    await press('[');
    await press('[');
    expect(await rate()).toBe(0.5);
    await press('j');
    expect([await rate(), await paused()]).toEqual([-1, false]);
    await expect.poll(async () => Number(await shownFrame()), WAIT).toBeLessThan(48);
    await press('j');
    expect(await rate()).toBe(-2);
    await press('l');
    expect(await rate()).toBe(1);
    await press('l');
    expect(await rate()).toBe(2);
    await press(' ');
    expect(await paused()).toBe(true);
    await press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.screenshot({ path: join(SHOTS, 'help.png') });
    await press('Escape');
    await press('o');
    await page.getByRole('dialog', { name: 'Overlays' }).waitFor();
    await press('Escape');
    await press('p');
    expect(await page.locator('canvas.picture').evaluate((canvas) => getComputedStyle(canvas).imageRendering)).toBe('pixelated');
    await press('f');
    await expect.poll(() => page.evaluate(() => document.fullscreenElement?.localName), WAIT).toBe('sgaps-player');
    await page.screenshot({ path: join(SHOTS, 'fullscreen.png') });
    await press('f');
    await expect.poll(() => page.evaluate(() => document.fullscreenElement), WAIT).toBe(null);
  });

  it('leaves a key to the button that has the focus, and other keys to the page', async () => {
    await button('One frame forward').focus();
    await page.keyboard.press(' ');
    await expect.poll(() => shownFrame(), WAIT).toBe('1');
    expect(await paused()).toBe(true);
    const heard = await page.evaluate(() => {
      const event = new KeyboardEvent('keydown', { key: 'l', ctrlKey: true, bubbles: true, composed: true, cancelable: true });
      return document.querySelector('sgaps-player')?.shadowRoot?.querySelector('.player')?.dispatchEvent(event);
    });
    expect([heard, await paused()]).toEqual([true, true]);
  });

  it('tells what its player tells', async () => {
    await page.evaluate(() =>
      window.sgapsElement.record(['play', 'pause', 'seeking', 'seeked', 'frame', 'timeupdate', 'ratechange', 'ended', 'marker']),
    );
    await page.evaluate(async () => {
      const { player } = document.querySelector('sgaps-player') ?? {};
      if (!player) return;
      await player.seek(4.9);
      player.playbackRate = 8;
      await player.play();
    });
    await expect.poll(() => page.evaluate(() => window.told.at(-1)), WAIT).toBe('ended');
    const told = await page.evaluate(() => window.told);
    expect(told.filter((name) => name === 'marker')).toHaveLength(2);
    expect(new Set(told)).toEqual(
      new Set(['seeking', 'frame', 'timeupdate', 'seeked', 'ratechange', 'play', 'marker', 'pause', 'ended']),
    );
    expect(told.indexOf('seeking')).toBeLessThan(told.indexOf('seeked'));
    expect(await page.getByRole('status').textContent()).toMatch(/Ended|Paused/);
  });

  it('lays overlays over the picture, and takes them off', async () => {
    const covered = async () => (await pixels('.overlay')).first[3] > 0;
    expect(await covered()).toBe(false);
    await button('Overlays').click();
    await page.getByLabel('Samples').check();
    expect(await page.evaluate(() => window.sgapsElement.FakeSource.last.layers)).toEqual(['samples']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('.');
    await expect.poll(covered, WAIT).toBe(true);
    expect(await page.locator('.legends').textContent()).toContain('critical');
    await page.screenshot({ path: join(SHOTS, 'overlays.png') });
    await page.keyboard.press('o');
    await page.getByLabel('Samples').uncheck();
    await expect.poll(covered, WAIT).toBe(false);
    expect(await page.evaluate(() => window.sgapsElement.FakeSource.last.layers)).toEqual([]);
  });

  it('offers of an archive the overlays that it has, and says why there are no others', async () => {
    await button('Overlays').click();
    await page.getByLabel('Samples').check();
    await page.evaluate(() => window.sgapsElement.showFake({ archived: true }));
    const missing = page.getByText('An archive has pictures only');
    await button('Overlays').click();
    await missing.waitFor();
    expect([await page.getByLabel('Samples').isDisabled(), await page.getByLabel('Samples').isChecked()]).toEqual([true, false]);
    await page.getByLabel('Flow').check();
    expect(await page.evaluate(() => window.sgapsElement.FakeSource.last.layers)).toEqual(['flow']);
    await page.screenshot({ path: join(SHOTS, 'archive-overlays.png') });
    await page.evaluate(() => window.sgapsElement.showFake());
    await expect.poll(() => page.getByLabel('Samples').isDisabled(), WAIT).toBe(false);
    expect(await missing.isVisible()).toBe(false);
    await page.getByLabel('Flow').uncheck();
  });

  it('shares a link with the time, of an address of its own where it is told so', async () => {
    await page.evaluate(() => document.querySelector('sgaps-player')?.player?.seek(12.5));
    await button('Share a link to this time').click();
    await page.getByText('Link copied', { exact: true }).first().waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${site.url}?t=12.5`);
    await page.evaluate(() => {
      const element = document.querySelector('sgaps-player');
      if (element) element.shareUrl = (time) => `https://example.com/a1#${time}`;
    });
    await button('Share a link to this time').click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText()), WAIT).toBe('https://example.com/a1#12.5');
  });

  it('goes live, and shows that it waits', async () => {
    await page.evaluate(() => window.sgapsElement.showFake({ growing: true, silentAfter: 2 }));
    await button('Go live').click();
    expect(await asked()).toBe(Number.POSITIVE_INFINITY);
    await button('Live').waitFor();
    await page.keyboard.press('ArrowLeft');
    await button('Go live').waitFor();
    await page.getByText('Waiting for the picture…').waitFor();
    expect(await page.getByRole('region').getAttribute('aria-busy')).toBe('true');
    const turns = () => page.locator('.busy').evaluate((busy) => getComputedStyle(busy, '::before').animationName);
    expect(await turns()).toBe('turn');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await turns()).toBe('none');
    await page.emulateMedia({ reducedMotion: null });
  });

  it('goes on where it was after an error', async () => {
    await page.evaluate(() => document.querySelector('sgaps-player')?.player?.seek(7));
    await page.evaluate(() => {
      const { FakeSource, SgapsError } = window.sgapsElement;
      FakeSource.last.fail(new SgapsError('CLOSED', 'The server went away.'));
    });
    expect(await page.getByRole('alert').textContent()).toMatch(/The connection ended.*The server went away\..*CLOSED/);
    await page.screenshot({ path: join(SHOTS, 'error.png') });
    await button('Try again').click();
    await expect.poll(() => shownFrame(), WAIT).toBe('70');
    await expect.poll(() => page.evaluate(() => window.sgapsElement.FakeSource.last.asked), WAIT).toContain(7);
  });

  it('obeys its attributes, and lets go of what it opened', async () => {
    await page.evaluate(() => window.sgapsElement.showFake({}, 'time="3" rate="0.5" loop controls="share"'));
    await expect.poll(() => shownFrame(), WAIT).toBe('30');
    const state = () =>
      page.evaluate(() => {
        const { loop, playbackRate } = document.querySelector('sgaps-player')?.player ?? {};
        return { loop, playbackRate };
      });
    expect(await state()).toEqual({ loop: true, playbackRate: 0.5 });
    expect(await button('Overlays').count()).toBe(0);
    await page.evaluate(() => {
      const element = document.querySelector('sgaps-player');
      element?.removeAttribute('loop');
      element?.setAttribute('rate', '99');
      element?.setAttribute('time', 'nonsense');
    });
    expect(await state()).toEqual({ loop: false, playbackRate: 8 });
    await expect.poll(() => shownFrame(), WAIT).toBe('0');
    await page.evaluate(() => document.querySelector('sgaps-player')?.remove());
    await expect.poll(() => page.evaluate(() => window.sgapsElement.FakeSource.last.closed), WAIT).toBe(1);
  });

  it('lets go of what it is still opening when it is removed or plays something else, and never plays it', async () => {
    for (const slow of ['making', 'opening'] as const) {
      for (const next of ['removed', 'other'] as const) {
        const left = await page.evaluate((how) => window.sgapsElement.leaveOpening(how), { slow, next });
        const played = next === 'other' ? ['other'] : [];
        expect({ slow, next, ...left }).toEqual({ slow, next, atOnce: slow === 'opening', closed: true, asked: [], played });
      }
    }
  });

  it('reads well to those who do not see it', async () => {
    expect(await page.locator('sgaps-player').ariaSnapshot()).toBe(
      [
        '- region "Replay of fake game":',
        '  - img "The rebuilt frame"',
        '  - slider "Position"',
        '  - group "Playback":',
        '    - button "One frame back"',
        '    - button "Play"',
        '    - button "One frame forward"',
        '    - text: 0:00.0 / 0:20.0',
        '    - button "Speed 1×": 1×',
        '    - button "Markers"',
        '    - button "Overlays"',
        '    - button "Graph of values"',
        '    - button "Share a link to this time"',
        '    - button "Keyboard": "?"',
        '    - button "Full screen"',
        '  - status',
      ].join('\n'),
    );
    await page.evaluate(() => document.querySelector('sgaps-player')?.player?.seek(12.5));
    await expect.poll(() => slider().getAttribute('aria-valuetext')).toBe('0:12.5 of 0:20.0');
    expect(await slider().getAttribute('aria-valuenow')).toBe('12.5');
    await slider().focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => slider().getAttribute('aria-valuetext')).toBe('0:17.5 of 0:20.0');
    await page.keyboard.press('PageUp');
    await expect.poll(() => slider().getAttribute('aria-valuetext')).toBe('0:19.5 of 0:20.0');
    await page.keyboard.press('PageDown');
    await expect.poll(() => slider().getAttribute('aria-valuetext')).toBe('0:17.5 of 0:20.0');
    const outline = await slider().evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline).not.toBe('none');
    await button(/^Speed/).focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('menu', { name: 'Speed' }).ariaSnapshot()).toContain('menuitemradio "1×" [checked]');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    expect(await button(/^Speed/).textContent()).toBe('2×');
    expect(await page.evaluate(() => document.querySelector('sgaps-player')?.shadowRoot?.activeElement?.textContent)).toBe('2×');
  });
});

describe('<sgaps-player> under a finger', () => {
  beforeAll(() => open({ viewport: { width: 360, height: 740 }, hasTouch: true }));
  afterAll(() => context.close());

  const controlsShown = () => page.locator('.player').evaluate((player) => !player.classList.contains('idle'));

  /** Touches the picture at a part of its width, above its middle; the large play button is from 0.42 to 0.58. */
  async function tap(part: number): Promise<void> {
    const box = await page.locator('.stage').boundingBox();
    if (box) await page.touchscreen.tap(box.x + part * box.width, box.y + box.height / 4);
  }

  it('has room for all of it, and for fingers', async () => {
    await page.evaluate(() => window.sgapsElement.showFake({ growing: true }));
    await page.screenshot({ path: join(SHOTS, 'narrow.png') });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const boxes = await page.locator('.bar button:visible').evaluateAll((buttons) =>
      buttons.map((element) => {
        const { width, height, right } = element.getBoundingClientRect();
        return { name: element.getAttribute('aria-label'), width, height, right };
      }),
    );
    expect(boxes.map(({ name }) => name)).toEqual(['Play', 'Go live', 'Speed 1×', 'More', 'Full screen']);
    for (const { width, height, right } of boxes) {
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(40);
      expect(right).toBeLessThanOrEqual(360);
    }
    expect((await slider().boundingBox())?.height).toBeGreaterThanOrEqual(40);
    await button('More').tap();
    await page.getByRole('menuitem', { name: 'Markers' }).tap();
    await page.getByRole('dialog', { name: 'Markers' }).getByRole('button', { name: /boss/ }).tap();
    await expect.poll(() => shownFrame(), WAIT).toBe('120');
  });

  it('shows and hides its controls at a tap, and skips at two', async () => {
    await page.evaluate(() => window.sgapsElement.showFake({}, 'time="10"'));
    await expect.poll(() => shownFrame(), WAIT).toBe('100');
    expect(await controlsShown()).toBe(true);
    await tap(0.37);
    expect(await controlsShown()).toBe(false);
    expect(await paused()).toBe(true);
    await tap(0.37);
    expect(await controlsShown()).toBe(true);
    await tap(0.9);
    await tap(0.9);
    await expect.poll(() => shownFrame(), WAIT).toBe('150');
    await sleep(700);
    await tap(0.1);
    await tap(0.1);
    await expect.poll(() => shownFrame(), WAIT).toBe('100');
    expect(complaints).toEqual([]);
  });

  it('is scrubbed by dragging', async () => {
    await page.evaluate(() => window.sgapsElement.showFake());
    const track = await page.locator('.track').boundingBox();
    if (!track) throw new Error('There is no scrub bar.');
    const client = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', part = 0) =>
      client.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x: track.x + part * track.width, y: track.y + track.height / 2 }],
      });
    await touch('touchStart', 0.1);
    await touch('touchMove', 0.4);
    await touch('touchMove', 0.7);
    await page.locator('.bubble canvas').waitFor({ state: 'visible' });
    await touch('touchEnd');
    await expect.poll(async () => Math.abs(Number(await shownFrame()) - 140), WAIT).toBeLessThan(3);
    expect(await page.locator('.bubble').isVisible()).toBe(false);
  });
});

describe('<sgaps-compare>', () => {
  beforeAll(() => open());
  afterAll(() => context.close());
  afterEach(() => expect(complaints).toEqual([]));

  it('plays two on one clock, one of them so many frames ahead', async () => {
    await show(`<sgaps-compare>
      <sgaps-player src="session.sgaps" label="One"></sgaps-player>
      <sgaps-player src="session.sgaps" label="Other"></sgaps-player>
    </sgaps-compare>`);
    await expect.poll(() => Promise.all([shownFrame(0), shownFrame(1)]), WAIT).toEqual(['0', '0']);
    expect(await page.locator('.controls:visible').count()).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('.');
    await expect.poll(() => Promise.all([shownFrame(0), shownFrame(1)]), WAIT).toEqual(['1', '1']);
    for (let i = 0; i < 3; i++) await button('Second +1 frame').click();
    expect(await page.getByRole('status', { name: 'Offset of the second' }).textContent()).toBe('+0.10 s · +3 frames');
    await expect
      .poll(() => page.evaluate(() => document.querySelector('sgaps-compare')?.players[1]?.frame?.frameId ?? 0), WAIT)
      .toBeGreaterThan(1);
    await page.keyboard.press('End');
    await expect.poll(() => Promise.all([shownFrame(0), shownFrame(1)]), WAIT).toEqual(['95', '95']);
    await button('Reset').click();
    await page.keyboard.press('Home');
    await expect.poll(() => Promise.all([shownFrame(0), shownFrame(1)]), WAIT).toEqual(['0', '0']);
    await page.keyboard.press('k');
    await expect.poll(() => Promise.all([shownFrame(0), shownFrame(1)]), WAIT).toEqual(['95', '95']);
    await page.screenshot({ path: join(SHOTS, 'compare.png') });
    const lefts = () =>
      page.locator('canvas.picture').evaluateAll((canvases) => canvases.map((canvas) => canvas.getBoundingClientRect().left));
    const [first, second] = await lefts();
    await button('Swap').click();
    expect(await lefts()).toEqual([second, first]);
  });

  it('shows the difference, four times', async () => {
    await show('<sgaps-compare><sgaps-player></sgaps-player><sgaps-player></sgaps-player></sgaps-compare>');
    await page.evaluate(() => {
      const { FakeSource } = window.sgapsElement;
      const [first, second] = document.querySelectorAll('sgaps-player');
      first.source = () => new FakeSource();
      second.source = () => new FakeSource({ red: 9 });
    });
    await expect.poll(() => Promise.all([shownFrame(0), shownFrame(1)]), WAIT).toEqual(['0', '0']);
    await button('Difference').click();
    await expect.poll(async () => (await pixels('.difference-picture')).first, WAIT).toEqual([36, 0, 0, 255]);
    await page.evaluate(() => document.querySelector('sgaps-compare')?.setAttribute('offset', '8'));
    // 80 frames further, and 9: four times that is more than white.
    await expect.poll(async () => (await pixels('.difference-picture')).first, WAIT).toEqual([255, 0, 0, 255]);
    expect(await page.locator('canvas.picture').first().isVisible()).toBe(false);
  });
});
