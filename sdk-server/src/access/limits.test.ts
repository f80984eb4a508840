import { request } from 'node:http';
import { Client } from '@colyseus/sdk';
import { WebSocketAdapter } from '@sgaps/pipeline';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { REPLAY_CLOSE } from '../rooms/closeCodes.js';
import { brokenToken, SECRET, type SecuredServer, startSecured, tokenFor } from '../testing/securedServer.js';
import { recordOptions, TestRecorder, until } from '../testing/TestRecorder.js';
import { admitViewer } from './admitViewer.js';
import { ClientLimits, clientOf, type LimitOptions } from './ClientLimits.js';
import { clientAddress } from './clientAddress.js';
import { listenAddress } from './listenAddress.js';
import { Tokens } from './Tokens.js';

describe('a server with limits', () => {
  let secured: SecuredServer;
  let url: string;

  afterEach(() => secured.close());

  /** With these limits and no others. */
  async function start(limits: LimitOptions): Promise<void> {
    const none = { requests: 0, joins: 0, refusals: 0, rooms: 0, sessionMs: 0, sessionBytes: 0 };
    secured = await startSecured({ limits: { ...none, ...limits }, trustProxy: 1 });
    url = secured.server.url;
  }

  /** As if it came through our proxy from that address. */
  const from = (address: string, token?: string) => ({
    'x-forwarded-for': address,
    ...(token && { authorization: `Bearer ${token}` }),
  });

  /** Of so many requests at once, those that were let in and those that were not. */
  async function askOften(
    times: number,
    headers: (i: number) => Promise<Record<string, string>>,
  ): Promise<{ taken: number; refused: Response[] }> {
    const answers = await Promise.all(
      Array.from({ length: times }, async (_, i) => fetch(`${url}/api/sessions`, { headers: await headers(i) })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBe(times - refused.length);
    return { taken: times - refused.length, refused };
  }

  /** How often it goes well until it is too much; Infinity where it never is. */
  async function untilTooMuch(attempt: () => Promise<number>, usual: number): Promise<number> {
    for (let i = 0; i < 60; i++) {
      const code = await attempt();
      if (code === 429) return i;
      expect(code).toBe(usual);
    }
    return Number.POSITIVE_INFINITY;
  }

  it('answers 429, and when to try again, to a token that asks too often, wherever it comes from', async () => {
    await start({ requests: 5 });
    const token = await tokenFor('watch');
    const { taken, refused } = await askOften(80, async (i) => from(`198.51.100.${10 + (i % 8)}`, token));
    expect(taken).toBeGreaterThanOrEqual(20);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0].headers.get('retry-after')).toBe('1');
    expect(await refused[0].json()).toMatchObject({ error: { code: 'LIMIT_EXCEEDED' } });
    expect((await askOften(4, async (i) => from(`198.51.100.${20 + i}`, await tokenFor('watch')))).refused).toEqual([]);
  });

  it('and to an address, whatever its clients write before what our proxy says', async () => {
    await start({ requests: 5 });
    const { taken, refused } = await askOften(80, async (i) => from(`203.0.113.${i}, 198.51.100.30`, await tokenFor('watch')));
    expect(taken).toBeGreaterThanOrEqual(20);
    expect(refused.length).toBeGreaterThan(0);
  });

  it('slows down who tries tokens', async () => {
    await start({ refusals: 1 });
    const guess = () => fetch(`${url}/api/audit`, { headers: from('198.51.100.4', 'a.guess.ed') }).then(({ status }) => status);
    const guesses = await untilTooMuch(guess, 401);
    expect(guesses).toBeGreaterThanOrEqual(10);
    expect(guesses).toBeLessThan(60);
  });

  it('counts all addresses of a network of IPv6 as one client', async () => {
    await start({ requests: 5, refusals: 1 });
    let i = 1;
    const ask = async (network: string, path: string, headers = {}) => {
      const address = `${network}:${(i * 40_503).toString(16).slice(-4)}::${(i++).toString(16)}`;
      return (await fetch(url + path, { headers: { ...from(address), ...headers } })).status;
    };
    const requests = await untilTooMuch(() => ask('2001:db8:0:1', '/api/access'), 200);
    expect(requests).toBeGreaterThanOrEqual(20);
    expect(requests).toBeLessThan(60);
    // Of another network, one by one: tokens that do not hold.
    const wrong = { authorization: `Bearer ${await brokenToken('forged')}` };
    const guesses = await untilTooMuch(() => ask('2001:db8:0:2', '/api/keys', wrong), 401);
    expect(guesses).toBeGreaterThanOrEqual(10);
    expect(guesses).toBeLessThan(60);
    expect(await ask('2001:db8:0:3', '/api/access')).toBe(200);
  });

  it('lets one client join so often a minute', async () => {
    await start({ joins: 8 });
    const token = await tokenFor('watch');
    const join = () =>
      new Client(url, { headers: from('198.51.100.7', token) }).create('sgaps', recordOptions()).then(
        () => 0,
        ({ code }: { code: number }) => code,
      );
    const joins = await untilTooMuch(join, 403);
    expect(joins).toBeGreaterThanOrEqual(8);
    expect(joins).toBeLessThan(60);
  });

  it('records so many sessions of one client at once, and another one when one of them is over', async () => {
    await start({ rooms: 2 });
    const token = await tokenFor('record');
    const one = await TestRecorder.join(url, {}, token);
    const two = await TestRecorder.join(url, {}, token);
    await expect(TestRecorder.join(url, {}, token)).rejects.toMatchObject({
      code: 429,
      message: expect.stringContaining('LIMIT_EXCEEDED'),
    });
    const other = await TestRecorder.join(url, {}, await tokenFor('record'));
    await one.room.leave();
    await until(() => secured.services.store.writer(one.recordingId) === undefined);
    const three = await TestRecorder.join(url, {}, token);
    for (const { room } of [two, other, three]) await room.leave();
  });

  it.each([
    [{ sessionMs: 1500 }, 'minutes'],
    [{ sessionBytes: 8000 }, '8000 bytes'],
  ])('with %j ends a session that is more, with a word to its recorder, and keeps it', async (limits, why) => {
    await start(limits);
    const recorder = await TestRecorder.join(url, {}, await tokenFor('record'));
    while (recorder.left === null) await recorder.play(2);
    expect(recorder.left).toMatchObject({ code: REPLAY_CLOSE.limit, reason: 'LIMIT_EXCEEDED' });
    const told = recorder.errors.filter(({ message }) => message.startsWith('A session may take'));
    expect(told).toMatchObject([{ code: 'LIMIT_EXCEEDED', message: expect.stringContaining(why), reset: false }]);
    await until(() => secured.services.store.writer(recorder.recordingId) === undefined);
    const row = await secured.server.catalog.get(recorder.recordingId);
    expect(row).toMatchObject({ status: 'finished' });
    expect(row?.frames).toBeGreaterThan(0);
  });
});

