import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeH264Head, encodeJpegHead } from '@sgaps/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { FakeTransport } from './support/fakeTransport.js';
import { COLOURS } from './support/frameColours.js';

const WAIT = { timeout: 30_000, interval: 50 };
const ENCODERS = ['jpeg+depth', 'h264'] as const;

let bundle: BundledPage;
let site: ServedPage;
let browser: Browser;
let transport: FakeTransport;
let page: Page;
let uncaught: string[] = [];

beforeAll(async () => {
  bundle = await bundlePage(fileURLToPath(new URL('./replay-player.page.ts', import.meta.url)));
  const html = readFileSync(join(bundle.dir, 'index.html'), 'utf8');
  const policy = `<meta http-equiv="Content-Security-Policy" content="worker-src 'none'">`;
  writeFileSync(join(bundle.dir, 'no-workers.html'), html.replace('<title>', `${policy}<title>`));
  site = await servePage(bundle.dir);
  browser = await launchBrowser(['--disable-gpu-compositing']);
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await bundle?.remove();
});

beforeEach(async () => {
  transport = await FakeTransport.start();
  uncaught = [];
  page = await openPage();
});

afterEach(async () => {
  await page.context().close();
  await transport.close();
  expect(uncaught).toEqual([]);
});

async function openPage(path = ''): Promise<Page> {
  const context = await browser.newContext();
  const opened = await context.newPage();
  opened.on('pageerror', (error) => uncaught.push(error.message));
  await opened.goto(site.url + path);
  return opened;
}

type Options = Parameters<typeof window.replay.open>[0];

function open(options: Partial<Options> = {}, playing: Parameters<typeof window.replay.open>[1] = {}, on = page) {
  const whole: Options = { server: transport.server, recording: 'a1', ...options };
  return on.evaluate(([one, two]) => window.replay.open(one, two), [whole, playing] as const);
}

const look = (on = page) => on.evaluate(() => window.replay.look());
const news = (on = page) => on.evaluate(() => window.replay.news());
const act = (what: 'play' | 'live', on = page) => on.evaluate((name) => window.replay.do(name), what);
const seek = (time: number, on = page) => on.evaluate((to) => window.replay.seek(to), time);
const step = (frames: number) => page.evaluate((by) => window.replay.step(by), frames);
const pause = (on = page) => on.evaluate(() => window.replay.pause());
const set = (fields: Parameters<typeof window.replay.set>[0]) => page.evaluate((values) => window.replay.set(values), fields);

/** Frames were shown, and each picture was of its own frame, to its lowest row. */
function expectTrue(shown: Awaited<ReturnType<typeof news>>['shown'], atLeast = 1) {
  expect(shown.length).toBeGreaterThanOrEqual(atLeast);
  for (const { frameId, time, seen, refined } of shown) {
    expect(seen).toEqual([frameId % COLOURS, frameId % COLOURS]);
    expect(time).toBeCloseTo(frameId / transport.fps, 6);
    expect(refined).toBe(frameId % 2 === 1);
  }
}

