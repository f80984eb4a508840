import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { MODEL_PLANES } from '@sgaps/core';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunningSession } from '../http/sessionRoutes.js';
import { makeModelFolder, removeModelFolders } from '../inference/fixtures/modelFolders.js';
import { InferenceService } from '../inference/InferenceService.js';
import { InferenceDirectory } from '../inference/shared/InferenceDirectory.js';
import { openInference } from '../inference/shared/openInference.js';
import { RemoteInference } from '../inference/shared/RemoteInference.js';
import { Catalog, openRecording, type RecordingRow } from '../storage/index.js';
import { Balancer } from '../testing/Balancer.js';
import { ConnectedRecorder } from '../testing/ConnectedRecorder.js';
import { Program } from '../testing/Program.js';
import { ServeProcess } from '../testing/ServeProcess.js';
import { startRedis, type TestRedis } from '../testing/startRedis.js';
import { recordOptions, TestRecorder } from '../testing/TestRecorder.js';
import { RedisLink } from './RedisLink.js';

const WAIT = { timeout: 30_000, interval: 50 };

let redis: TestRedis;
/** Before all that run. */
let balancer: Balancer;
let data: string;
let servers: ServeProcess[] = [];
/** Those that record in a test, which a test that fails would leave. */
const recorders: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  balancer = await Balancer.open(() => servers.filter((server) => !server.ended).map(({ url }) => url));
  redis = await startRedis();
  data = mkdtempSync(join(tmpdir(), 'sgaps-cluster-'));
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.end('SIGKILL')));
  await balancer.close();
  await redis.close();
  rmSync(data, { recursive: true, force: true });
});

afterEach(async () => {
  await Promise.all(recorders.splice(0).map((recorder) => recorder.close()));
});

async function record(server: { readonly url: string }): Promise<TestRecorder> {
  const recorder = await TestRecorder.join(server.url);
  recorders.push({ close: async () => recorder.left ?? recorder.room.leave() });
  return recorder;
}

async function play(server: { readonly url: string }): Promise<ConnectedRecorder> {
  const recorder = await ConnectedRecorder.open(server.url);
  recorders.push(recorder);
  return recorder;
}

/** So many processes that share Redis and the folder: those that still run, and new ones. */
async function running(count: number): Promise<ServeProcess[]> {
  servers = servers.filter((server) => !server.ended);
  const missing = Array.from({ length: count - servers.length }, () =>
    ServeProcess.start(data, ['--redis', redis.url, '--drain-within', '1']),
  );
  servers.push(...(await Promise.all(missing)));
  // Each knows of all.
  for (const { url } of servers) {
    await vi.waitUntil(
      async () => ((await (await fetch(`${url}/api/cluster`)).json()) as { processes: unknown[] }).processes.length >= count,
      WAIT,
    );
  }
  return servers;
}

/** All that is recorded, as one of the processes lists it. */
const sessionsAt = async (server: ServeProcess) => (await server.get<{ items: RunningSession[] }>('/api/sessions')).items;
const rowAt = (server: ServeProcess, id: string) =>
  server.get<RecordingRow & { continuedBy: string | null }>(`/api/recordings/${id}`);
const ownedBy = async (server: ServeProcess, { recordingId }: ConnectedRecorder) =>
  (await rowAt(server, recordingId)).owner?.includes(`.${server.child.pid}.`) === true;
const isListed = (server: ServeProcess, count: number) =>
  vi.waitUntil(async () => (await sessionsAt(server)).length === count, WAIT);

/** The pixel packets of a recording, as they lie on the disk. */
async function storedPixels(id: string, folder = data): Promise<Buffer[]> {
  const path = (ending: string) => join(folder, 'recordings', id + ending);
  const reader = await openRecording(path('.sgaps'), [path('.journal'), path('.journal2')], id);
  const found: Buffer[] = [];
  for await (const { bytes } of reader.records(0, { kinds: ['pixels'] })) found.push(Buffer.from(bytes));
  await reader.close();
  return found;
}

const sentBy = (recorder: TestRecorder) => recorder.sent.map((bytes) => Buffer.from(bytes));

