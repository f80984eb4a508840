import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, type Room } from '@colyseus/sdk';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GRID, recordOptions, SyntheticRecorder, sleep, until } from './server-support.js';

const folder = mkdtempSync(join(tmpdir(), 'sgaps-e2e-'));
let server: SgapsServer;

beforeAll(async () => {
  server = await startServer({
    port: 0,
    data: folder,
    log: pino({ level: process.env.SGAPS_LOG ?? 'silent' }),
    room: { snapshotEvery: 1000, resumeWithin: 1000, maxOffences: 3 },
  });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Viewer {
  readonly room: Room;
  readonly figures: Record<string, number>[];
  readonly messages: Record<string, unknown[]>;
}

function view(room: Room): Viewer {
  room.reconnection.enabled = false;
  const viewer: Viewer = {
    room,
    figures: [],
    messages: { welcome: [], ended: [], error: [] },
  };
  room.onMessage('figures', (figures: Record<string, number>) => viewer.figures.push(figures));
  for (const name of Object.keys(viewer.messages))
    room.onMessage(name, (message: unknown) => viewer.messages[name].push(message));
  return viewer;
}

async function recordSome(frames: number, game = 'synthetic'): Promise<string> {
  const recorder = await SyntheticRecorder.join(server.url, { game });
  await recorder.play(frames);
  const id = recorder.welcome?.recordingId ?? '';
  await recorder.room.leave();
  await until(() => server.store.writer(id) === undefined);
  return id;
}

async function refused(promise: Promise<unknown>): Promise<{ code: number; message: string }> {
  try {
    await promise;
  } catch (error) {
    return error as { code: number; message: string };
  }
  throw new Error('It was not refused.');
}

describe('recording', () => {
  it('asks for frames ahead and stores every packet exactly as exchanged', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    const asked = new Set(recorder.requests.map(({ frameId }) => frameId));
    expect(asked.has(0)).toBe(true);
    await recorder.play(40);
    const newest = recorder.requests.at(-1)?.frameId ?? -1;
    expect(newest).toBeGreaterThanOrEqual(recorder.frameId - 1 + 2);
    const id = recorder.welcome?.recordingId ?? '';
    await recorder.room.leave();
    await until(() => server.store.writer(id) === undefined);

    const reader = await server.store.open(id);
    const stored: Record<string, Buffer[]> = { pixels: [], coordinates: [], event: [] };
    for await (const record of reader.records()) stored[record.kind].push(Buffer.from(record.bytes));
    await reader.close();
    expect(stored.pixels).toEqual(recorder.sent.map((bytes) => Buffer.from(bytes)));
    expect(stored.coordinates).toEqual(recorder.received.map((bytes) => Buffer.from(bytes)));
    expect(recorder.errors).toEqual([]);
    const row = await server.catalog.get(id);
    expect(row).toMatchObject({ status: 'finished', game: 'synthetic', frames: 40 });
    expect(await server.store.readPreview(id)).not.toBeNull();
  });

  it('stores game events and refuses oversized ones', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(8);
    recorder.room.send('event', { name: 'level-up', data: { level: 2 }, time: 12 });
    recorder.room.send('event', { name: 'huge', data: 'x'.repeat(5000), time: 13 });
    await until(() => recorder.errors.length === 1);
    expect(recorder.errors[0]).toMatchObject({ code: 'LIMIT_EXCEEDED', reset: false });
    const id = recorder.welcome?.recordingId ?? '';
    await recorder.room.leave();
    await until(() => server.store.writer(id) === undefined);
    const reader = await server.store.open(id);
    const events: string[] = [];
    for await (const record of reader.events()) events.push(Buffer.from(record.bytes).toString());
    await reader.close();
    expect(events.map((text) => JSON.parse(text))).toEqual([{ name: 'level-up', data: { level: 2 }, time: 12 }]);
  });

  it('raises the lead when requests come too late, and then they are used', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    const hold: (() => void)[] = [];
    // A client that hears every answer one batch later than it was sent.
    let late = 0;
    for (let i = 0; i < 30; i++) {
      for (let k = 0; k < 4; k++) {
        const due = recorder.requests.some(({ frameId }) => frameId === recorder.frameId);
        // By then the lead has settled, and no try with a smaller one is due yet.
        if (i >= 15 && i < 30 && !due) late++;
        recorder.frame(4);
      }
      const pending = recorder.requests.splice(0);
      const answers = recorder.received.length;
      await until(() => recorder.received.length > answers || recorder.left !== null);
      const fresh = recorder.requests.splice(0);
      recorder.requests.push(...pending);
      hold.push(() => recorder.requests.push(...fresh));
      if (hold.length > 1) hold.shift()?.();
    }
    expect(late).toBe(0);
    await recorder.room.leave();
  });
});

