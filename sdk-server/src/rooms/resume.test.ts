import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { FrameSource } from '@sgaps/core';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type SgapsServer, startServer } from '../startServer.js';
import { syncGate } from '../storage/SyncGate.js';
import { CuttableProxy } from '../testing/CuttableProxy.js';
import { recordOptions, TestRecorder, until } from '../testing/TestRecorder.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-resume-'));
const lines: { msg: string; err?: { message: string } }[] = [];
const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
let server: SgapsServer;

const start = () =>
  startServer({ port: 0, host: '127.0.0.1', data, log, room: { resumeWithin: 4000, closeWithin: 300, snapshotEvery: 200 } });

beforeAll(async () => {
  server = await start();
});

afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const closed = (id: string, timeout?: number) => until(() => server.store.writer(id) === undefined, timeout);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function read(id: string): Promise<{ pixels: Buffer[]; coordinates: Buffer[]; events: { time: number; body: unknown }[] }> {
  const reader = await server.store.open(id);
  const found = { pixels: [] as Buffer[], coordinates: [] as Buffer[], events: [] as { time: number; body: unknown }[] };
  for await (const { kind, time, bytes } of reader.records()) {
    if (kind === 'pixels' || kind === 'coordinates') found[kind].push(Buffer.from(bytes));
    else found.events.push({ time, body: JSON.parse(Buffer.from(bytes).toString()) });
  }
  await reader.close();
  return found;
}

const buffers = (list: readonly Uint8Array[]) => list.map((bytes) => Buffer.from(bytes));

describe('a recorder whose socket is cut', () => {
  let network: CuttableProxy;

  beforeAll(async () => {
    network = await CuttableProxy.open(server.url);
  });

  afterAll(() => network.close());

  const cut = async (recorder: TestRecorder) => {
    network.cut();
    await until(() => recorder.left !== null);
    expect(recorder.left?.code).toBe(1006);
  };

  it('comes back into the same recording, with the time between marked', async () => {
    const recorder = await TestRecorder.join(network.url);
    expect(recorder.welcomes[0]).toMatchObject({ resumeWithin: 4000 });
    await recorder.play(5);
    await cut(recorder);
    await sleep(400);
    await recorder.resume(network.url);
    expect(recorder.welcomes[1]).toMatchObject({ recordingId: recorder.recordingId, resumed: true });
    await recorder.play(5);
    expect(recorder.errors).toEqual([]);
    await recorder.room.leave();
    await closed(recorder.recordingId);
    const stored = await read(recorder.recordingId);
    expect(stored.pixels).toEqual(buffers(recorder.sent));
    expect(stored.coordinates).toEqual(buffers(recorder.received));
    expect(stored.events).toHaveLength(1);
    const [{ time, body }] = stored.events;
    const { name, data: gap } = body as { name: string; data: { from: number; to: number } };
    expect(name).toBe('gap');
    expect(Math.abs(gap.to - time)).toBeLessThan(20);
    expect(gap.to - gap.from).toBeGreaterThan(390);
    expect(gap.to - gap.from).toBeLessThan(4500);
    expect(await server.catalog.get(recorder.recordingId)).toMatchObject({ status: 'finished', frames: 40 });
  });

  it('may be cut again and again, and plays back through all of it', async () => {
    const recorder = await TestRecorder.join(network.url);
    for (let cuts = 0; cuts < 3; cuts++) {
      await recorder.play(3);
      await cut(recorder);
      await recorder.resume(network.url);
    }
    await recorder.play(3);
    await recorder.room.leave();
    await closed(recorder.recordingId);
    const stored = await read(recorder.recordingId);
    expect(stored.events.map(({ body }) => (body as { name: string }).name)).toEqual(['gap', 'gap', 'gap']);
    const source = new FrameSource(await server.store.open(recorder.recordingId));
    let frames = 0;
    while (await source.fill()) {
      if (await source.decode()) frames++;
    }
    await source.close();
    expect({ frames, rejected: source.figures.rejected }).toEqual({ frames: 48, rejected: 0 });
  });

  it('must start its stream afresh, and is told so where it does not', async () => {
    const recorder = await TestRecorder.join(network.url);
    await recorder.play(2);
    const going = recorder.encoder.encode([recorder.frame()]);
    await cut(recorder);
    await recorder.resume(network.url);
    recorder.room.sendBytes('pixels', going);
    await until(() => recorder.errors.length === 1);
    expect(recorder.errors[0]).toMatchObject({ code: 'OUT_OF_ORDER', reset: true });
    await recorder.play(1);
    await recorder.room.leave();
    await closed(recorder.recordingId);
    expect((await read(recorder.recordingId)).pixels).toEqual(buffers(recorder.sent));
  });

  it('may come back before the server knows of the cut', async () => {
    const recorder = await TestRecorder.join(network.url);
    await recorder.play(2);
    const half = recorder.room; // Its socket stays open and silent, as behind a network that went away.
    await recorder.resume(network.url);
    expect(recorder.welcomes[1]).toMatchObject({ recordingId: recorder.recordingId, resumed: true });
    await recorder.play(2);
    expect(recorder.errors).toEqual([]);
    half.connection.close();
    await sleep(100);
    await recorder.play(1);
    await recorder.room.leave();
    await closed(recorder.recordingId);
    expect(await server.catalog.get(recorder.recordingId)).toMatchObject({ status: 'finished', frames: 20 });
  });

  it('is waited for only so long; then the recording is closed well and the token is worth nothing', async () => {
    const recorder = await TestRecorder.join(network.url);
    await recorder.play(3);
    await cut(recorder);
    await sleep(700);
    expect(server.store.writer(recorder.recordingId)).toBeDefined();
    await closed(recorder.recordingId, 8000);
    expect(await server.catalog.get(recorder.recordingId)).toMatchObject({ status: 'finished', frames: 12 });
    const late = await new Client(server.url).reconnect(recorder.room.reconnectionToken).catch((error: unknown) => error);
    expect([522, 524]).toContain((late as { code: number }).code);
  });

  it('is told so when its recording could not go on without it', async () => {
    const recorder = await TestRecorder.join(network.url);
    await recorder.play(1);
    await cut(recorder);
    // What the writer does when its storage fails.
    server.store.writer(recorder.recordingId)?.append('event', 8 * 24 * 3600 * 1000, new Uint8Array(1));
    await closed(recorder.recordingId, 3000);
    const outcome = await recorder.resume(network.url).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) await until(() => recorder.left !== null);
    expect(recorder.welcomes).toHaveLength(1);
    expect(await server.catalog.get(recorder.recordingId)).toMatchObject({ status: 'failed', frames: 4 });
  });

  it('is not waited for when it leaves in order', async () => {
    const recorder = await TestRecorder.join(network.url);
    await recorder.play(1);
    await recorder.room.leave();
    await closed(recorder.recordingId, 3000);
  });
});