describe.each(ENCODERS)('a replay by %s', (encoder) => {
  it('is sought, stepped and played either way, and each picture is the frame that was asked for', async () => {
    const { code, info } = await open({ encoder });
    expect([code, info]).toEqual([
      'ok',
      {
        recordingId: 'a1',
        game: 'colours',
        engine: 'none',
        width: 64,
        height: 36,
        fps: 20,
        startedAt: 1000,
        duration: transport.duration,
        growing: false,
        archived: false,
        values: ['score'],
      },
    ]);
    await expect.poll(async () => (await look()).frameId, WAIT).toBe(0);
    for (const frame of [40, 99, 3, 62]) {
      const { code: sought, ...state } = await seek(frame / transport.fps);
      expect([sought, state.frameId, state.seen, state.seeking]).toEqual(['ok', frame, frame, false]);
    }
    expect([(await step(1)).frameId, (await step(3)).seen, (await step(-5)).frameId]).toEqual([63, 66, 61]);
    expect((await look()).markers).toEqual([{ time: 1, name: 'coin', data: { n: 1 } }]);
    expect((await look()).states).toEqual({ times: [0, 1], values: [[10, 11]] });
    expectTrue((await news()).shown, 8);

    await seek(0.5);
    await news();
    expect(await act('play')).toBe('ok');
    await expect.poll(async () => (await look()).currentTime, WAIT).toBeGreaterThan(1.5);
    await pause();
    const forward = await news();
    expectTrue(forward.shown, 10);
    expect(forward.shown.map(({ frameId }) => frameId)).toEqual(
      forward.shown.map(({ frameId }) => frameId).sort((a, b) => a - b),
    );
    expect(forward.events).toEqual(['play', 'playing', 'marker coin', 'pause']);

    await set({ playbackRate: 2 });
    await act('play');
    await expect.poll(async () => (await look()).ended, WAIT).toBe(true);
    expect(await look()).toMatchObject({ frameId: 99, seen: 99, currentTime: transport.duration, paused: true });
    expectTrue((await news()).shown, 10);

    await set({ playbackRate: -1 });
    await act('play');
    await expect.poll(async () => (await look()).currentTime, WAIT).toBeLessThan(4);
    await pause();
    const back = await news();
    expectTrue(back.shown, 8);
    expect(back.shown.map(({ frameId }) => frameId)).toEqual(back.shown.map(({ frameId }) => frameId).sort((a, b) => b - a));
    expect(transport.mostUnderWay).toBeLessThanOrEqual(2);
    expect(await page.evaluate(() => window.replay.dispose())).toBe('ok');
    await expect.poll(() => transport.channels, WAIT).toEqual([]);
  });

  it('is followed live, left and followed again, without an error', async () => {
    transport.growing = true;
    await open({ encoder }, { currentTime: 2 });
    await expect.poll(async () => (await look()).seen, WAIT).toBe(40);
    await news();
    expect(await act('live')).toBe('ok');
    expect(await look()).toMatchObject({ isLive: true, paused: false, frameId: 99, seen: 99 });
    for (let frame = 100; frame < 105; frame++) {
      transport.grow();
      await expect.poll(async () => (await look()).frameId, WAIT).toBe(frame);
    }
    expect((await look()).duration).toBeCloseTo(104 / 20, 6);
    expect(transport.channels.sort()).toEqual(['live', 'own']);
    // Where it was before is what its own channel showed last: its picture is shown all the same.
    expect(await seek(2)).toMatchObject({ code: 'ok', isLive: false, frameId: 40, seen: 40 });
    await pause();
    expect(await act('live')).toBe('ok');
    expect(await look()).toMatchObject({ isLive: true, seen: 104 });
    await pause();
    expect(await look()).toMatchObject({ isLive: false, paused: true, seen: 104 });
    await expect.poll(() => transport.channels, WAIT).toEqual(['own']);
    const { shown, events } = await news();
    expectTrue(shown, 7);
    expect(events.filter((name) => name === 'live')).toHaveLength(4);
    expect(events).not.toContain('error');
  });

  it('stalls when the connection breaks, comes back and shows what was asked for last', async () => {
    await open({ encoder }, { currentTime: 1 });
    await expect.poll(async () => (await look()).seen, WAIT).toBe(20);
    transport.isAway = true;
    transport.cut();
    await expect.poll(async () => (await look()).stalled, WAIT).toBe(true);
    const waiting = seek(3);
    await new Promise((resolve) => setTimeout(resolve, 500));
    transport.isAway = false;
    expect(await waiting).toMatchObject({ code: 'ok', frameId: 60, seen: 60, stalled: false });
    const { events, shown } = await news();
    expect(events.filter((name) => !name.startsWith('see'))).toEqual(['stall', 'playing']);
    expectTrue(shown);
    // Told anew on each connection, kept once.
    expect(await look()).toMatchObject({ markers: [{ name: 'coin' }], states: { times: [0, 1] } });
  });

  it('refuses pictures that are none', async () => {
    const times = { clientSent: 0, received: 0, processed: 0, sent: 0 };
    const bytes = Uint8Array.from({ length: 300 }, (_, at) => (at * 31) & 255);
    const head = encoder === 'h264' ? encodeH264Head(300, 7, times) : encodeJpegHead(300, 0, 7, times);
    for (const garbage of [
      Buffer.concat([head, bytes]),
      Buffer.from(bytes.subarray(0, 20)),
      Buffer.concat([head, bytes, bytes]),
    ]) {
      expect((await open({ encoder })).code).toBe('ok');
      await expect.poll(async () => (await look()).seen, WAIT).toBe(0);
      await news();
      transport.tell({ type: 'picture', frameId: 7, unchanged: false, time: 1, previous: null, next: null, recordedFrame: 20 });
      transport.each((socket) => socket.send(garbage));
      if (encoder === 'h264' && garbage.length === head.length + bytes.length) {
        // A decoder that gives up, as one does that is taken from a hidden tab, is replaced by one of a new connection.
        await expect.poll(async () => (await news()).events, WAIT).toContain('stall');
        expect(await seek(2)).toMatchObject({ code: 'ok', seen: 40, error: null });
      } else await expect.poll(async () => (await look()).error?.code, WAIT).toMatch(/^BYTES_/);
      await page.evaluate(() => window.replay.dispose());
    }
  });
});

