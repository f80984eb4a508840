import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Playback, type PlaybackListener, SessionReplica } from '@sgaps/core';
import { DEFAULT_TIER_BITS, PixelPacketEncoder } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { nodeMachine } from '../playback/nodeMachine.js';
import { type SgapsServer, startServer } from '../startServer.js';
import { TestRecorder, until } from '../testing/TestRecorder.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-cadence-'));
const log = pino({ level: 'silent' });
let server: SgapsServer;

beforeAll(async () => {
  server = await startServer({ port: 0, host: '127.0.0.1', data, log, room: { cadence: 'on-demand' } });
});

afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const closed = (id: string) => until(() => server.store.writer(id) === undefined);

describe('a room on demand', () => {
  it('asks for more and more while nothing is decoded, and stores what a playback shows', async () => {
    const decoded = vi.spyOn(SessionReplica.prototype, 'pixels');
    const recorder = await TestRecorder.join(server.url);
    expect(recorder.welcomes[0].digest).toBe(true);
    await recorder.play(20);
    expect(decoded).not.toHaveBeenCalled();
    expect(recorder.received.length).toBeGreaterThan(15);
    expect(recorder.errors).toEqual([]);
    await recorder.room.leave();
    await closed(recorder.recordingId);
    expect((await server.catalog.get(recorder.recordingId))?.frames).toBe(80);
    const shown: number[] = [];
    const listener: PlaybackListener = {
      frame: ({ frameId, rgb }) => void shown.push(frameId, rgb[0]),
      preview: () => undefined,
      error: (error) => expect.unreachable(String(error)),
      wantsImportance: () => false,
    };
    const playback = new Playback(await server.store.open(recorder.recordingId), listener, nodeMachine);
    playback.seek(1e9);
    await until(() => !playback.state.seeking && shown.length > 0);
    await playback.close();
    const [frameId, red] = shown.slice(-2);
    expect(frameId).toBe(79);
    expect(Math.abs(red - (79 % 64))).toBeLessThan(8);
  });

  it('survives a packet that only the decoder finds bad, and stores what comes after the next fresh start', async () => {
    const recorder = await TestRecorder.join(server.url);
    await recorder.play(3);
    const good = recorder.encoder.encode([0, 1, 2, 3].map(() => recorder.frame()));
    // The body is spoilt, the digest behind it is not.
    const bad = good.slice();
    bad.fill(0x55, 8, 12);
    recorder.room.sendBytes('pixels', bad);
    await recorder.play(2);
    expect(recorder.errors).toEqual([]);
    recorder.encoder.reset();
    await recorder.play(3);
    await recorder.room.leave();
    await closed(recorder.recordingId);
    expect((await server.catalog.get(recorder.recordingId))?.frames).toBe(36);
  });

  it('makes a picture of a session that nobody watched when it ends', async () => {
    const recorder = await TestRecorder.join(server.url);
    await recorder.play(4);
    await recorder.room.leave();
    await closed(recorder.recordingId);
    const response = await fetch(`${server.url}/api/recordings/${recorder.recordingId}/thumbnail`);
    expect(response.status).toBe(200);
  });

  it('decodes every frame of a recorder that does not tell what changed', async () => {
    const recorder = await TestRecorder.join(server.url);
    recorder.encoder = new PixelPacketEncoder({
      grid: { width: 64, height: 36 },
      schema: { values: [] },
      tierBits: DEFAULT_TIER_BITS,
    });
    const decoded = vi.spyOn(SessionReplica.prototype, 'decode');
    await recorder.play(5);
    expect(decoded).toHaveBeenCalledTimes(20);
    expect(recorder.errors).toEqual([]);
    await recorder.room.leave();
    await closed(recorder.recordingId);
  });
});
