import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunningSession } from '../http/sessionRoutes.js';
import type { RecordingRow } from '../storage/index.js';
import { openRecording } from '../storage/index.js';
import { Balancer } from '../testing/Balancer.js';
import { ConnectedRecorder } from '../testing/ConnectedRecorder.js';
import { ServeProcess } from '../testing/ServeProcess.js';
import { startRedis, type TestRedis } from '../testing/startRedis.js';
import { TestRecorder, until } from '../testing/TestRecorder.js';

const WAIT = { timeout: 30_000, interval: 50 };

let redis: TestRedis;
let data: string;
let servers: ServeProcess[];

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.close());

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'sgaps-cluster-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.end('SIGKILL')));
  rmSync(data, { recursive: true, force: true });
});

async function start(count: number, flags: readonly string[] = ['--redis', redis.url]): Promise<ServeProcess[]> {
  const started = await Promise.all(Array.from({ length: count }, () => ServeProcess.start(data, flags)));
  servers.push(...started);
  return started;
}

/** All that is recorded, as one of the processes lists it. */
const sessionsAt = async (server: ServeProcess) => (await server.get<{ items: RunningSession[] }>('/api/sessions')).items;
const rowAt = (server: ServeProcess, id: string) =>
  server.get<RecordingRow & { continuedBy: string | null }>(`/api/recordings/${id}`);
const isListed = (server: ServeProcess, count: number) =>
  vi.waitUntil(async () => (await sessionsAt(server)).length === count, WAIT);

/** The pixel packets of a recording, as they lie on the disk. */
async function storedPixels(id: string): Promise<Buffer[]> {
  const path = (ending: string) => join(data, 'recordings', id + ending);
  const reader = await openRecording(path('.sgaps'), [path('.journal'), path('.journal2')], id);
  const found: Buffer[] = [];
  for await (const { bytes } of reader.records(0, { kinds: ['pixels'] })) found.push(Buffer.from(bytes));
  await reader.close();
  return found;
}

const sentBy = (recorder: TestRecorder) => recorder.sent.map((bytes) => Buffer.from(bytes));