describe('after a restart of the server', () => {
  it('a new recording names the one before', async () => {
    const recorder = await TestRecorder.join(server.url);
    await recorder.play(2);
    await server.close();
    await until(() => recorder.left !== null);
    expect(recorder.left?.code).toBe(4001);
    server = await start();
    const gone = await new Client(server.url).reconnect(recorder.room.reconnectionToken).catch((error: unknown) => error);
    expect(gone).toMatchObject({ code: 522 });
    const again = await TestRecorder.join(server.url, { meta: { continues: recorder.recordingId } });
    await again.play(1);
    await again.room.leave();
    await closed(again.recordingId);
    expect(await server.catalog.get(again.recordingId)).toMatchObject({ meta: { continues: recorder.recordingId } });
    const nonsense = new Client(server.url).create('sgaps', recordOptions({ meta: { continues: '../x' } }));
    expect(await nonsense.catch((error: unknown) => error)).toMatchObject({ code: 400 });
  });
});

describe('a disk that hangs', () => {
  it('does not keep a room from closing; the log says why', async () => {
    const recorder = await TestRecorder.join(server.url);
    await recorder.play(2);
    vi.spyOn(syncGate, 'run').mockImplementation(() => new Promise(() => undefined));
    await recorder.room.leave();
    await closed(recorder.recordingId, 3000);
    const line = lines.find(({ msg, err }) => msg === 'recording stopped' && err?.message.includes('300 ms'));
    expect(line).toBeDefined();
    await until(() => lines.filter(({ msg }) => msg === 'recording finished').length > 0);
    expect(await server.catalog.get(recorder.recordingId)).toMatchObject({ status: 'failed' });
    vi.restoreAllMocks();
    const next = await TestRecorder.join(server.url);
    await next.play(1);
    await next.room.leave();
    await closed(next.recordingId);
  });
});