describe('a transport', () => {
  it('waits for the tokens of so many viewers of one network, and lets others in meanwhile', async () => {
    const log = pino({ level: 'silent' });
    const limits = new ClientLimits();
    const admit = admitViewer({ tokens: new Tokens([SECRET]), limits, trustProxy: 1, log });
    const adapter = new WebSocketAdapter({ port: 0, host: '127.0.0.1', admit });
    await adapter.start({
      join: (_wish, viewer) => {
        viewer.tell({ type: 'ready' });
        return { size: () => undefined, camera: () => undefined, overlays: () => undefined, leave: () => undefined };
      },
      health: () => ({ status: 'ok' }),
      warn: () => undefined,
    });
    const connect = async (address: string) => {
      const told: { type: string; code?: string }[] = [];
      const socket = new WebSocket(`ws://127.0.0.1:${adapter.port}/?scene=splats:castle`, {
        headers: { 'x-forwarded-for': address },
      });
      socket.on('message', (text) => told.push(JSON.parse(String(text))));
      await new Promise((resolve) => socket.once('open', resolve));
      return { socket, told };
    };
    const silent = await Promise.all(Array.from({ length: 40 }, (_, i) => connect(`2001:db8:0:1::${i + 1}`)));
    await until(() => silent.filter(({ told }) => told.length > 0).length === 8);
    expect(silent.flatMap(({ told }) => told)).toEqual(
      Array(8).fill(expect.objectContaining({ type: 'error', code: 'LIMIT_EXCEEDED' })),
    );
    const other = await connect('2001:db8:0:2::1');
    other.socket.send(JSON.stringify({ type: 'token', token: await tokenFor('watch') }));
    await until(() => other.told.length > 0);
    expect(other.told).toEqual([{ type: 'ready' }]);
    // Those that have gone are not waited for.
    for (const { socket } of silent) socket.terminate();
    await until(() => {
      try {
        limits.waitFor(clientOf(null, '2001:db8:0:1::99'))();
        return true;
      } catch {
        return false;
      }
    });
    await adapter.stop();
  });
});

