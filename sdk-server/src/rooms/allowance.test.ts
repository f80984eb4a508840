import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoordinateDecoder, type SampleSet } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SessionLoop } from '../loop/SessionLoop.js';
import { type SgapsServer, startServer } from '../startServer.js';
import { TestRecorder, until } from '../testing/TestRecorder.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-allowance-'));
let server: SgapsServer;

beforeAll(async () => {
  server = await startServer({ port: 0, host: '127.0.0.1', data, log: pino({ level: 'silent' }) });
});

afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The set that was asked of the newest frame. */
function lastAsked(recorder: TestRecorder): SampleSet {
  const decoder = new CoordinateDecoder({ width: 64, height: 36 });
  return recorder.received.flatMap((packet) => decoder.decode(packet)).at(-1)?.explicit as SampleSet;
}

describe('a room', () => {
  it('gives a recorder that takes fewer frames more bytes for each, and asks for fewer samples where it says so', async () => {
    const recorder = await TestRecorder.join(server.url);
    await recorder.play(8);
    const usual = lastAsked(recorder);
    recorder.room.send('stats', { pace: 0.25, share: 1 });
    await recorder.play(8);
    const paced = lastAsked(recorder);
    expect(paced.budget / usual.budget).toBeGreaterThan(3);
    recorder.room.send('stats', { pace: 1, share: 0.1 });
    await recorder.play(8);
    const shared = lastAsked(recorder);
    expect(shared.budget / usual.budget).toBeLessThan(1.3);
    expect(shared.count).toBeLessThanOrEqual(6);
    expect(usual.count).toBeGreaterThan(6);
    await recorder.room.leave();
  });

  it('tells the loop how long it takes to the recorder and back', async () => {
    const told = vi.spyOn(SessionLoop.prototype, 'roundTrip');
    const recorder = await TestRecorder.join(server.url);
    await until(() => told.mock.calls.length > 1);
    for (const [ms] of told.mock.calls) expect(ms).toBeLessThan(5000);
    await recorder.room.leave();
  });
});
