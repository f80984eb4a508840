import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@colyseus/sdk';
import { HTTP_LIMITS } from '@sgaps/pipeline';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SgapsServer, startServer } from '../startServer.js';
import { CuttableProxy } from '../testing/CuttableProxy.js';
import { recordOptions, TestRecorder, until } from '../testing/TestRecorder.js';
import { metricsRoute, serveInternally } from './metricsRoute.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-watching-'));
const lines: Record<string, unknown>[] = [];
const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
const TOKEN = 'prometheus-of-ours';
let server: SgapsServer;

beforeAll(async () => {
  const options = { port: 0, metricsPort: 0, metricsToken: TOKEN, room: { resumeWithin: 5000 } };
  server = await startServer({ ...options, host: '127.0.0.1', data, log, model: null });
});

afterAll(async () => {
  await server.close();
  rmSync(data, { recursive: true, force: true });
});

async function page(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('version=0.0.4')]);
  return response.text();
}

/** The value of one series as the page writes it. */
async function value(series: string): Promise<number> {
  const line = (await page()).split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? Number.NaN);
}

it('shows its figures on the port of their own alone, to who brings the token', async () => {
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
  const internal = `http://127.0.0.1:${server.metricsPort}`;
  for (const authorization of ['', 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, TOKEN, `Bearer ${TOKEN}x`])
    expect((await fetch(`${internal}/metrics`, { headers: { authorization } })).status, authorization).toBe(401);
  expect(await page()).toMatch(/^sgaps_build_info\{version="\d+\.\d+\.\d+[^"]*",node="v\d+\./m);
  expect((await fetch(`${internal}/healthz`)).status).toBe(200);
  expect((await fetch(`${internal}/readyz`)).status).toBe(200);
});

it('bounds that port as those that strangers reach', async () => {
  const { headersTimeout, requestTimeout } = HTTP_LIMITS;
  const internal = await serveInternally([metricsRoute()], { port: 0, host: '127.0.0.1' });
  expect(internal).toMatchObject({ headersTimeout, requestTimeout, maxHeadersCount: 100, maxConnections: 10_000 });
  internal.close();
});

it('lives without being ready: /healthz and /readyz tell them apart, and who adds a check is heard', async () => {
  let why: string | null = 'Redis does not answer.';
  const stop = server.readiness.add('redis', () => why, { every: 0 });
  const answer = async (path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, body: await response.json() };
  };
  expect(await answer('/readyz')).toMatchObject({
    status: 503,
    body: { ready: false, checks: { disk: { ok: true, why: null }, redis: { ok: false, why } } },
  });
  expect(await answer('/healthz')).toMatchObject({
    status: 200,
    body: { ok: true, ready: false, accepting: true, sessions: 0, disk: { freeBytes: expect.any(Number) } },
  });
  expect(await value('sgaps_ready')).toBe(0);
  expect(await value('sgaps_ready_check{check="redis"}')).toBe(0);
  why = null;
  expect(await answer('/readyz')).toMatchObject({ status: 200, body: { ready: true } });
  stop();
  expect(await value('sgaps_ready')).toBe(1);
  expect(await value('sgaps_ready_check{check="redis"}')).toBeNaN();
});