describe('untrusted clients', () => {
  it.each([
    [{ ...recordOptions(), protocol: 99 }, 426, 'VERSION_UNSUPPORTED'],
    [{ ...recordOptions(), grid: { width: 5000, height: 90 } }, 413, 'LIMIT_EXCEEDED'],
    [{ ...recordOptions(), grid: { width: 'wide', height: 90 } }, 400, 'ARGUMENT_INVALID'],
    [{ ...recordOptions(), fps: 0 }, 400, 'ARGUMENT_INVALID'],
    [{ ...recordOptions(), schema: { values: new Array(65).fill({ name: 'x', type: 'int' }) } }, 413, 'LIMIT_EXCEEDED'],
    [{ ...recordOptions(), game: '' }, 400, 'ARGUMENT_INVALID'],
    [{ role: 'admin' }, 400, 'ARGUMENT_INVALID'],
  ])('refuses join options %#', async (options, status, code) => {
    const error = await refused(new Client(server.url).create('sgaps', options));
    expect(error.code).toBe(status);
    expect(error.message).toContain(code);
  });

  it('survives packets that do not decode, asks for a reset and goes on', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(8);
    recorder.room.sendBytes('pixels', new Uint8Array([1, 0x30, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    await until(() => recorder.errors.length === 1);
    expect(recorder.errors[0].reset).toBe(true);
    await recorder.play(8);
    expect(recorder.errors.length).toBe(1);
    expect(recorder.left).toBeNull();
    await recorder.room.leave();
  });

  it('refuses packets out of order', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(12);
    recorder.room.sendBytes('pixels', recorder.sent[1]);
    await until(() => recorder.errors.length === 1);
    expect(['OUT_OF_ORDER', 'BYTES_MALFORMED', 'BYTES_TRUNCATED']).toContain(recorder.errors[0].code);
    await recorder.play(4);
    await recorder.room.leave();
  });

  it('sends away who never stops sending rubbish, and keeps the recording', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(8);
    const rubbish = setInterval(
      () => recorder.left === null && recorder.room.sendBytes('pixels', new Uint8Array(40).fill(7)),
      100,
    );
    await until(() => recorder.left !== null, 20_000);
    clearInterval(rubbish);
    expect(recorder.left).toBe(4020);
    const id = recorder.welcome?.recordingId ?? '';
    await until(() => server.store.writer(id) === undefined);
    expect((await server.catalog.get(id))?.status).toBe('finished');
  });

  it('closes the connection on an oversized message, and keeps the recording', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(8);
    recorder.room.sendBytes('pixels', new Uint8Array(200_000));
    await until(() => recorder.left !== null);
    const id = recorder.welcome?.recordingId ?? '';
    await until(() => server.store.writer(id) === undefined);
    expect(await server.catalog.get(id)).toMatchObject({ status: 'finished', frames: 8 });
  });

  it('lets nobody else send pixels into a session', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(4);
    const viewer = view(await new Client(server.url).joinById(recorder.room.roomId, { role: 'watch' }));
    viewer.room.sendBytes('pixels', new Uint8Array(40));
    const error = await refused(new Client(server.url).joinById(recorder.room.roomId, recordOptions()));
    expect(error.message).toContain('OUT_OF_ORDER');
    await recorder.play(4);
    expect(recorder.errors).toEqual([]);
    await viewer.room.leave();
    await recorder.room.leave();
  });
});

