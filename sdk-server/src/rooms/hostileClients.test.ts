import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { LIMITS } from '@sgaps/protocol';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SgapsServer, startServer } from '../startServer.js';
import { recordOptions, TestRecorder, until } from '../testing/TestRecorder.js';
import { REPLAY_CLOSE } from './closeCodes.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-hostile-'));
let server: SgapsServer;
/** Records in its own room all the while. */
let bystander: TestRecorder;
let hostile: TestRecorder;

beforeAll(async () => {
  const room = { maxOffences: 6, maxMessages: 60, maxUnanswered: 40, maxBytesPerSecond: 20_000 };
  server = await startServer({ port: 0, host: '127.0.0.1', data, log: pino({ level: 'silent' }), room });
});

afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

beforeEach(async () => {
  [bystander, hostile] = await Promise.all([TestRecorder.join(server.url), TestRecorder.join(server.url)]);
  await hostile.play(3);
});

/** Whatever happened, the other session has gone on and everything that was recorded is there. */
afterEach(async () => {
  await bystander.play(5);
  expect(bystander).toMatchObject({ left: null, errors: [] });
  await bystander.room.leave();
  if (hostile.left === null) await hostile.room.leave();
  for (const { recordingId } of [bystander, hostile]) {
    await until(() => server.store.writer(recordingId) === undefined);
    expect(await server.catalog.get(recordingId)).toMatchObject({ status: 'finished' });
  }
  expect(await pixelsOf(bystander.recordingId)).toEqual(bystander.sent.map((bytes) => Buffer.from(bytes)));
  const kept = (await pixelsOf(hostile.recordingId)).map((bytes) => bytes.toString('hex'));
  expect(kept).toEqual(expect.arrayContaining(hostile.sent.slice(0, 3).map((bytes) => Buffer.from(bytes).toString('hex'))));
  expect(await framesOf(hostile.recordingId)).toBeGreaterThanOrEqual(12);
});

async function pixelsOf(id: string): Promise<Buffer[]> {
  const reader = await server.store.open(id);
  const found: Buffer[] = [];
  for await (const { bytes } of reader.records(0, { kinds: ['pixels'] })) found.push(Buffer.from(bytes));
  await reader.close();
  return found;
}

async function framesOf(id: string): Promise<number> {
  return (await server.catalog.get(id))?.frames ?? 0;
}

/** Sends bad packets one by one until sent away; what it was told each time. */
async function insist(packet: () => Uint8Array, most = 30): Promise<void> {
  for (let i = 0; i < most && hostile.left === null; i++) {
    const told = hostile.errors.length;
    hostile.room.sendBytes('pixels', packet());
    await until(() => hostile.errors.length > told || hostile.left !== null, 3000);
  }
  await until(() => hostile.left !== null);
}

const codes = () => [...new Set(hostile.errors.map(({ code }) => code))];