describe('processes that share Redis', () => {
  it('spread sessions, list those of all, and let one watch at any', async () => {
    const [a, b] = await start(2);
    const recorders: TestRecorder[] = [];
    for (let i = 0; i < 4; i++) recorders.push(await TestRecorder.join(a.url));
    await Promise.all(recorders.map((recorder) => recorder.play(2)));
    const listed = await sessionsAt(a);
    expect(listed.map(({ recordingId }) => recordingId).sort()).toEqual(recorders.map((one) => one.recordingId).sort());
    const counts = new Map<string, number>();
    for (const { process } of listed) counts.set(process, (counts.get(process) ?? 0) + 1);
    expect([...counts.values()]).toEqual([2, 2]);
    expect((await sessionsAt(b)).map(({ roomId }) => roomId)).toEqual(listed.map(({ roomId }) => roomId));

    for (const server of [a, b]) {
      for (const { roomId } of listed) {
        const picture = await fetch(`${server.url}/api/sessions/${roomId}/thumbnail`);
        expect(picture.headers.get('content-type')).toBe('image/webp');
        expect((await picture.arrayBuffer()).byteLength).toBeGreaterThan(50);
        const watcher = await new Client(server.url).joinById(roomId, { role: 'watch' });
        const welcome = await new Promise<{ recordingId: string }>((resolve) => watcher.onMessage('welcome', resolve));
        expect(listed.find((one) => one.roomId === roomId)?.recordingId).toBe(welcome.recordingId);
        await watcher.leave();
      }
    }
    // What another process records can neither be deleted nor downloaded half.
    for (const { recordingId } of listed) {
      expect((await fetch(`${a.url}/api/recordings/${recordingId}`, { method: 'DELETE' })).status).toBe(409);
      expect((await fetch(`${a.url}/api/recordings/${recordingId}/download`)).status).toBe(409);
    }
    await Promise.all(recorders.map((recorder) => recorder.room.leave()));
    await isListed(a, 0);
    for (const { recordingId } of recorders)
      expect(await rowAt(b, recordingId)).toMatchObject({ status: 'finished', owner: null });
  });

  it('close what one recorded that was killed: once, with all that it had taken', async () => {
    const [a, b, c] = await start(3);
    const recorders: TestRecorder[] = [];
    for (let i = 0; i < 6; i++) recorders.push(await TestRecorder.join(b.url));
    const playing = recorders.map((recorder) => recorder.play(20));
    const listed = await sessionsAt(b);
    await Promise.all(playing);
    const ofA = listed.filter(({ process }) => process.includes(`.${a.child.pid}.`)).map(({ recordingId }) => recordingId);
    expect(ofA).toHaveLength(2);
    await a.end('SIGKILL');
    // The others go on.
    const alive = recorders.filter(({ recordingId }) => !ofA.includes(recordingId));
    await Promise.all(alive.map((recorder) => recorder.play(5)));
    await isListed(b, 4);
    for (const id of ofA) {
      await vi.waitUntil(async () => (await rowAt(c, id)).status === 'recovered', WAIT);
      expect(await rowAt(c, id)).toMatchObject({ frames: 80, owner: null });
      const recorder = recorders.find((one) => one.recordingId === id) as TestRecorder;
      expect(await storedPixels(id)).toEqual(sentBy(recorder));
    }
    const message = 'closed the recordings of a process that is gone';
    await vi.waitUntil(() => [b, c].some((server) => server.said(message).length > 0), WAIT);
    expect([b, c].flatMap((server) => server.said(message))).toEqual([expect.objectContaining({ recordings: 2 })]);
    // Its rooms are gone for whoever asks.
    const gone = listed.find(({ recordingId }) => ofA.includes(recordingId));
    const refused = await new Client(b.url).joinById(String(gone?.roomId), { role: 'watch' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 522 });
    await Promise.all(alive.map((recorder) => recorder.room.leave()));
    await isListed(b, 0);
    for (const { recordingId, sent } of alive) expect(await storedPixels(recordingId)).toHaveLength(sent.length);
  });

  it('go on recording while Redis is away, and find each other again', async () => {
    const [a, b] = await start(2);
    const before = await TestRecorder.join(a.url);
    await before.play(2);
    await redis.kill();
    await before.play(5);
    // Made where it is asked for, since nobody knows how the others are doing.
    const meanwhile = await TestRecorder.join(b.url);
    await meanwhile.play(5);
    expect((await sessionsAt(b)).map(({ recordingId }) => recordingId)).toContain(meanwhile.recordingId);
    await redis.restart();
    await isListed(a, 2);
    await isListed(b, 2);
    const watcher = await new Client(a.url).joinById(meanwhile.room.roomId, { role: 'watch' });
    await watcher.leave();
    await Promise.all([before.play(5), meanwhile.play(5)]);
    for (const server of [a, b]) {
      expect(server.ended).toBe(false);
      expect(server.said('closed the recordings of a process that is gone')).toEqual([]);
      expect(server.log.filter(({ level }) => Number(level) >= 40)).toHaveLength(1);
    }
    for (const recorder of [before, meanwhile]) {
      await recorder.room.leave();
      await vi.waitUntil(async () => (await rowAt(a, recorder.recordingId)).status === 'finished', WAIT);
      expect(await storedPixels(recorder.recordingId)).toEqual(sentBy(recorder));
    }
  });
});

