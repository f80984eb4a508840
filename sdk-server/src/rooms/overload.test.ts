import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { Playback, type PlaybackListener, SessionReplica } from '@sgaps/core';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodeMachine } from '../playback/nodeMachine.js';
import { type SgapsServer, startServer } from '../startServer.js';
import { CuttableProxy } from '../testing/CuttableProxy.js';
import { TestRecorder, until } from '../testing/TestRecorder.js';
import { Overload } from './Overload.js';
import { openServices } from './ReplayServices.js';

const log = pino({ level: 'silent' });
let data: string;
let server: SgapsServer;
let burning: NodeJS.Timeout | undefined;

/** Keeps the server's thread, which is this one, busy: `ms` of every 100. */
function burn(ms: number): void {
  clearInterval(burning);
  burning = setInterval(() => {
    for (const end = performance.now() + ms; performance.now() < end; );
  }, 100);
}

const overload = async () => (await openServices({ data })).overload;
const sessionOf = async (recorder: TestRecorder) => {
  const { sessions } = await openServices({ data });
  const session = sessions.get(recorder.room.roomId);
  if (!session) throw new Error('no such session');
  return session;
};
/** The machine may be busy with other tests: what the guard did about that is over. */
const calm = async (guard: Overload) =>
  until(() => guard.figures.state === 'normal' && guard.figures.lowered === 0 && guard.figures.load < 0.3, 60_000);
const turns = ({ errors }: TestRecorder) =>
  errors.flatMap(({ code, digest }) => (code === 'RESTART' && digest !== undefined ? [digest] : []));
const closed = (id: string) => until(() => server.store.writer(id) === undefined);

/** The frames that a playback shows at the end of a recording, with the red of their first pixel. */
async function played(id: string): Promise<Map<number, number>> {
  const frames = new Map<number, number>();
  const listener: PlaybackListener = {
    frame: ({ frameId, rgb }) => void frames.set(frameId, rgb[0]),
    preview: () => undefined,
    error: (error) => expect.unreachable(String(error)),
    wantsImportance: () => false,
  };
  const playback = new Playback(await server.store.open(id), listener, nodeMachine);
  playback.seek(1e9);
  await until(() => !playback.state.seeking && frames.size > 0);
  await playback.close();
  return frames;
}

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'sgaps-overload-'));
  server = await startServer({
    port: 0,
    host: '127.0.0.1',
    data,
    log,
    model: null,
    overload: { loadLimit: 0.7, calmMs: 300, everyMs: 100 },
  });
});

