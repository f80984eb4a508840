import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { matchMaker } from '@colyseus/core';
import { FrameSource } from '@sgaps/core';
import { memorySource, RecordingReader } from '@sgaps/protocol';
import { type SgapsServer, startServer, zstdCompressor } from '@sgaps/server';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Lab, LabOptions, Look } from './client-faults.page.js';
import { type BundledPage, bundlePage, FLAGS, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { LOOK_FRAMES, LOOKS } from './support/looks.js';
import { NetworkProxy } from './support/networkProxy.js';
import { PlainBrowser } from './support/plainBrowser.js';
import { readFrames, type SentFrames } from './support/readFrames.js';
import { ServerProcess } from './support/serverProcess.js';

type LabWindow = { lab: Lab };
/** Frames a game must go on drawing to count as undisturbed. */
const GOES_ON = 10;
/** What breaks is tested here, not quality: few samples leave a software GPU time for the game. */
const SAMPLES = 2048;
const QUIET = pino({ level: 'silent' });

let bundle: BundledPage;
let served: ServedPage;
let browser: Browser;
let server: SgapsServer;
let network: NetworkProxy;
let page: Page;
let uncaught: string[] = [];
const data = mkdtempSync(join(tmpdir(), 'sgaps-faults-'));

beforeAll(async () => {
  bundle = await bundlePage(fileURLToPath(new URL('./client-faults.page.ts', import.meta.url)));
  served = await servePage(bundle.dir);
  // Frames are drawn as fast as the machine can: what is left of it is for the game and the server.
  browser = await launchBrowser(['--disable-gpu-compositing']);
  // A game that shouts is to meet the network's bounds, not the server's.
  server = await startServer({ port: 0, host: '127.0.0.1', data, log: QUIET, room: { maxMessages: 20_000, samples: SAMPLES } });
  network = await NetworkProxy.open(server.url);
});

afterAll(async () => {
  await browser?.close();
  await network?.close();
  await server?.close();
  await served?.close();
  await bundle?.remove();
  rmSync(data, { recursive: true, force: true });
});

beforeEach(async () => {
  uncaught = [];
  network.newcomers = 'pass';
  network.flow();
  page = await browser.newPage();
  page.on('pageerror', (error) => uncaught.push(error.message));
  await page.goto(served.url);
});

afterEach(async () => {
  await page.close();
  // Neither a thrown error nor a rejection that nobody heard, in any test.
  expect(uncaught).toEqual([]);
});

const open = (options: Partial<LabOptions> = {}): Promise<void> =>
  page.evaluate((o) => (window as unknown as LabWindow).lab.open(o), { endpoint: network.endpoint, ...options });
const look = (): Promise<Look> => page.evaluate(() => (window as unknown as LabWindow).lab.look());
const act = (what: Parameters<Lab['act']>[0]): Promise<void> =>
  page.evaluate(async (name) => void (await (window as unknown as LabWindow).lab.act(name)), what);
const shout = (count: number): Promise<void> => page.evaluate((n) => (window as unknown as LabWindow).lab.shout(n), count);
const said = ({ diagnostics }: Look, code: string) => diagnostics.filter((text) => text.startsWith(`${code}:`)).length;

/** Looks until the page shows what is waited for. */
async function when(what: string, holds: (now: Look) => boolean, timeout = 60_000): Promise<Look> {
  const end = performance.now() + timeout;
  for (;;) {
    const now = await look();
    if (holds(now)) return now;
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}: ${JSON.stringify(now)}`);
    await sleep(30);
  }
}

/** Looks until pixels go over the wire. */
const recording = (from = 0) => when('frames to be sent', ({ sent, samples }) => sent >= from + 12 && samples > 0);
const goesOn = async () => {
  const { frames } = await look();
  return when('the game to go on', (now) => now.frames >= frames + GOES_ON);
};

/** Lets the page in again, and looks until pixels go over a connection made since. */
async function comesBack(): Promise<Look> {
  const { connections } = network;
  network.newcomers = 'pass';
  // One to ask for the room, one to enter it.
  await expect.poll(() => network.connections, { timeout: 60_000 }).toBeGreaterThanOrEqual(connections + 2);
  const back = await look();
  const sampled = await when('samples', ({ samples }) => samples > back.samples);
  return recording(sampled.sent);
}

/** What the server keeps of a recording, once it is closed. */
async function stored(id: string | null): Promise<SentFrames> {
  expect(id).not.toBeNull();
  await expect.poll(() => server.store.writer(id ?? '') === undefined, { timeout: 20_000 }).toBe(true);
  return readFrames(await server.store.open(id ?? ''));
}

function expectInOrder({ frames }: SentFrames): void {
  const ids = frames.map(({ frameId }) => frameId);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
}

describe('a connection that breaks', () => {
  it.each([true, false])('goes on in the same recording, the gap marked (worker %s)', async (worker) => {
    await open({ worker });
    const before = await recording();
    expect(before.thread).toBe(worker ? 'worker' : 'main');
    network.newcomers = 'refuse';
    network.cut();
    await when('the cut to be noticed', (now) => said(now, 'connection-away') === 1);
    await goesOn();
    const back = await comesBack();
    expect(back.recordingId).toBe(before.recordingId);
    network.cut();
    const again = await comesBack();
    expect(again.recordingId).toBe(before.recordingId);
    await act('mark');
    await act('stop');
    const kept = await stored(before.recordingId);
    expect(kept.events.map(({ name }) => name)).toEqual(['gap', 'gap', 'marker']);
    const [{ data }] = kept.events as unknown as { data: { from: number; to: number } }[];
    expect(data.to).toBeGreaterThan(data.from);
    expectInOrder(kept);
    // Pixels, not state alone, came before, between and after the cuts.
    const gaps = kept.events.slice(0, 2).map(({ time }) => time);
    for (const within of [
      (time: number) => time < gaps[0],
      (time: number) => time > gaps[0] && time < gaps[1],
      (time: number) => time > gaps[1],
    ]) {
      expect(kept.frames.some(({ clientTime, samples }) => within(clientTime) && samples.count > 0)).toBe(true);
    }
    // Told of once, though it happened twice.
    expect((await look()).diagnostics).toHaveLength(1);
  });

  it('ends for good when the server stays away, says so once, and the game goes on', async () => {
    await open({ goneAfter: 1500 });
    await recording();
    network.newcomers = 'refuse';
    network.cut();
    const gone = await when('the end', ({ state }) => state === 'stopped');
    expect(gone.diagnostics.map((text) => text.split(':')[0])).toEqual(['connection-away', 'connection-closed']);
    await goesOn();
    network.newcomers = 'pass';
    await act('record');
    const next = await when('another recording', ({ state, sent }) => state === 'running' && sent >= 12);
    expect(next.recordingId).not.toBe(gone.recordingId);
  });

  it('ends for good, too, when the network swallows every try', async () => {
    await open({ goneAfter: 1500 });
    await recording();
    network.newcomers = 'ignore';
    network.cut();
    const gone = await when('the end', ({ state }) => state === 'stopped', 20_000);
    expect(said(gone, 'connection-closed')).toBe(1);
    await goesOn();
  });

  it('begins a recording that names the first when the server was killed and is back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sgaps-killed-'));
    let killed = await ServerProcess.start({ data: folder });
    try {
      const port = Number(new URL(killed.url).port);
      await open({ endpoint: `ws://localhost:${port}` });
      const first = await recording();
      await killed.kill();
      await when('the loss to be noticed', (now) => said(now, 'connection-away') === 1);
      const away = await goesOn();
      killed = await ServerProcess.start({ data: folder, port });
      const second = await when('another recording', ({ recordingId, sent, state }) => {
        return recordingId !== first.recordingId && sent >= away.sent + 12 && state === 'running';
      });
      expect(second.diagnostics).toHaveLength(1);
      await act('stop');
      const statusOf = async (id: string | null) => {
        const { items } = (await (await fetch(`${killed.url}/api/recordings`)).json()) as {
          items: { id: string; status: string }[];
        };
        return items.find((item) => item.id === id)?.status;
      };
      await expect.poll(() => statusOf(second.recordingId), { timeout: 20_000 }).toBe('finished');
      expect(await statusOf(first.recordingId)).toBe('recovered');
      for (const { recordingId } of [first, second]) {
        const file = await (await fetch(`${killed.url}/api/recordings/${recordingId}/download`)).arrayBuffer();
        const reader = await RecordingReader.open(memorySource(new Uint8Array(file)), { compressor: zstdCompressor });
        const kept = await readFrames(reader);
        expect(kept.meta).toEqual(recordingId === first.recordingId ? {} : { continues: first.recordingId });
        expect(kept.samples).toBeGreaterThan(0);
        expect(kept.frames[0].frameId).toBe(0);
        expectInOrder(kept);
        expect(await playThrough(reader)).toBe(kept.frames.length);
      }
    } finally {
      await killed.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each([true, false])(
    'skips frames while the network takes nothing, never queues without bound, and recovers (worker %s)',
    async (worker) => {
      await open({ worker });
      const before = await recording();
      network.hold();
      // The system's own buffers take a few megabytes before the browser's fill; the game helps. Not for long: the server parts with
      // those who leave its pings unanswered.
      const end = performance.now() + 30_000;
      let held = await look();
      while (held.eventsDropped === 0 && performance.now() < end) {
        await shout(400);
        held = await look();
      }
      // Full is what drops every event of three small shouts in a row: one large one may be too much at once by itself.
      for (let full = 0; full < 3; ) {
        if (performance.now() > end) throw new Error(`The network never got full: ${JSON.stringify(held)}`);
        const { eventsDropped } = held;
        await shout(40);
        held = await look();
        // A worker tells of it ten times a second.
        if (held.eventsDropped >= eventsDropped + 40) full++;
        else if (!worker) full = 0;
      }
      // However much the game says, and however long it goes on.
      let most = 0;
      for (let i = 0; i < 4; i++) {
        await shout(500);
        most = Math.max(most, (await look()).buffered);
      }
      const left = (now: Look) => now.skipped + now.dropped;
      const behind = await when('frames to be left out', (now) => left(now) >= left(held) + 3);
      const full = await when('more of them', (now) => left(now) >= left(behind) + GOES_ON);
      expect(full.sent).toBe(behind.sent);
      if (!worker) {
        expect(most).toBeGreaterThan(262_144);
        expect(most).toBeLessThan(400_000);
      }
      network.flow();
      const after = await recording(full.sent);
      expect(after.recordingId).toBe(before.recordingId);
      await act('stop');
      expectInOrder(await stored(before.recordingId));
    },
  );
});