describe('a replay', () => {
  it('brings depth, overlays and thumbnails where there are some', async () => {
    await open({}, { currentTime: 1 });
    await expect.poll(async () => (await look()).seen, WAIT).toBe(20);
    expect((await news()).shown.at(-1)?.depth).toEqual([64 * 36, 20]);
    await page.evaluate(() => window.replay.overlays());
    await seek(2);
    await seek(3);
    expect((await news()).events).toContain('overlay uncertainty');
    expect(await page.evaluate(() => window.replay.thumbnail(2))).toEqual({ width: 16, height: 9, seen: 40 });
    expect(await page.evaluate(() => window.replay.thumbnail(99))).toBe(null);
  });

  it('plays fast, over and over, and asks for nothing while it rests', async () => {
    await open({}, { playbackRate: 8, loop: true, autoplay: true });
    await expect.poll(() => transport.cameras.length, WAIT).toBeGreaterThan(60);
    await pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await expect.poll(async () => (await look()).seeking, WAIT).toBe(false);
    const rest = transport.cameras.length;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(transport.cameras.length).toBe(rest);
    expect(transport.mostUnderWay).toBeLessThanOrEqual(2);
    expectTrue((await news()).shown, 20);
  });

  it('is decoded on the page where the page allows no worker', async () => {
    await page.context().close();
    page = await openPage('no-workers.html');
    for (const encoder of ENCODERS) {
      expect((await open({ encoder }, { currentTime: 2 })).code).toBe('ok');
      await expect.poll(async () => (await look()).seen, WAIT).toBe(40);
      expect(await seek(4)).toMatchObject({ code: 'ok', frameId: 80, seen: 80 });
      expect(await page.evaluate(() => window.replay.noWorker())).toHaveLength(1);
      await page.evaluate(() => window.replay.dispose());
    }
  });

  it('says what is wrong, and what to do, where it cannot be opened', async () => {
    const nobody = await FakeTransport.start();
    await nobody.close();
    const [away, gone] = ['http://127.0.0.1:9', 'ws://127.0.0.1:9'];
    expect(await open({ server: away })).toMatchObject({
      code: 'CLOSED',
      message: expect.stringContaining('see that it runs there'),
    });
    expect(await open({ transport: gone })).toMatchObject({
      code: 'CLOSED',
      message: expect.stringContaining('see that the transport'),
    });
    expect(await open({ recording: 'b2' })).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('no such recording'),
    });
    expect((await open({ recording: '' })).code).toBe('ARGUMENT_INVALID');
    expect((await open({ transport: 'nonsense' })).code).toBe('ARGUMENT_INVALID');
    expect((await open({ channel: 'party:not a name' })).code).toBe('ARGUMENT_INVALID');
    transport.viewing = { url: null };
    expect(await open()).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('start its transport') });
    transport.viewing = undefined;
    expect((await open()).code).toBe('NOT_FOUND');
  });

  it('says where H.264 cannot be decoded', async () => {
    await page.evaluate(() => Reflect.deleteProperty(window, 'VideoDecoder'));
    const { code, message } = await open({ encoder: 'h264', worker: false });
    expect([code, message]).toEqual(['UNSUPPORTED', expect.stringContaining("'jpeg+depth'")]);
  });

  it.each<[string, (socket: WebSocket) => void]>([
    ['no JSON', (socket) => socket.send('{nonsense')],
    ['no object', (socket) => socket.send('[1]')],
    ['a `ready` without what is played', (socket) => socket.send('{"type":"ready","width":64,"height":36}')],
    [
      'a picture of no size',
      (socket) => socket.send(JSON.stringify({ type: 'ready', width: 0, height: 36, about: transport.about() })),
    ],
    ['pictures before `ready`', (socket) => socket.send('{"type":"picture","frameId":1,"time":0,"recordedFrame":1}')],
    ['bytes out of nowhere', (socket) => socket.send(Buffer.alloc(1000, 7))],
  ])('refuses %s', async (_, greeting) => {
    transport.greeting = greeting;
    expect((await open()).code).toBe('BYTES_MALFORMED');
  });

  it('ends with what the server says, and with garbage, and can be opened anew', async () => {
    const ends: [() => void, string][] = [
      [() => transport.tell({ type: 'error', code: 'CHECKSUM_MISMATCH', message: 'Damaged.' }), 'CHECKSUM_MISMATCH'],
      [() => transport.tell({ type: 'states', times: [1], values: [] }), 'BYTES_MALFORMED'],
      [() => transport.tell({ type: 'growth', duration: 'long' }), 'BYTES_MALFORMED'],
      [() => transport.each((socket) => socket.send(Buffer.alloc(99))), 'BYTES_MALFORMED'],
    ];
    for (const [end, code] of ends) {
      await open({}, { currentTime: 1 });
      await expect.poll(async () => (await look()).seen, WAIT).toBe(20);
      // What this version does not know, and its bytes, are passed over.
      transport.tell({ type: 'news' });
      transport.each((socket) => socket.send(Buffer.alloc(99)));
      expect((await seek(2)).seen).toBe(40);
      end();
      await expect.poll(async () => (await look()).error?.code, WAIT).toBe(code);
      expect([(await seek(3)).code, (await news()).events.at(-1)]).toEqual([code, 'error']);
      await page.evaluate(() => window.replay.dispose());
    }
  });

  it('waits for another renderer where the one it had is gone', async () => {
    await open({}, { currentTime: 1 });
    await expect.poll(async () => (await look()).seen, WAIT).toBe(20);
    transport.tell({ type: 'error', code: 'RENDERER_UNAVAILABLE', message: 'No renderer.' });
    transport.cut();
    await expect.poll(async () => (await news()).events.includes('stall'), WAIT).toBe(true);
    expect((await seek(2)).seen).toBe(40);
    expect((await look()).error).toBeNull();
  });

  it('gives up when the connection does not come back in five tries', async () => {
    await open();
    await expect.poll(async () => (await look()).seen, WAIT).toBe(0);
    transport.isAway = true;
    transport.cut();
    await expect.poll(async () => (await look()).error?.code, WAIT).toBe('CLOSED');
    expect((await news()).events.slice(-2)).toEqual(['stall', 'error']);
  });

  it('is closed at any moment', async () => {
    const options = { server: transport.server, recording: 'a1' };
    for (const ms of [0, 1, 5, 20, 60]) {
      const code = await page.evaluate(([with_, after]) => window.replay.closeWhileOpening(with_, after), [options, ms] as const);
      expect(['CLOSED', 'ok']).toContain(code);
    }
    await open({}, { autoplay: true });
    expect(await page.evaluate(() => Promise.all([window.replay.dispose(), window.replay.dispose()]))).toEqual(['ok', 'ok']);
    await expect.poll(() => transport.channels, WAIT).toEqual([]);
  });
});