afterEach(async () => {
  clearInterval(burning);
  vi.restoreAllMocks();
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

describe('a server with too much to do', () => {
  it('lowers its sessions, refuses new ones, and restores what it lowered when it has time again', async () => {
    const recorders = [await TestRecorder.join(server.url), await TestRecorder.join(server.url)];
    const guard = await overload();
    await calm(guard);
    for (const recorder of recorders) await recorder.play(2);
    await calm(guard);
    for (const recorder of recorders) await recorder.play(4);

    burn(95);
    await until(() => guard.figures.state === 'full' && guard.figures.lowered === 2, 20_000);
    await expect(TestRecorder.join(server.url)).rejects.toMatchObject({
      code: 503,
      message: expect.stringMatching(/^UNAVAILABLE: This server is full: 2 sessions/),
    });
    expect(guard.figures.refused).toBe(1);
    const decoded = vi.spyOn(SessionReplica.prototype, 'pixels');
    for (const recorder of recorders) {
      // Asked for a fresh start, with digests, after the first packets; from then on nothing is decoded.
      await recorder.play(6);
      expect(recorder.errors.every(({ code, reset }) => code === 'RESTART' && reset)).toBe(true);
      expect(turns(recorder).at(-1)).toBe(true);
      expect((await sessionOf(recorder)).cadence).toBe('on-demand');
      decoded.mockClear();
      await recorder.play(4);
      expect(decoded).not.toHaveBeenCalled();
    }

    clearInterval(burning);
    await calm(guard);
    for (const recorder of recorders) {
      await recorder.play(4);
      expect(turns(recorder).at(-1)).toBe(false);
      const session = await sessionOf(recorder);
      expect(session.cadence).toBe('every-frame');
      expect(session.loop.newest?.frameId).toBe(recorder.frameId - 1);
      await recorder.room.leave();
      await closed(recorder.recordingId);
      // All that was sent is there, and decodes through both turns.
      const row = await server.catalog.get(recorder.recordingId);
      expect(row).toMatchObject({ status: 'finished', frames: recorder.frameId });
      const frames = await played(recorder.recordingId);
      const last = recorder.frameId - 1;
      expect(Math.abs((frames.get(last) ?? -99) - (last & 63))).toBeLessThan(8);
    }
    const again = await TestRecorder.join(server.url);
    expect(again.welcomes[0].digest).toBe(false);
    expect(guard.full).toBe(false);
  }, 120_000);

  it('takes recorders back that were cut, and those it has goes on recording', async () => {
    const network = await CuttableProxy.open(server.url);
    const recorders = [await TestRecorder.join(network.url), await TestRecorder.join(server.url)];
    burn(95);
    const guard = await overload();
    await until(() => guard.full && guard.figures.lowered === 2, 20_000);
    const [recorder] = recorders;
    await recorder.play(1);
    network.cut();
    await until(() => recorder.left !== null);
    await recorder.resume(network.url);
    expect(recorder.welcomes.at(-1)).toMatchObject({ resumed: true, digest: true });
    await recorder.play(3);
    expect((await sessionOf(recorder)).cadence).toBe('on-demand');
    clearInterval(burning);
    for (const each of recorders) {
      const id = each.recordingId;
      await each.room.leave();
      await closed(id);
      expect(await server.catalog.get(id)).toMatchObject({ status: 'finished', frames: each.frameId });
    }
    network.close();
  }, 120_000);

  it('leaves alone who is followed, and a session by itself', async () => {
    const recorder = await TestRecorder.join(server.url);
    const guard = await overload();
    burn(95);
    await until(() => guard.figures.load > 0.85, 20_000);
    expect(guard.figures).toMatchObject({ state: 'normal', lowered: 0 });
    clearInterval(burning);
    await calm(guard);
    const second = await TestRecorder.join(server.url);
    const session = await sessionOf(second);
    const watcher = await new Client(server.url).joinById(second.room.roomId, { role: 'watch' });
    watcher.onMessage('*', () => undefined);
    await calm(guard);
    burn(95);
    await until(() => guard.figures.lowered === 1, 20_000);
    await recorder.play(6);
    await second.play(6);
    expect(session.cadence).toBe('every-frame');
    expect((await sessionOf(recorder)).cadence).toBe('on-demand');
    await watcher.leave();
    await until(() => guard.figures.lowered === 2, 20_000);
  }, 60_000);

  it('goes on decoding what a recorder sends that does not know of digests', async () => {
    const recorders = [await TestRecorder.join(server.url), await TestRecorder.join(server.url)];
    const [recorder] = recorders;
    const reset = recorder.encoder.reset.bind(recorder.encoder);
    recorder.encoder.reset = () => reset();
    const guard = await overload();
    await calm(guard);
    await recorder.play(2);
    burn(95);
    await until(() => guard.figures.lowered === 2, 20_000);
    clearInterval(burning);
    const decoded = vi.spyOn(SessionReplica.prototype, 'decode');
    await recorder.play(8);
    expect(decoded).toHaveBeenCalledTimes(32);
    expect(turns(recorder)).toContain(true);
  }, 60_000);
});

it('refuses a limit that makes no sense', () => {
  for (const loadLimit of [0, 1, -1, Number.NaN, 90]) {
    expect(() => new Overload(new Map(), log, { loadLimit })).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  }
  const none = new Overload(new Map(), log, null);
  for (let i = 0; i < 1000; i++) none.admit();
  expect(none).toMatchObject({ full: false, lowers: false });
});