describe('following', () => {
  it('sends figures to those who follow, and says when the session ends', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(8);
    const viewer = view(await new Client(server.url).joinById(recorder.room.roomId, { role: 'watch' }));
    await until(() => viewer.messages.welcome.length === 1);
    expect(viewer.messages.welcome[0]).toMatchObject({ role: 'watch', grid: GRID, live: true });
    await recorder.play(40, { pause: 10 });
    await until(() => viewer.figures.length > 0);
    expect(viewer.figures.at(-1)).toMatchObject({ live: true, rejected: 0, watchers: 1 });
    expect(viewer.figures.at(-1)?.bytesUp).toBeGreaterThan(0);
    await recorder.room.leave();
    await until(() => viewer.messages.ended.length === 1);
    await viewer.room.leave();
  });

  it('refuses rooms and pages that do not belong', async () => {
    expect((await refused(new Client(server.url).joinById('nosuchroom', { role: 'watch' }))).message).toContain('not found');
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(4);
    const foreign = new Client(server.url, { headers: { origin: 'https://evil.example' } });
    const error = await refused(foreign.joinById(recorder.room.roomId, { role: 'watch' }));
    expect(error.message).toContain('UNAUTHORIZED');
    await recorder.room.leave();
  });
});

describe('HTTP', () => {
  const get = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);

  it('lists, describes, downloads by range, shows and deletes recordings', async () => {
    const id = await recordSome(12, 'http-game');
    const list = await (await get('/api/recordings?game=http-game&limit=5')).json();
    expect(list).toMatchObject({ total: 1, items: [{ id, game: 'http-game' }] });
    expect(await (await get(`/api/recordings/${id}`)).json()).toMatchObject({ id, status: 'finished' });
    const whole = Buffer.from(await (await get(`/api/recordings/${id}/download`)).arrayBuffer());
    expect(whole.length).toBeGreaterThan(1000);
    const part = await get(`/api/recordings/${id}/download`, { headers: { range: 'bytes=100-299' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 100-299/${whole.length}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(100, 300))).toBe(true);
    expect((await get(`/api/recordings/${id}/download`, { headers: { range: 'bytes=99999999-' } })).status).toBe(416);
    const picture = await get(`/api/recordings/${id}/thumbnail`);
    expect(picture.headers.get('content-type')).toBe('image/webp');
    expect((await sharp(Buffer.from(await picture.arrayBuffer())).metadata()).width).toBe(GRID.width);

    const foreign = await get(`/api/recordings/${id}`, { method: 'DELETE', headers: { origin: 'https://evil.example' } });
    expect(foreign.status).toBe(403);
    expect((await get(`/api/recordings/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await get(`/api/recordings/${id}`)).status).toBe(404);
    expect((await get(`/api/recordings/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  it('answers nonsense with codes, and says nothing to other origins', async () => {
    expect(await (await get('/api/recordings/..%2f..%2fetc%2fpasswd')).json()).toMatchObject({
      error: { code: 'ARGUMENT_INVALID' },
    });
    expect((await get('/api/recordings?limit=many')).status).toBe(400);
    expect((await get('/api/nothing')).status).toBe(404);
    const response = await get('/api/recordings', { headers: { origin: 'https://evil.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await (await get('/healthz')).json()).toMatchObject({ ok: true });
  });

  it('shows running sessions with pictures, and does not delete them', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(8);
    const { items } = await (await get('/api/sessions')).json();
    const mine = items.find(({ roomId }: { roomId: string }) => roomId === recorder.room.roomId);
    expect(mine).toMatchObject({ game: 'synthetic', recordingId: recorder.welcome?.recordingId, frames: 8 });
    const picture = await get(`/api/sessions/${recorder.room.roomId}/thumbnail`);
    expect(picture.status).toBe(200);
    expect((await get(`/api/recordings/${mine.recordingId}`, { method: 'DELETE' })).status).toBe(409);
    expect((await get(`/api/recordings/${mine.recordingId}/download`)).status).toBe(409);
    await recorder.room.leave();
  });

  it('serves the pages with a content policy', async () => {
    for (const path of ['/', '/session/anything']) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
      const html = await response.text();
      const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
      expect((await get(script)).headers.get('content-type')).toContain('javascript');
    }
  });

  it('keeps a recorder that loses its connection and comes back in time', async () => {
    const recorder = await SyntheticRecorder.join(server.url);
    await recorder.play(8);
    const { reconnectionToken } = recorder.room;
    recorder.room.connection.close(4999);
    await sleep(100);
    const room = await new Client(server.url).reconnect(reconnectionToken);
    const welcomes: { recordingId: string }[] = [];
    room.onMessage('welcome', (welcome: { recordingId: string }) => welcomes.push(welcome));
    room.onMessage('coords', () => undefined);
    await until(() => welcomes.length === 1);
    expect(welcomes[0].recordingId).toBe(recorder.welcome?.recordingId);
    await room.leave();
    await until(() => server.store.writer(welcomes[0].recordingId) === undefined);
  });
});