describe('a game that is played', () => {
  let balancer: Balancer;

  beforeEach(async () => {
    balancer = await Balancer.open(() => servers.filter((server) => !server.ended).map(({ url }) => url));
  });

  afterEach(() => balancer.close());

  const ownedBy = async (server: ServeProcess, recorder: ConnectedRecorder) =>
    (await rowAt(server, recorder.recordingId)).owner?.includes(`.${server.child.pid}.`) === true;

  it('goes on in another process when its own is about to stop, and nothing of it is lost', async () => {
    const [a, b] = await start(2, ['--redis', redis.url, '--drain-within', '1']);
    const recorders: ConnectedRecorder[] = [];
    for (let i = 0; i < 4; i++) recorders.push(await ConnectedRecorder.open(balancer.url));
    const first = recorders.map(({ recordingId }) => recordingId);
    const moving: boolean[] = [];
    for (const recorder of recorders) moving.push(await ownedBy(a, recorder));
    expect(moving.filter(Boolean)).toHaveLength(2);
    expect(await a.end('SIGTERM')).toBe(0);
    for (const [at, recorder] of recorders.entries()) {
      expect(recorder.closed).toBeNull();
      expect(recorder.recordings.size).toBe(moving[at] ? 2 : 1);
    }
    await isListed(b, 4);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await Promise.all(recorders.map((recorder) => recorder.close()));
    await isListed(b, 0);
    for (const [at, recorder] of recorders.entries()) {
      const rows: RecordingRow[] = [];
      for (const [id, sent] of recorder.recordings) {
        await vi.waitUntil(async () => (await rowAt(b, id)).status === 'finished', WAIT);
        rows.push(await rowAt(b, id));
        expect(sent.length).toBeGreaterThan(10);
        expect(await storedPixels(id)).toEqual(sent.map((bytes) => Buffer.from(bytes)));
      }
      if (!moving[at]) continue;
      const [before, after] = rows;
      expect(after).toMatchObject({ continues: first[at], continuedBy: null });
      expect(before).toMatchObject({ continues: null, continuedBy: after.id });
      // The next begins when the other is about to end, not after a search.
      expect(after.startedAt - (before.endedAt ?? 0)).toBeLessThan(1000);
    }
  });

  it('goes on in another process when its own is killed', async () => {
    const [a, b] = await start(2);
    const recorders = [await ConnectedRecorder.open(balancer.url), await ConnectedRecorder.open(balancer.url)];
    const moving = (await ownedBy(a, recorders[0])) ? recorders[0] : recorders[1];
    const [first] = moving.recordings.keys();
    await vi.waitUntil(() => (moving.recordings.get(first)?.length ?? 0) > 30, WAIT);
    await a.end('SIGKILL');
    await vi.waitUntil(() => moving.recordings.size === 2, WAIT);
    await vi.waitUntil(async () => (await rowAt(b, first)).status === 'recovered', WAIT);
    await vi.waitUntil(() => (moving.recordings.get(moving.recordingId)?.length ?? 0) > 30, WAIT);
    await Promise.all(recorders.map((recorder) => recorder.close()));
    await vi.waitUntil(async () => (await rowAt(b, moving.recordingId)).status === 'finished', WAIT);
    expect(await rowAt(b, moving.recordingId)).toMatchObject({ continues: first });
    expect(await storedPixels(moving.recordingId)).toHaveLength(moving.recordings.get(moving.recordingId)?.length ?? 0);
  });
});

describe('processes of one data folder without Redis', () => {
  it('leave each other in peace, and close what one left', async () => {
    const [a] = await start(1, []);
    const left = await TestRecorder.join(a.url);
    await left.play(5);
    const [b] = await start(1, []);
    expect(await rowAt(b, left.recordingId)).toMatchObject({ status: 'recording' });
    await left.play(5);
    expect(await storedPixels(left.recordingId)).toEqual(sentBy(left));
    await a.end('SIGKILL');
    await until(() => left.left !== null);
    await vi.waitUntil(async () => (await rowAt(b, left.recordingId)).status === 'recovered', WAIT);
    expect(await storedPixels(left.recordingId)).toEqual(sentBy(left));
  });
});