describe('processes that share Redis', () => {
  it('spread sessions, list those of all, and let one watch at any', async () => {
    const [a, b] = await running(2);
    const recording: TestRecorder[] = [];
    for (let i = 0; i < 4; i++) recording.push(await record(a));
    await Promise.all(recording.map((recorder) => recorder.play(2)));
    const listed = await sessionsAt(a);
    expect(listed.map(({ recordingId }) => recordingId).sort()).toEqual(recording.map((one) => one.recordingId).sort());
    const counts = new Map<string, number>();
    for (const { process } of listed) counts.set(process, (counts.get(process) ?? 0) + 1);
    expect(counts.size).toBe(2);
    // A process that is too busy to answer within a second is left out.
    await vi.waitFor(
      async () => expect((await sessionsAt(b)).map(({ roomId }) => roomId)).toEqual(listed.map(({ roomId }) => roomId)),
      WAIT,
    );

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
    await Promise.all(recording.map((recorder) => recorder.room.leave()));
    await isListed(a, 0);
    for (const { recordingId } of recording)
      expect(await rowAt(b, recordingId)).toMatchObject({ status: 'finished', owner: null });
  });

  it('close what one recorded that was killed: once, with all that it had taken; its games go on in others', async () => {
    const [a, b, c] = await running(3);
    const recording: TestRecorder[] = [];
    for (let i = 0; i < 6; i++) recording.push(await record(b));
    // Which one gets it depends on who is asked, and on what that one knows by then.
    const games = [await play(balancer)];
    while (!(await ownedBy(a, games[games.length - 1]))) games.push(await play(balancer));
    const game = games[games.length - 1];
    const first = game.recordingId;
    const playing = recording.map((recorder) => recorder.play(20));
    const listed = await sessionsAt(b);
    await Promise.all(playing);
    const onA = (id: string) =>
      listed.some(({ process, recordingId }) => recordingId === id && process.includes(`.${a.child.pid}.`));
    const ofA = recording.filter(({ recordingId }) => onA(recordingId));
    // Two, as a rule: who chooses may not know yet of the last that were chosen.
    expect(ofA.length).toBeGreaterThan(0);
    await vi.waitUntil(() => (game.recordings.get(first)?.length ?? 0) > 30, WAIT);
    await a.end('SIGKILL');
    // The others go on.
    const alive = recording.filter((recorder) => !ofA.includes(recorder));
    await Promise.all(alive.map((recorder) => recorder.play(5)));
    for (const recorder of ofA) {
      const id = recorder.recordingId;
      await vi.waitUntil(async () => (await rowAt(c, id)).status === 'recovered', WAIT);
      expect(await rowAt(c, id)).toMatchObject({ frames: 80, owner: null });
      expect(await storedPixels(id)).toEqual(sentBy(recorder));
    }
    const message = 'closed the recordings of a process that is gone';
    await vi.waitUntil(() => [b, c].some((server) => server.said(message).length > 0), WAIT);
    expect([b, c].flatMap((server) => server.said(message))).toEqual([expect.objectContaining({ recordings: ofA.length + 1 })]);
    // Its rooms are gone for whoever asks.
    const gone = listed.find(({ recordingId }) => recordingId === ofA[0].recordingId);
    const refused = await new Client(b.url).joinById(String(gone?.roomId), { role: 'watch' }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 522 });

    await vi.waitUntil(() => game.recordings.size === 2, WAIT);
    await vi.waitUntil(() => (game.recordings.get(game.recordingId)?.length ?? 0) > 30, WAIT);
    await Promise.all(games.map((one) => one.close()));
    await Promise.all(alive.map((recorder) => recorder.room.leave()));
    await isListed(b, 0);
    for (const { recordingId, sent } of alive) expect(await storedPixels(recordingId)).toHaveLength(sent.length);
    expect(await rowAt(b, game.recordingId)).toMatchObject({ status: 'finished', continues: first });
    expect(await rowAt(b, first)).toMatchObject({ status: 'recovered', continuedBy: game.recordingId });
    expect(await storedPixels(game.recordingId)).toHaveLength(game.recordings.get(game.recordingId)?.length ?? 0);
  });

  it('go on recording while Redis is away, and find each other again', async () => {
    const [a, b] = await running(2);
    const said = new Map([a, b].map((server) => [server, server.log.length]));
    const before = await record(a);
    await before.play(2);
    await redis.kill();
    await before.play(5);
    // Made where it is asked for, since nobody knows how the others are doing.
    const meanwhile = await record(b);
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
      const lines = server.log.slice(said.get(server));
      expect(lines.map(({ msg }) => msg)).not.toContain('closed the recordings of a process that is gone');
      expect(lines.filter(({ level }) => Number(level) >= 40)).toEqual([
        expect.objectContaining({ msg: expect.stringContaining('redis is gone') }),
      ]);
    }
    for (const recorder of [before, meanwhile]) {
      await recorder.room.leave();
      await vi.waitUntil(async () => (await rowAt(a, recorder.recordingId)).status === 'finished', WAIT);
      expect(await storedPixels(recorder.recordingId)).toEqual(sentBy(recorder));
    }
  });
});