describe('origins', () => {
  it('that may not record are told nothing, in preflights too', async () => {
    const secured = await startSecured({
      recordOrigins: ['https://game.example.com'],
      room: { viewerOrigins: ['https://tools.example.com'] },
    });
    const { url } = secured.server;
    const token = await tokenFor('record');
    const join = (origin: string, method = 'POST') =>
      fetch(`${url}/matchmake/create/sgaps`, {
        method,
        headers: { origin, 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: method === 'POST' ? JSON.stringify(recordOptions()) : undefined,
      });
    const opened = async (response: Response) => [response.status, response.headers.get('access-control-allow-origin')];
    expect(await opened(await join('https://game.example.com'))).toEqual([200, 'https://game.example.com']);
    expect(await opened(await join('https://game.example.com', 'OPTIONS'))).toEqual([204, 'https://game.example.com']);
    expect(await opened(await join(url))).toEqual([200, url]);
    expect(await opened(await join('https://evil.example.com'))).toEqual([403, null]);
    expect(await opened(await join('https://evil.example.com', 'OPTIONS'))).toEqual([204, null]);
    // It may watch, not record.
    expect((await join('https://tools.example.com')).status).toBe(403);
    const api = async (origin: string, path: string, method: string) =>
      opened(await fetch(url + path, { method, headers: { origin, authorization: `Bearer ${await tokenFor('watch')}` } }));
    expect(await api('https://tools.example.com', '/api/viewing', 'GET')).toEqual([200, 'https://tools.example.com']);
    expect(await api('https://tools.example.com', '/api/recordings', 'GET')).toEqual([200, null]);
    expect(await api('https://tools.example.com', '/api/viewing', 'OPTIONS')).toEqual([204, 'https://tools.example.com']);
    expect(await api('https://game.example.com', '/api/viewing', 'OPTIONS')).toEqual([204, null]);
    // Cookies are for the server's own pages.
    const cookie = `sgaps=${await tokenFor('admin')}`;
    const asked = (headers: Record<string, string>, method = 'GET') =>
      fetch(`${url}/api/keys`, { method, headers: { cookie, ...headers } });
    expect((await asked({})).status).toBe(200);
    expect((await asked({ origin: url })).status).toBe(200);
    expect((await asked({ origin: 'https://tools.example.com' })).status).toBe(401);
    expect((await asked({ 'sec-fetch-site': 'cross-site' })).status).toBe(401);
    expect((await asked({ origin: 'https://tools.example.com' }, 'POST')).status).toBe(403);
    await secured.close();
  });
});

it('a server without a secret does not answer to names that a page on the internet could have made its own', async () => {
  const secured = await startSecured({ secret: '' });
  const { port } = secured.server;
  const status = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: '/api/recordings', headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  for (const host of ['localhost', `localhost:${port}`, '127.0.0.1', '[::1]:80', '192.0.2.1', 'server:2567', 'a.localhost'])
    expect(await status(host), host).toBe(200);
  for (const host of ['evil.example.com', 'evil.example.com:2567', '127.0.0.1.evil.example.com'])
    expect(await status(host), host).toBe(403);
  await secured.close();
});

describe('tables of clients', () => {
  it('stay small however many come', () => {
    const limits = new ClientLimits({ requests: 10, joins: 10, refusals: 1 });
    for (let i = 0; i < 50_000; i++) {
      limits.request(`address:${i}`);
      limits.join(`address:${i}`);
      limits.refused(`${i}`);
    }
    expect(limits.clients).toBe(30_000);
    const leave = Array.from({ length: 100 }, (_, i) => limits.enterRoom(`address:${i}`));
    for (const one of leave) one();
    leave[0]();
    expect(limits.clients).toBe(30_000);
  });
});

describe('addresses', () => {
  const at = (remoteAddress: string, forwarded?: string) =>
    ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as Parameters<
      typeof clientAddress
    >[0];

  it.each([
    [at('::ffff:10.0.0.1'), 0, '10.0.0.1'],
    [at('10.0.0.1', '1.1.1.1'), 0, '10.0.0.1'],
    [at('10.0.0.1', '1.1.1.1'), 1, '1.1.1.1'],
    [at('10.0.0.1', '9.9.9.9, 1.1.1.1'), 1, '1.1.1.1'],
    [at('10.0.0.1', '9.9.9.9, 1.1.1.1, 10.0.0.2'), 2, '1.1.1.1'],
    [at('10.0.0.1'), 2, '10.0.0.1'],
    [at('10.0.0.1', `${'x,'.repeat(100_000)}1.1.1.1`), 1, '1.1.1.1'],
  ])('of a client are those that our own proxies tell', (request, proxies, address) => {
    expect(clientAddress(request, proxies)).toBe(address);
  });

  it('to listen on are those of this machine only, without a secret', () => {
    expect(listenAddress({ secured: false })).toBe('127.0.0.1');
    expect(listenAddress({ secured: true })).toBeUndefined();
    expect(listenAddress({ secured: false, insecure: true })).toBeUndefined();
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.1.2.3']) expect(listenAddress({ host, secured: false })).toBe(host);
    expect(listenAddress({ host: '0.0.0.0', published: '127.0.0.1', secured: false })).toBe('0.0.0.0');
    for (const host of ['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.example.com', '1270.0.0.1'])
      expect(() => listenAddress({ host, secured: false }), host).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    expect(() => listenAddress({ host: '0.0.0.0', published: '0.0.0.0', secured: false })).toThrow();
    expect(() => listenAddress({ host: '0.0.0.0', published: '', secured: false })).toThrow();
  });
});
