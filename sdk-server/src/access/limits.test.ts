import { Client } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPLAY_CLOSE } from '../rooms/closeCodes.js';
import { type SecuredServer, startSecured, tokenFor } from '../testing/securedServer.js';
import { recordOptions, TestRecorder, until } from '../testing/TestRecorder.js';
import { ClientLimits } from './ClientLimits.js';
import { clientAddress } from './clientAddress.js';
import { listenAddress } from './listenAddress.js';

describe('a server with limits', () => {
  let secured: SecuredServer;
  let url: string;

  beforeAll(async () => {
    const limits = { requests: 5, joins: 8, refusals: 1, rooms: 2, sessionMs: 2500, sessionBytes: 12_000 };
    secured = await startSecured({ limits, trustProxy: 1 });
    url = secured.server.url;
  });

  afterAll(() => secured.close());

  /** As if it came through our proxy from that address. */
  const from = (address: string, token?: string) => ({
    'x-forwarded-for': address,
    ...(token && { authorization: `Bearer ${token}` }),
  });

  it('answers 429, and when to try again, to one that asks too often, and to nobody else', async () => {
    const token = await tokenFor('watch');
    const ask = (address: string, bearer?: string) => fetch(`${url}/api/sessions`, { headers: from(address, bearer) });
    const answers = await Promise.all(Array.from({ length: 30 }, () => ask('198.51.100.1', token)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(20);
    expect(refused[0].headers.get('retry-after')).toBe('1');
    expect(await refused[0].json()).toMatchObject({ error: { code: 'LIMIT_EXCEEDED' } });
    // The same token from elsewhere is the same client.
    expect((await ask('198.51.100.2', token)).status).toBe(429);
    expect((await ask('198.51.100.3', await tokenFor('watch'))).status).toBe(200);
    // What a client writes before our proxy's word counts for nothing.
    expect((await ask('203.0.113.9, 198.51.100.1', await tokenFor('watch'))).status).toBe(429);
  });

  it('slows down who tries tokens', async () => {
    const guess = () => fetch(`${url}/api/audit`, { headers: from('198.51.100.4', 'a.guess.ed') }).then(({ status }) => status);
    const found = [];
    for (let i = 0; i < 12; i++) found.push(await guess());
    expect(found.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(found.slice(10)).toContain(429);
  });

  it('records so many sessions of one client at once, and another one when one of them is over', async () => {
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

  it('ends a session that was long enough, with a word to its recorder, and keeps it', async () => {
    const recorder = await TestRecorder.join(url, {}, await tokenFor('record'));
    await recorder.play(3);
    await until(() => recorder.left !== null);
    expect(recorder.left).toMatchObject({ code: REPLAY_CLOSE.limit, reason: 'LIMIT_EXCEEDED' });
    expect(recorder.errors.at(-1)).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('minutes'),
      reset: false,
    });
    await until(() => secured.services.store.writer(recorder.recordingId) === undefined);
    expect(await secured.server.catalog.get(recorder.recordingId)).toMatchObject({ status: 'finished', frames: 12 });
  });

  it('ends a session that takes too many bytes', async () => {
    const recorder = await TestRecorder.join(url, {}, await tokenFor('record'));
    while (recorder.left === null) await recorder.play(4);
    expect(recorder.left).toMatchObject({ code: REPLAY_CLOSE.limit });
    expect(recorder.errors.at(-1)).toMatchObject({ code: 'LIMIT_EXCEEDED', message: expect.stringContaining('12000 bytes') });
  });

  it('lets one client join so often a minute', async () => {
    const token = await tokenFor('watch');
    const codes = [];
    for (let i = 0; i < 10; i++) {
      const joining = new Client(url, { headers: from('198.51.100.7', token) });
      codes.push(
        await joining.create('sgaps', recordOptions()).then(
          () => 0,
          ({ code }: { code: number }) => code,
        ),
      );
    }
    expect(codes.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 403));
    expect(codes.slice(8)).toEqual([429, 429]);
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