/** Rebuilds a recording to its end; gives the frames that were rebuilt. */
async function playThrough(reader: RecordingReader): Promise<number> {
  const source = new FrameSource(reader);
  let frames = 0;
  while (await source.fill()) {
    if (await source.decode()) frames++;
  }
  await source.close();
  expect(source.figures.rejected).toBe(0);
  return frames;
}

describe('a page that changes', () => {
  it('is recorded again when its tab comes back to the front', async () => {
    const plain = await PlainBrowser.launch(FLAGS);
    try {
      const tab = await plain.open(served.url);
      await expect.poll(() => tab.evaluate('typeof lab'), { timeout: 30_000 }).toBe('object');
      const seen = async () => (await tab.evaluate('lab.look()')) as Look;
      await tab.evaluate(`lab.open(${JSON.stringify({ endpoint: network.endpoint })})`);
      await expect.poll(async () => (await seen()).sent, { timeout: 30_000 }).toBeGreaterThan(12);
      const other = await plain.open('about:blank');
      await other.activate();
      await expect.poll(() => tab.evaluate('document.visibilityState'), { timeout: 30_000 }).toBe('hidden');
      // What was under way goes out; then nothing does, since nothing is drawn.
      const { frames } = await seen();
      await sleep(1500);
      const hidden = await seen();
      expect(hidden.frames).toBeLessThan(frames + 5);
      await tab.activate();
      await expect.poll(async () => (await seen()).sent, { timeout: 30_000 }).toBeGreaterThan(hidden.sent + 12);
      const last = await seen();
      expect(last).toMatchObject({ diagnostics: [], state: 'running', recordingId: hidden.recordingId });
      await tab.evaluate("lab.act('stop')");
      const kept = await stored(hidden.recordingId);
      expect(kept.events.map(({ name, data }) => ({ name, data }))).toEqual([
        { name: 'page', data: { hidden: true } },
        { name: 'page', data: { hidden: false } },
      ]);
      expectInOrder(kept);
    } finally {
      await plain.close();
    }
  });

  it('is sampled at its new size', async () => {
    await open();
    const before = await recording();
    await act('resize');
    const after = await when('samples', ({ sent, samples }) => sent >= before.sent + 12 && samples > before.samples);
    expect(after).toMatchObject({ diagnostics: [], recordingId: before.recordingId, faults: 0 });
    await act('stop');
    const kept = await stored(before.recordingId);
    expectInOrder(kept);
    expect(kept.frames.at(-1)?.state.cameras[0]).toMatchObject({ x: 0, y: 0 });
  });

  it('is sampled again when its context was lost and is back', async () => {
    await open();
    const before = await recording();
    await act('loseContext');
    const lost = await goesOn();
    await act('restoreContext');
    const after = await when('samples', ({ sent, samples }) => sent >= lost.sent + 12 && samples > lost.samples);
    expect(after).toMatchObject({ diagnostics: [], recordingId: before.recordingId, faults: 0 });
    await act('stop');
    expectInOrder(await stored(before.recordingId));
  });

  it('may end its game and start another, each with a recording of its own', async () => {
    await open({ game: 'first' });
    const first = await recording();
    await act('destroy');
    expect((await stored(first.recordingId)).samples).toBeGreaterThan(0);
    await open({ game: 'second' });
    const second = await recording();
    expect(second.recordingId).not.toBe(first.recordingId);
    expect(second.diagnostics).toEqual([]);
    await act('destroy');
    expect((await stored(second.recordingId)).samples).toBeGreaterThan(0);
    expect((await server.catalog.get(second.recordingId ?? ''))?.game).toBe('second');
  });

  it('may forbid workers: coded and sent on its own thread', async () => {
    const html = await (await fetch(served.url)).text();
    const policy = `<meta http-equiv="content-security-policy" content="worker-src 'none'">`;
    await writeFile(join(bundle.dir, 'strict.html'), html.replace('<title>', `${policy}<title>`));
    await page.goto(`${served.url}strict.html`);
    await open();
    const now = await recording();
    expect(now.thread).toBe('main');
    expect(now.diagnostics).toHaveLength(1);
    expect(said(now, 'worker-unavailable')).toBe(1);
    await act('stop');
    expect((await stored(now.recordingId)).samples).toBeGreaterThan(0);
  });
});