describe('a hostile recorder', () => {
  it('of another protocol is refused at the door, and of another packet version sent away', async () => {
    const refused = await new Client(server.url).create('sgaps', recordOptions({ protocol: 2 })).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 426, message: expect.stringContaining('VERSION_UNSUPPORTED') });
    await insist(() => Uint8Array.of(9, 0, 1, 2, 3, 4, 5));
    expect(codes()).toEqual(['VERSION_UNSUPPORTED']);
    expect(hostile.errors).toHaveLength(6);
    expect(hostile.errors.every(({ reset }) => reset)).toBe(true);
    expect(hostile.left).toEqual({ code: REPLAY_CLOSE.misconduct, reason: 'VERSION_UNSUPPORTED' });
  });

  it('that sends malformed packets is told each time, may mend its ways, and is sent away otherwise', async () => {
    const broken = () => {
      const packet = hostile.encoder.encode([hostile.frame()]).slice(0, -1);
      hostile.encoder.reset();
      return packet;
    };
    hostile.room.sendBytes('pixels', broken());
    await until(() => hostile.errors.length === 1);
    expect(hostile.errors[0]).toMatchObject({ code: 'BYTES_TRUNCATED', reset: true });
    await hostile.play(2);
    expect(hostile.errors).toHaveLength(1);
    await insist(broken);
    expect(hostile.left).toEqual({ code: REPLAY_CLOSE.misconduct, reason: 'BYTES_TRUNCATED' });
  });

  it('that sends oversized packets is told, and cut off at once where they are beyond what the socket takes', async () => {
    hostile.room.sendBytes('pixels', new Uint8Array(LIMITS.pixelPacketBytes + 1));
    await until(() => hostile.errors.length === 1);
    expect(hostile.errors[0]).toMatchObject({ code: 'LIMIT_EXCEEDED', reset: true });
    await hostile.play(1);
    hostile.room.sendBytes('pixels', new Uint8Array(1_000_000));
    await until(() => hostile.left !== null);
    expect(hostile.left?.code).toBe(1009);
    // No cut: nobody is waited for.
    await until(() => server.store.writer(hostile.recordingId) === undefined, 3000);
  });

  it('that repeats oversized packets is sent away', async () => {
    await insist(() => new Uint8Array(LIMITS.pixelPacketBytes + 1));
    expect(hostile.left).toEqual({ code: REPLAY_CLOSE.misconduct, reason: 'LIMIT_EXCEEDED' });
    expect(await pixelsOf(hostile.recordingId)).toHaveLength(3);
  });

  it('that sends frames out of order is told and goes on from where it was', async () => {
    const later = hostile.encoder.encode([0, 1].map(() => hostile.frame()));
    hostile.encoder.reset();
    hostile.frameId = 100;
    await hostile.play(1);
    hostile.room.sendBytes('pixels', later);
    await until(() => hostile.errors.length === 1);
    expect(hostile.errors[0].code).toBe('OUT_OF_ORDER');
    await hostile.play(1);
    expect(hostile.errors).toHaveLength(1);
  });

  it('that sends frames again is told, counts none of them, and is sent away', async () => {
    const first = hostile.sent[0]; // It starts the stream afresh.
    await insist(() => first);
    expect(codes()).toEqual(['OUT_OF_ORDER']);
    expect(hostile.left).toEqual({ code: REPLAY_CLOSE.misconduct, reason: 'OUT_OF_ORDER' });
    await until(() => server.store.writer(hostile.recordingId) === undefined);
    expect(await framesOf(hostile.recordingId)).toBe(12);
  });

  it('that floods with messages is told, and sent away when it goes on', async () => {
    for (let i = 0; i < 100; i++) hostile.room.send('stats', { frames: i });
    await until(() => hostile.errors.length === 1);
    expect(hostile.errors[0].code).toBe('LIMIT_EXCEEDED');
    for (let round = 0; round < 40 && hostile.left === null; round++) {
      for (let i = 0; i < 20; i++) hostile.room.send('stats', { frames: i });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(hostile.left).toEqual({ code: REPLAY_CLOSE.flooding, reason: 'LIMIT_EXCEEDED' });
    await until(() => server.store.writer(hostile.recordingId) === undefined, 3000);
  });

  it('that floods faster than any message is read is cut off by its count', async () => {
    for (let i = 0; i < 2000; i++) hostile.room.send('stats', { frames: i });
    await until(() => hostile.left !== null, 5000);
    expect(hostile.left).toEqual({ code: REPLAY_CLOSE.flooding, reason: 'LIMIT_EXCEEDED' });
    await until(() => server.store.writer(hostile.recordingId) === undefined, 3000);
  });

  it('that floods with bytes is told, its excess is not stored, and it is sent away when it goes on', async () => {
    // More at once than the room's bytes per second allow, though no packet of it is too big.
    const burst = () => hostile.room.sendBytes('pixels', new Uint8Array(50_000));
    burst();
    await until(() => hostile.errors.length === 1);
    expect(hostile.errors).toMatchObject([
      { code: 'LIMIT_EXCEEDED', reset: true, message: expect.stringContaining('bytes per') },
    ]);
    await hostile.play(1);
    expect(hostile.errors).toHaveLength(1);
    expect(await pixelsOf(hostile.recordingId)).toEqual(hostile.sent.map((bytes) => Buffer.from(bytes)));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    burst();
    await until(() => hostile.left !== null);
    expect(hostile.left).toEqual({ code: REPLAY_CLOSE.flooding, reason: 'LIMIT_EXCEEDED' });
  });

  it('that never uses what it is asked for is told, and sent away', async () => {
    await hostile.play(40, false);
    expect(codes()).toEqual(['OUT_OF_ORDER']);
    expect(hostile.errors[0].message).toContain('asked for');
    expect(hostile.left).toEqual({ code: REPLAY_CLOSE.unanswered, reason: 'OUT_OF_ORDER' });
  });

  it('that packs something else under the name of pixels, or sends what no message is, cannot hurt the server', async () => {
    for (const body of [null, undefined, 7, 'text', { length: 100 }, [1, 2, 3]]) hostile.room.send('_$bpixels', body);
    await until(() => hostile.errors.length > 4);
    expect(codes()).toEqual(['BYTES_MALFORMED']);
    for (const type of ['constructor', '__proto__', 'toString', 'x'.repeat(1000)]) hostile.room.send(type, {});
    await until(() => hostile.left !== null);
    expect(hostile.left?.code).toBe(REPLAY_CLOSE.misconduct);
  });

  it('is no worse than a hostile viewer, who is sent away without a trace in the session', async () => {
    const viewer = await new Client(server.url).joinById(hostile.room.roomId, { role: 'watch' });
    viewer.reconnection.enabled = false;
    const told: { code: string }[] = [];
    let left: { code: number; reason?: string } | null = null;
    for (const name of ['welcome', 'figures']) viewer.onMessage(name, () => undefined);
    viewer.onMessage('error', (error: { code: string }) => told.push(error));
    viewer.onLeave((code, reason) => {
      left = { code, reason };
    });
    viewer.sendBytes('pixels', hostile.sent[0]);
    await until(() => told.length === 1);
    expect(told[0].code).toBe('UNAUTHORIZED');
    viewer.send('watch', { overlays: 'all of them' });
    await until(() => told.length === 2);
    expect(told[1].code).toBe('ARGUMENT_INVALID');
    viewer.send('event', { name: 'mine', data: null, time: 0 });
    for (let i = 0; i < 1000; i++) viewer.send('event', { name: 'mine', data: null, time: i });
    await until(() => left !== null);
    expect(left).toEqual({ code: REPLAY_CLOSE.flooding, reason: 'LIMIT_EXCEEDED' });
    await hostile.play(2);
    expect(hostile).toMatchObject({ errors: [], left: null });
  });

  it('may not call an event by the name the server marks cuts with', async () => {
    hostile.room.send('event', { name: 'gap', data: { from: 0, to: 1e9 }, time: 0 });
    await until(() => hostile.errors.length === 1);
    expect(hostile.errors[0]).toMatchObject({ code: 'ARGUMENT_INVALID', reset: false });
  });
});
