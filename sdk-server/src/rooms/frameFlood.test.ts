import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SgapsServer, startServer } from '../startServer.js';
import { TestRecorder, until } from '../testing/TestRecorder.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-frames-'));
let server: SgapsServer;

beforeAll(async () => {
  server = await startServer({ port: 0, host: '127.0.0.1', data, log: pino({ level: 'silent' }) });
});

afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

describe('a recorder that sends more frames than time has passed, in few bytes', () => {
  it('is told, and none of the excess is decoded', async () => {
    const recorder = await TestRecorder.join(server.url);
    for (let i = 0; i < 40; i++) {
      const frames = Array.from({ length: 16 }, () => recorder.frame(false));
      recorder.room.sendBytes('pixels', recorder.encoder.encode(frames).slice());
    }
    await until(() => recorder.errors.length > 0);
    expect(recorder.errors[0]).toMatchObject({ code: 'LIMIT_EXCEEDED', reset: true });
    await recorder.room.leave();
    await until(() => server.store.writer(recorder.recordingId) === undefined);
    // Eight seconds of frames at once, and what the clock gave since.
    const { frames } = (await server.catalog.get(recorder.recordingId)) ?? { frames: 0 };
    expect(frames).toBeGreaterThanOrEqual(240);
    expect(frames).toBeLessThan(400);
  });
});