describe('a game that is played', () => {
  it('goes on in another process when its own is about to stop, and nothing of it is lost', async () => {
    const [a, b] = await running(2);
    const recording: ConnectedRecorder[] = [];
    const moving: boolean[] = [];
    while (!moving.includes(true) || !moving.includes(false)) {
      recording.push(await play(balancer));
      moving.push(await ownedBy(a, recording[recording.length - 1]));
    }
    const first = recording.map(({ recordingId }) => recordingId);
    expect(await a.end('SIGTERM')).toBe(0);
    for (const [at, recorder] of recording.entries()) {
      expect(recorder.closed).toBeNull();
      expect(recorder.recordings.size).toBe(moving[at] ? 2 : 1);
    }
    await isListed(b, recording.length);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await Promise.all(recording.map((recorder) => recorder.close()));
    await isListed(b, 0);
    for (const [at, recorder] of recording.entries()) {
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
});

describe('processes of one data folder without Redis', () => {
  it('leave each other in peace, close what one left, and drain', async () => {
    const own = mkdtempSync(join(tmpdir(), 'sgaps-folder-'));
    const started: ServeProcess[] = [];
    const start = async (flags: readonly string[] = []) => {
      started.push(await ServeProcess.start(own, flags));
      return started[started.length - 1];
    };
    try {
      const a = await start();
      const left = await TestRecorder.join(a.url);
      await left.play(5);
      const b = await start(['--drain-within', '600']);
      expect(await rowAt(b, left.recordingId)).toMatchObject({ status: 'recording' });
      await left.play(5);
      expect(await storedPixels(left.recordingId, own)).toEqual(sentBy(left));
      await a.end('SIGKILL');
      await vi.waitUntil(async () => (await rowAt(b, left.recordingId)).status === 'recovered', WAIT);
      expect(await storedPixels(left.recordingId, own)).toEqual(sentBy(left));

      const last = await TestRecorder.join(b.url);
      b.child.kill('SIGTERM');
      await vi.waitUntil(async () => (await b.get<{ draining: boolean }>('/api/drain')).draining, WAIT);
      const refused = await new Client(b.url).create('sgaps', recordOptions()).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 503, message: expect.stringContaining('UNAVAILABLE') });
      await last.play(5);
      // A second time it waits no longer.
      expect(await b.end('SIGTERM')).toBe(0);
      expect(await storedPixels(last.recordingId, own)).toEqual(sentBy(last));
      const catalog = await Catalog.open(own);
      expect(await catalog.get(last.recordingId)).toMatchObject({ status: 'finished', owner: null });
      await catalog.close();
      expect(readdirSync(join(own, 'processes')).filter((name) => name.endsWith('.process'))).toEqual([]);
    } finally {
      await Promise.all(started.map((server) => server.end('SIGKILL')));
      rmSync(own, { recursive: true, force: true });
    }
  });
});

describe('sgaps inference', () => {
  it('is found through Redis, and gives what the model gives here', async () => {
    const folder = await makeModelFolder('tint');
    const socket = join(data, 'inference.sock');
    const flags = ['--listen', `unix:${socket}`, '--redis', redis.url, '--model', folder, '--provider', 'cpu'];
    const service = await Program.start(['inference', ...flags], 'inference listening');
    const log = pino({ level: 'silent' });
    const link = await RedisLink.open(redis.url, log);
    const options = { model: { model: folder, provider: 'cpu' as const }, secrets: [], log };
    await vi.waitUntil(async () => (await new InferenceDirectory(link.redis).list()).length === 1, WAIT);
    const [found, local] = await Promise.all([
      openInference({ ...options, where: 'auto', redis: link.redis }),
      openInference({ ...options, where: 'local', redis: link.redis }),
    ]);
    try {
      expect(found).toBeInstanceOf(RemoteInference);
      expect(local).toBeInstanceOf(InferenceService);
      const grid = { width: 320, height: 180 };
      const planes = Uint8Array.from({ length: MODEL_PLANES.length * 320 * 180 }, (_, at) => (at * 31) & 255);
      const wait = { lateAfterMs: 20_000 };
      const output = await found?.open(wait).run(grid, planes);
      expect(output).toEqual(await local?.open(wait).run(grid, planes));
      await service.end('SIGKILL');
      expect(await found?.open(wait).run(grid, planes)).toBeNull();
    } finally {
      await Promise.all([found?.close(), local?.close(), service.end('SIGKILL')]);
      link.close();
      await removeModelFolders();
    }
  });
});
