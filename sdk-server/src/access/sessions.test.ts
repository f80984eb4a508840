import { Client } from '@colyseus/sdk';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPLAY_CLOSE } from '../rooms/closeCodes.js';
import { CuttableProxy } from '../testing/CuttableProxy.js';
import { type SecuredServer, startSecured, tokenFor } from '../testing/securedServer.js';
import { clientWith, TestRecorder, until } from '../testing/TestRecorder.js';
import { GameKeys } from './GameKeys.js';

const lines: string[] = [];
const log = pino({}, { write: (line: string) => void lines.push(line) });
let secured: SecuredServer;
let url: string;

beforeAll(async () => {
  secured = await startSecured({ room: { resumeWithin: 5000 } }, log);
  url = secured.server.url;
});

afterAll(() => secured.close());

const newKey = (game = 'arena') => secured.services.access.keys.create({ game, label: 'web build' });

describe('a key that is revoked', () => {
  it('opens no session from then on, and ends those that it opened, with all that was recorded', async () => {
    const { key, row } = await newKey();
    const recorder = await TestRecorder.join(url, { game: 'arena' }, key);
    await recorder.play(5);
    await secured.services.access.keys.revoke(row.id);
    await expect(TestRecorder.join(url, { game: 'arena' }, key)).rejects.toMatchObject({ code: 401 });
    await until(() => recorder.left !== null);
    expect(recorder.left).toMatchObject({ code: REPLAY_CLOSE.unauthorized, reason: 'UNAUTHORIZED' });
    expect(recorder.errors.at(-1)).toMatchObject({ code: 'UNAUTHORIZED', message: 'This key was revoked.' });
    await until(() => secured.services.store.writer(recorder.recordingId) === undefined);
    expect(await secured.server.catalog.get(recorder.recordingId)).toMatchObject({ status: 'finished', frames: 20 });
  });

  it('is so for processes that know it, within seconds', async () => {
    const { key, row } = await newKey();
    // Another process has keys of its own, over the same catalog.
    const elsewhere = new GameKeys(secured.server.catalog.keys);
    expect(await elsewhere.verify(key)).toMatchObject({ id: `key:${row.id}` });
    await secured.services.access.keys.revoke(row.id);
    const end = performance.now() + 10_000;
    let refused = false;
    while (!refused && performance.now() < end) {
      refused = await elsewhere.verify(key).then(
        () => false,
        () => true,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(refused).toBe(true);
  });

  it('lets no recorder come back that was cut', async () => {
    const network = await CuttableProxy.open(url);
    const { key, row } = await newKey();
    const recorder = await TestRecorder.join(network.url, { game: 'arena' }, key);
    await recorder.play(2);
    const token = recorder.room.reconnectionToken;
    network.cut();
    await until(() => recorder.left !== null);
    await secured.services.access.keys.revoke(row.id);
    await expect(clientWith(network.url).reconnect(token)).rejects.toMatchObject({
      message: expect.stringContaining('UNAUTHORIZED'),
    });
    await network.close();
  });
});

it('a key that has expired opens nothing, and one whose secret is wrong', async () => {
  const { keys } = secured.services.access;
  const { key } = await keys.create({ game: 'arena', expiresIn: 1 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  await expect(keys.verify(key)).rejects.toMatchObject({ code: 'UNAUTHORIZED', status: 401 });
  const { key: good } = await newKey();
  const wrong = good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A');
  await expect(keys.verify(wrong)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  await expect(keys.verify(`sgk_${'0'.repeat(16)}_${'a'.repeat(43)}`)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  expect(await keys.verify(good)).toMatchObject({ games: ['arena'] });
});

it('what was kept before a session was wanted is taken by key as well, and of its game only', async () => {
  const { key } = await newKey();
  const kept = await TestRecorder.join(url, { game: 'arena', keptMs: 1000 }, key);
  kept.room.send('live');
  await until(() => kept.received.length > 0);
  await kept.room.leave();
  await expect(TestRecorder.join(url, { game: 'coins', keptMs: 1000 }, key)).rejects.toMatchObject({ code: 403 });
});

it('a recorder comes back after a cut though its token has expired meanwhile: it is the same session', async () => {
  const network = await CuttableProxy.open(url);
  const recorder = await TestRecorder.join(network.url, { game: 'arena' }, await tokenFor('record', { expiresIn: 1000 }));
  await recorder.play(2);
  network.cut();
  await until(() => recorder.left !== null);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  await recorder.resume(network.url);
  await recorder.play(2);
  expect(recorder.errors).toEqual([]);
  await recorder.room.leave();
  await network.close();
});

it('pages of the server itself join by the cookie of who logged in, others do not', async () => {
  const recorder = await TestRecorder.join(url, { game: 'arena' }, (await newKey()).key);
  const joining = async (headers: Record<string, string>, scope: 'watch' | 'record' = 'watch') => {
    const cookie = `other=1; sgaps=${await tokenFor(scope)}`;
    const client = new Client(url, { headers: { cookie, ...headers } });
    return client.joinById(recorder.room.roomId, { role: 'watch' }).then(
      (joined) => joined.leave().then(() => 0),
      ({ code }: { code: number }) => code,
    );
  };
  expect(await joining({ origin: url })).toBe(0);
  expect(await joining({ origin: url }, 'record')).toBe(403);
  expect(await joining({ origin: 'https://evil.example.com' })).toBe(401);
  expect(await joining({ 'sec-fetch-site': 'cross-site' })).toBe(401);
  await recorder.room.leave();
});

it('one who watches has to go when the token expires', async () => {
  const recorder = await TestRecorder.join(url, { game: 'arena' }, (await newKey()).key);
  const watching = await clientWith(url, await tokenFor('watch', { expiresIn: 1500 })).joinById(recorder.room.roomId, {
    role: 'watch',
  });
  let left = 0;
  watching.reconnection.enabled = false;
  watching.onMessage('*', () => undefined);
  watching.onLeave((code) => {
    left = code;
  });
  await until(() => left === REPLAY_CLOSE.unauthorized);
  await recorder.room.leave();
});

it('nothing of keys and tokens is in the log or the audit log', async () => {
  const { key } = await newKey();
  const token = await tokenFor('admin');
  const forged = `${token.slice(0, -8)}AAAAAAAA`;
  const ask = (path: string, bearer: string) => fetch(url + path, { headers: { authorization: `Bearer ${bearer}` } });
  await ask('/api/audit', token);
  await ask('/api/audit', forged);
  await ask('/api/recordings', key);
  await fetch(`${url}/session/a1?share=${token}`, { redirect: 'manual' });
  await TestRecorder.join(url, { game: 'other' }, key).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const audit = JSON.stringify(await secured.server.catalog.audit.list({ limit: 500 }));
  for (const secret of [token, forged, key, key.split('_').slice(2).join('_')]) {
    expect(lines.join('')).not.toContain(secret);
    expect(audit).not.toContain(secret);
  }
  expect(audit).toContain('access.refused');
});