describe('whatever fails in the recorder', () => {
  type Played = Awaited<ReturnType<Lab['play']>>;
  const MOST = 150;
  let bare: string[] = [];

  const play = (options: { fault?: string; worker?: boolean; record?: boolean; most?: number }): Promise<Played> =>
    page.evaluate((o) => (window as unknown as LabWindow).lab.play(o), {
      endpoint: network.endpoint,
      record: true,
      most: MOST,
      ...options,
    });

  /** The first pictures of the game when nothing records it; played once, and again only where more are wanted. */
  async function pictures(count: number): Promise<string[]> {
    if (bare.length < count) bare = (await play({ record: false, most: Math.max(count, 100) })).hashes;
    return bare.slice(0, count);
  }

  const FAULTS: [fault: string, code: string, worker: boolean][] = [
    ['value', 'state-failed', true],
    ['mask', 'masks-failed', true],
    ['bounds', 'masks-failed', true],
    ['upload', 'coordinates-invalid', true],
    ['gl blitFramebuffer', 'sampler-failed', true],
    ['gl readPixels', 'sampler-failed', true],
    ['gl fenceSync', 'sampler-failed', true],
    ['gl getBufferSubData', 'read-failed', true],
    ['gl getSyncParameter', 'read-failed', true],
    ['worker postMessage', 'send-failed', true],
    ['socket send', 'send-failed', false],
  ];

  it.each(FAULTS)('goes on, picture for picture, and says what happened once (%s)', async (fault, code, worker) => {
    const played = await play({ fault, worker });
    expect(played.thrown).toBe(0);
    expect(played.faults).toBeGreaterThan(4);
    expect(played.diagnostics.filter((text) => !text.includes(' is broken'))).toEqual([]);
    expect(played.diagnostics.map((text) => text.split(':')[0])).toEqual([code]);
    expect(played.before).toBeGreaterThan(8);
    // Once it works again, so does the recording.
    expect(played.after).toBeGreaterThan(8);
    expect(played.hashes).toEqual(await pictures(played.hashes.length));
    const kept = await stored(played.recordingId);
    expectInOrder(kept);
    expect(kept.frames.at(-1)?.state.values).toEqual([7]);
    // Names are sent once each: those of a batch that was lost must come with the next.
    const off = [-1, 0, 1].filter((shift) =>
      kept.frames.every(({ clientTime, state }) => {
        const look = `box${Math.max(0, Math.floor((Math.round(clientTime * 0.06) + shift) / LOOK_FRAMES)) % LOOKS}`;
        return state.objects
          .filter(({ frame }) => frame !== '')
          .every(({ texture, frame }) => texture === 'tiles' && frame === look);
      }),
    );
    expect(off).not.toEqual([]);
  });

  it.each(['consent throws', 'consent rejects'])('records nothing when the %s', async (fault) => {
    const played = await play({ fault, most: 60 });
    expect(played.thrown).toBe(0);
    expect(played.recordingId).toBeNull();
    expect(played.diagnostics).toHaveLength(1);
    expect(played.hashes).toEqual(await pictures(played.hashes.length));
  });

  it('goes on when onDiagnostic itself throws', async () => {
    const played = await play({ fault: 'diagnostic' });
    expect(played.thrown).toBe(0);
    expect(played.after).toBeGreaterThan(8);
    expect(played.hashes).toEqual(await pictures(played.hashes.length));
  });

  it.each([true, false])('goes on when the server sends coordinates that make no sense (worker %s)', async (worker) => {
    await open({ worker });
    const { recordingId } = await recording();
    const [{ roomId }] = (await matchMaker.query({})).filter(({ metadata }) => metadata?.recordingId === recordingId);
    const [client] = matchMaker.getLocalRoomById(roomId).clients;
    for (const bytes of [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(5000).fill(0xa5)])
      client.sendBytes('coords', bytes);
    const told = await when('the complaint', (now) => said(now, 'coordinates-invalid') === 1 && now.faults >= 3);
    const after = await recording(told.sent);
    expect(after.diagnostics).toHaveLength(1);
    expect(after.recordingId).toBe(recordingId);
  });
});