describe('a watch-party', () => {
  const party = { channel: 'party:friday' } as const;

  it('shows followers what the one who drives sees, and lets them take over once that one rests', async () => {
    await open(party);
    await expect.poll(async () => (await look()).seen, WAIT).toBe(0);
    await set({ loop: true });
    await act('play');
    const guest = await openPage();
    await open(party, {}, guest);
    await expect.poll(async () => (await look(guest)).frameId, WAIT).toBeGreaterThan(3);
    expect(await look(guest)).toMatchObject({ paused: false, isLive: false });
    const cameras = transport.cameras.length;
    await expect.poll(() => transport.cameras.length, WAIT).toBeGreaterThan(cameras + 20);
    const { shown, events } = await news(guest);
    expectTrue(shown, 10);
    expect(events.filter((name) => !name.startsWith('marker'))).toEqual(['seeking', 'play', 'playing']);
    // While somebody else drives, whoever wants to go elsewhere is not heard, and follows on.
    await seek(4.9, guest);
    const apart = async () => Math.abs((await look(guest)).currentTime - (await look()).currentTime);
    for (let i = 0; i < 3; i++) await expect.poll(apart, WAIT).toBeLessThan(0.5);
    expect((await look()).paused).toBe(false);
    await pause();
    await new Promise((resolve) => setTimeout(resolve, 600));
    await expect.poll(async () => (await look(guest)).frameId, WAIT).toBe((await look()).frameId);
    expect(await seek(2.5, guest)).toMatchObject({ code: 'ok', seen: 50 });
    await expect.poll(async () => (await look()).currentTime, WAIT).toBeGreaterThanOrEqual(2.5);
    await pause(guest);
    expect(await look()).toMatchObject({ paused: false, error: null });
    expectTrue((await news()).shown, 10);
    await guest.context().close();
  });

  it('hands over at once where the transport does', async () => {
    transport.strict = false;
    await open(party);
    await set({ loop: true });
    await act('play');
    const guest = await openPage();
    await open(party, {}, guest);
    await expect.poll(async () => (await look(guest)).frameId, WAIT).toBeGreaterThan(3);
    await pause(guest);
    const { currentTime } = await look(guest);
    await expect.poll(async () => Math.abs((await look()).currentTime - currentTime), WAIT).toBeLessThan(0.1);
    expect(Math.abs((await look(guest)).currentTime - currentTime)).toBeLessThan(0.1);
    expect(await seek(4.5, guest)).toMatchObject({ code: 'ok', seen: 90, paused: true });
    await expect.poll(async () => (await look()).seen, WAIT).toBe(90);
    await act('play');
    await expect.poll(async () => (await look(guest)).paused, WAIT).toBe(false);
    // Somewhere else than where the other is: nothing of that is shown any more.
    expect(await seek(2, guest)).toMatchObject({ code: 'ok', seen: 40 });
    await pause(guest);
    await expect.poll(async () => Math.abs((await look()).currentTime - (await look(guest)).currentTime), WAIT).toBeLessThan(0.1);
    const cameras = transport.cameras.length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    // The one who drove follows now, and is silent.
    expect(transport.cameras.length - cameras).toBeLessThan(3);
    await guest.context().close();
  });

  it('shows whoever comes to one that rests what the others see', async () => {
    await open(party, { currentTime: 3 });
    await expect.poll(async () => (await look()).seen, WAIT).toBe(60);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const guest = await openPage();
    await open(party, {}, guest);
    await expect.poll(async () => (await look(guest)).seen, WAIT).toBe(60);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect([(await look()).seen, (await look(guest)).seen]).toEqual([60, 60]);
    await guest.context().close();
  });
});