it('counts sessions by how they end, what is dropped and what is misdone', async () => {
  const ended = async (how: string) => value(`sgaps_sessions_ended_total{how="${how}"}`);
  const before = {
    started: await value('sgaps_sessions_started_total'),
    left: await ended('left'),
    dismissed: await ended('dismissed'),
  };

  const network = await CuttableProxy.open(server.url);
  const good = await TestRecorder.join(network.url);
  await good.play(3);
  expect(await value('sgaps_sessions')).toBe(1);
  expect(await value('sgaps_frames_total')).toBe(12);
  expect(await value('sgaps_packets_total')).toBe(3);
  expect(await value('sgaps_recorder_bytes_total{direction="up"}')).toBe(good.sent.reduce((sum, { length }) => sum + length, 0));
  expect(await value('sgaps_recorder_bytes_total{direction="down"}')).toBe(
    good.received.reduce((sum, { length }) => sum + length, 0),
  );
  expect(await value('sgaps_loop_stage_seconds_count{stage="packet"}')).toBe(3);
  // A cut, and its end.
  network.cut();
  await until(() => good.left !== null);
  await good.resume(network.url);
  expect([await value('sgaps_session_cuts_total'), await value('sgaps_session_resumes_total')]).toEqual([1, 1]);
  await good.room.leave();
  network.close();

  const bad = await TestRecorder.join(server.url);
  bad.room.sendBytes('pixels', Uint8Array.of(99, 2, 3));
  for (let i = 0; i < 30; i++) bad.room.send('pixels', 'no bytes');
  await until(() => bad.left !== null);
  await expect(new Client(server.url).create('sgaps', recordOptions({ fps: -1 }))).rejects.toThrow();
  await until(() => server.store.writer(bad.recordingId) === undefined && server.store.writer(good.recordingId) === undefined);

  expect((await value('sgaps_sessions_started_total')) - before.started).toBe(2);
  expect((await ended('left')) - before.left).toBe(1);
  expect((await ended('dismissed')) - before.dismissed).toBe(1);
  expect(await value('sgaps_client_offences_total{offence="malformed",verdict="disconnect"}')).toBe(1);
  expect(await value('sgaps_packets_dropped_total{why="version"}')).toBe(1);
  expect(await value('sgaps_joins_refused_total{code="ARGUMENT_INVALID"}')).toBe(1);
  expect(await value('sgaps_sessions')).toBe(0);
  expect(await value('sgaps_chunk_bytes_total')).toBeGreaterThan(0);
  expect(await value('sgaps_seal_seconds_count')).toBeGreaterThan(0);

  // Each line about a session says which.
  for (const { msg, room: id, recording } of lines.filter(({ msg }) => /recorder|recording|client misbehaves/.test(String(msg))))
    expect([msg, id, recording]).toEqual([msg, expect.any(String), expect.any(String)]);
});

it('has a bounded number of series, whatever strangers ask for', async () => {
  const count = async () => (await page()).split('\n').filter((line) => line.startsWith('sgaps_http_requests_total')).length;
  await fetch(`${server.url}/api/recordings/none/nothing`);
  await fetch(`${server.url}/api/recordings/first`);
  const before = await count();
  for (let i = 0; i < 40; i++) {
    await fetch(`${server.url}/api/recordings/id-${i}`);
    await fetch(`${server.url}/api/recordings/id-${i}/nothing`);
    await fetch(`${server.url}/nothing/id-${i}/%2e%2e/${i}?q=${i}`);
  }
  expect((await count()) - before).toBeLessThanOrEqual(1);
  expect(await value('sgaps_http_requests_total{method="GET",route="/api/recordings/:id",status="404"}')).toBe(41);
  expect(await page()).not.toMatch(/id-\d/);
});

it('gives each request an id: its own where it is sane, in the answer, in errors and in the log', async () => {
  const ask = async (path: string, id?: string) => {
    const response = await fetch(server.url + path, { headers: id === undefined ? {} : { 'x-request-id': id } });
    return { header: response.headers.get('x-request-id'), body: await response.json() };
  };
  const own = await ask('/api/recordings/none', 'proxy-7:a/b');
  expect(own).toMatchObject({ header: 'proxy-7:a/b', body: { error: { code: 'NOT_FOUND', requestId: 'proxy-7:a/b' } } });
  for (const insane of ['a b', '"><script>', 'x'.repeat(200), 'a\tb']) {
    const { header, body } = await ask('/api/nothing?token=abcdefgh', insane);
    expect(header).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/);
    expect(body.error).toMatchObject({ requestId: header, message: 'GET /api/nothing is not served here.' });
  }
  await until(() => lines.some(({ msg, request }) => msg === 'request' && request === 'proxy-7:a/b'));
  expect(lines.find(({ request }) => request === 'proxy-7:a/b')).toMatchObject({
    ...{ level: 20, method: 'GET', route: '/api/recordings/:id', status: 404, recording: 'none', ms: expect.any(Number) },
  });
  // Colyseus answers this itself.
  const join = await fetch(`${server.url}/matchmake/joinById/none`, { method: 'POST', body: '{}' });
  expect(join.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
});
