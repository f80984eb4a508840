import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoordinateCodec, createSampleSet, encodeKept, type KeptRecord, type SampleRequest } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SgapsServer, startServer } from '../startServer.js';
import { TestRecorder, until } from '../testing/TestRecorder.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-kept-'));
const codec = new CoordinateCodec({ width: 64, height: 36 });
let server: SgapsServer;

beforeAll(async () => {
  server = await startServer({ port: 0, host: '127.0.0.1', data, log: pino({ level: 'silent' }), room: { snapshotEvery: 500 } });
});

afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

/** Seconds of 30 frames that a recorder kept: its own requests, the packets that answer them, and an event. */
function keep(recorder: TestRecorder, seconds: number): KeptRecord[] {
  const records: KeptRecord[] = [];
  for (let packet = 0; packet < (seconds * 30) / 4; packet++) {
    const time = (packet * 4 * 1000) / 30;
    const requests = [0, 1, 2, 3].map((i): SampleRequest => {
      const seeded = [{ seed: packet, count: 40, kind: 0, tier: 0, density: new Uint8Array(144).fill(1) } as const];
      return { frameId: 4 * packet + i, explicit: createSampleSet(0), seeded };
    });
    const coordinates = codec.encode(requests).slice();
    recorder.ask(coordinates);
    records.push({ kind: 'coordinates', time, bytes: coordinates });
    const frames = [0, 1, 2, 3].map(() => recorder.frame());
    records.push({ kind: 'pixels', time: time + 133, bytes: recorder.encoder.encode(frames).slice() });
    if (packet === 3)
      records.push({
        kind: 'event',
        time: time + 133,
        bytes: new TextEncoder().encode(JSON.stringify({ name: 'boss', data: null, time: 500 })),
      });
  }
  return records;
}

async function recordsOf(id: string) {
  const reader = await server.store.open(id);
  const records: { kind: string; time: number }[] = [];
  for await (const { kind, time } of reader.records()) records.push({ kind, time });
  const { startedAt } = reader.header;
  await reader.close();
  return { records, startedAt };
}

describe('what a recorder kept before its recording was wanted', () => {
  it('is recorded at its own times, before what comes live', async () => {
    const recorder = await TestRecorder.join(server.url, { keptMs: 3000 });
    const kept = keep(recorder, 3);
    expect(recorder.received).toEqual([]);
    for (let i = 0; i < kept.length; i += 8) recorder.room.sendBytes('kept', encodeKept(kept.slice(i, i + 8)));
    recorder.room.send('live');
    await until(() => recorder.received.length > 0);
    await recorder.play(5);
    await recorder.room.leave();
    await until(() => server.store.writer(recorder.recordingId) === undefined);
    expect(recorder.errors).toEqual([]);
    const { records, startedAt } = await recordsOf(recorder.recordingId);
    const before = records.slice(0, kept.length);
    expect(before.map(({ kind, time }) => ({ kind, time: Math.round(time) }))).toEqual(
      kept.map(({ kind, time }) => ({ kind, time: Math.round(time) })),
    );
    for (const { time } of records.slice(kept.length)) expect(time).toBeGreaterThan(3000);
    expect(Date.now() - startedAt).toBeGreaterThan(3000);
    const row = await server.catalog.get(recorder.recordingId);
    expect(row).toMatchObject({ status: 'finished', frames: kept.filter(({ kind }) => kind === 'pixels').length * 4 + 20 });
  });

  it('is refused with a reason where it makes no sense, and when the session is live', async () => {
    const recorder = await TestRecorder.join(server.url, { keptMs: 1000 });
    const late: KeptRecord = { kind: 'pixels', time: 900_000, bytes: new Uint8Array(3) };
    recorder.room.sendBytes('kept', encodeKept([late]));
    await until(() => recorder.errors.length === 1);
    recorder.room.sendBytes('kept', Uint8Array.of(9, 9, 9));
    await until(() => recorder.errors.length === 2);
    for (const text of ['{', '{"name":"gap","data":{},"time":1}']) {
      const { length } = recorder.errors;
      recorder.room.sendBytes('kept', encodeKept([{ kind: 'event', time: 1, bytes: new TextEncoder().encode(text) }]));
      await until(() => recorder.errors.length > length);
    }
    recorder.room.send('live');
    await until(() => recorder.received.length > 0);
    recorder.room.sendBytes('kept', encodeKept([]));
    await until(() => recorder.errors.length === 5);
    expect(recorder.errors.map(({ code }) => code)).toEqual([
      'OUT_OF_ORDER',
      'BYTES_MALFORMED',
      'ARGUMENT_INVALID',
      'ARGUMENT_INVALID',
      'OUT_OF_ORDER',
    ]);
    await recorder.play(3);
    expect(recorder.left).toBeNull();
    expect(recorder.errors).toHaveLength(5);
    await recorder.room.leave();
  });
});
