import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODEL_PLANES } from '@sgaps/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ROOT } from '../scripts/lib/workspaces.mjs';
import { SyntheticRecorder } from './server-support.js';
import { type MetricsPage, missingOf, parseMetrics, sumOf } from './support/prometheus.js';
import { SgapsProcess } from './support/sgapsProcess.js';
import { TestViewer, until } from './support/TestViewer.js';

/** `sgaps serve` with its transport and renderer, as an operator starts it, one session that was recorded and watched, and secrets wherever one may stand. */
const folder = mkdtempSync(join(tmpdir(), 'sgaps-watching-'));
const TOKEN = 'S3CRET-of-prometheus';
const SECRET = 'S3CRET.in.the.wrong.place';
let server: SgapsProcess;
let ports: { server: number; transport: number };
let output = '';
let pages: { server: MetricsPage; transport: MetricsPage };
let recordingId: string;

const read = (path: string) => readFileSync(join(ROOT, 'docs/operations', path), 'utf8');

async function metricsOf(port: number): Promise<MetricsPage> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(response.status).toBe(200);
  return parseMetrics(await response.text());
}

/** A model that takes a moment only. */
function modelFolder(): string {
  const path = join(folder, 'model');
  mkdirSync(path);
  const file = join(ROOT, 'sdk-server/src/inference/fixtures/tint.onnx');
  copyFileSync(file, join(path, 'model.onnx'));
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  writeFileSync(join(path, 'model.json'), JSON.stringify({ id: 'tint@1', planes: MODEL_PLANES, licence: 'MIT', sha256 }));
  return path;
}

beforeAll(async () => {
  const places = ['--port', '0', '--viewing-port', '0', '--host', '127.0.0.1', '--data', join(folder, 'data')];
  const model = ['--model', modelFolder(), '--provider', 'cpu', '--sampling', 'points'];
  server = SgapsProcess.startWith({ SGAPS_METRICS_TOKEN: TOKEN }, 'serve', ...places, ...model, '--log-level', 'trace');
  for (const stream of [server.child.stdout, server.child.stderr])
    stream?.on('data', (piece: Buffer) => {
      output += piece.toString();
    });
  const { port, viewingPort } = await server.heard('server listening');
  ports = { server: Number(port), transport: Number(viewingPort) };
  const url = `http://127.0.0.1:${ports.server}`;
  const recorder = await SyntheticRecorder.join(url);
  await recorder.play(60);
  recordingId = recorder.welcome?.recordingId ?? '';
  await recorder.room.leave();
  const ready = async () => (await fetch(`http://127.0.0.1:${ports.transport}/readyz`)).status === 200;
  while (!(await ready())) await new Promise((resolve) => setTimeout(resolve, 50));
  const viewer = await TestViewer.join(ports.transport, { scene: `replay:${recordingId}`, encoder: 'jpeg+depth' });
  await viewer.ready();
  for (const time of [0.2, 0.6]) {
    const frameId = viewer.ask(time);
    await until(() => viewer.of('picture').some((picture) => picture.frameId === frameId), 60_000);
  }
  await (await fetch(`${url}/api/recordings/${recordingId}`)).json();
  await until(() => server.log.some(({ msg }) => msg === 'recording finished'));
  for (;;) {
    pages = { server: await metricsOf(ports.server), transport: await metricsOf(ports.transport) };
    if (sumOf(pages.transport, 'sgaps_renderer_resident_bytes') > 0) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  viewer.leave();
});

afterAll(async () => {
  await server?.end();
  rmSync(folder, { recursive: true, force: true });
});

it('measures what was recorded and watched', () => {
  const at = (name: string, labels = {}) => sumOf(pages.server, name, labels);
  expect(at('sgaps_frames_total')).toBe(60);
  expect(at('sgaps_sessions_ended_total', { how: 'left' })).toBe(1);
  expect(at('sgaps_recorder_bytes_total', { direction: 'up' })).toBeGreaterThan(1000);
  for (const stage of ['store', 'decode', 'rebuild', 'plan', 'encode', 'read-back', 'packet'])
    expect(at('sgaps_loop_stage_seconds_sum', { stage }), stage).toBeGreaterThan(0);
  expect(at('sgaps_model_info', { model: 'tint@1', provider: 'cpu' })).toBe(1);
  expect(at('sgaps_model_frames_total')).toBeGreaterThan(0);
  expect(at('sgaps_chunk_bytes_total')).toBeGreaterThan(1000);
  expect(at('sgaps_disk_free_bytes')).toBeGreaterThan(0);
  expect(at('sgaps_http_requests_total', { route: '/api/recordings/:id', status: '200' })).toBeGreaterThan(0);
  const shown = (name: string, labels = {}) => sumOf(pages.transport, name, labels);
  expect([shown('sgaps_viewers'), shown('sgaps_channels'), shown('sgaps_renderers')]).toEqual([1, 1, 1]);
  expect(shown('sgaps_pictures_total', { outcome: 'sent' })).toBeGreaterThanOrEqual(2);
  expect(shown('sgaps_viewer_bytes_total')).toBeGreaterThan(1000);
  expect(shown('sgaps_picture_seconds_count', { stage: 'render' })).toBeGreaterThanOrEqual(1);
  expect(shown('sgaps_renderer_cpu_seconds')).toBeGreaterThan(0);
});

it('names no session, recording, client or game in its figures', () => {
  const values = [...pages.server, ...pages.transport].flatMap(([, series]) =>
    series.flatMap(({ labels }) => Object.values(labels)),
  );
  expect(values.filter((value) => value.includes(recordingId) || value.includes('synthetic'))).toEqual([]);
});

it('has every figure that the Grafana dashboard and the alerts ask for', () => {
  const all: MetricsPage = new Map(
    [...pages.transport, ...pages.server].map(([name]) => [
      name,
      [...(pages.server.get(name) ?? []), ...(pages.transport.get(name) ?? [])],
    ]),
  );
  const { panels } = JSON.parse(read('grafana-dashboard.json')) as {
    panels: { title: string; type: string; targets?: { expr: string }[] }[];
  };
  const asked = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ who: title, expr })));
  const rules = read('alerts.yml')
    .split(/^ +- alert: /m)
    .slice(1);
  for (const rule of rules) {
    const [, expr] = /expr: (\|\n(?: {10,}.*\n)+|.*\n)/.exec(rule) ?? [];
    asked.push({ who: rule.split('\n', 1)[0], expr: expr ?? '' });
  }
  expect(asked.length).toBeGreaterThan(80);
  expect(rules.length).toBeGreaterThan(15);
  for (const { who, expr } of asked) {
    expect(expr, who).toMatch(/sgaps_|nodejs_|process_|^up\{/);
    expect(missingOf(expr, all), who).toEqual([]);
  }
  expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(
    expect.arrayContaining(['Sessions', 'Loop', 'Bytes', 'Model', 'Store', 'HTTP']),
  );
});

it('is documented: each of its figures, and what to do at each alert', () => {
  const guide = read('watching.md');
  const own = [...new Set([...pages.server.keys(), ...pages.transport.keys()])].filter((name) => name.startsWith('sgaps_'));
  const named = new Set([...guide.matchAll(/`(sgaps_\w+)`/g)].map(([, name]) => name));
  const base = (name: string) => name.replace(/_(bucket|sum|count)$/, '');
  expect(own.filter((name) => !named.has(name) && !named.has(base(name)))).toEqual([]);
  expect([...named].filter((name) => !own.some((one) => one === name || base(one) === name))).toEqual([]);
  const alerts = [...read('alerts.yml').matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  expect([...guide.matchAll(/^### (Sgaps\w+)$/gm)].map(([, name]) => name)).toEqual(alerts);
});

it('lets no secret into its log, wherever one is sent', async () => {
  const headers = {
    ...{
      authorization: `Bearer ${SECRET}`,
      cookie: `sid=${SECRET}`,
      'x-api-key': SECRET,
      'proxy-authorization': `Basic ${SECRET}`,
    },
    'x-request-id': `token=${SECRET}`,
  };
  const query = `?token=${SECRET}&share=${SECRET}&_authToken=${SECRET}&X-Amz-Signature=${SECRET}`;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${ports.server}${path}${query}`, { headers, ...init });
  for (const path of [
    '/',
    '/healthz',
    '/readyz',
    '/metrics',
    '/api/recordings',
    `/api/recordings/${recordingId}`,
    '/api/nothing',
    '/api/recordings/..%2f',
    `/session/${SECRET}`,
  ])
    await (await ask(path)).arrayBuffer();
  await ask(`/api/recordings/${recordingId}/exports`, {
    method: 'POST',
    body: `{"token":"${SECRET}",`,
    headers: { ...headers, 'content-type': 'application/json' },
  });
  await ask(`/api/recordings/${recordingId}`, {
    method: 'DELETE',
    headers: { ...headers, origin: `https://${SECRET}@evil.example` },
  });
  const options = JSON.stringify({ role: 'record', token: SECRET, share: SECRET, game: 'x' });
  for (const body of [options, options.slice(0, -1), `"${SECRET}"`])
    await ask('/matchmake/create/sgaps', { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } });
  await ask(`/matchmake/joinById/${SECRET}`, {
    method: 'POST',
    body: '{}',
    headers: { ...headers, 'content-type': 'application/json' },
  });

  // A recorder with a token, which misbehaves, over a socket whose address holds it too.
  const recorder = await SyntheticRecorder.join(`http://127.0.0.1:${ports.server}`);
  recorder.room.send('event', { name: 'login', data: { password: SECRET }, time: 0 });
  recorder.room.send('token', { token: SECRET });
  recorder.room.send('event', { token: SECRET });
  await recorder.play(4);
  await recorder.room.leave();

  // Sockets with secrets in their addresses: of rooms that are none, and of viewers.
  const knock = (port: number, path: string) =>
    new Promise<void>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
        headers: { ...headers, origin: `https://evil.example?token=${SECRET}` },
      });
      const done = () => resolve();
      socket
        .on('error', done)
        .on('close', done)
        .on('message', () => socket.close());
      socket.on('open', () => socket.send(JSON.stringify({ type: 'token', token: SECRET })));
      setTimeout(() => socket.terminate(), 2000).unref();
    });
  await knock(ports.server, `/none/none${query}&sessionId=${SECRET}`);
  await knock(ports.transport, `/${query}&scene=replay:none&encoder=jpeg%2Bdepth`);
  const viewer = await TestViewer.join(ports.transport, {
    scene: 'replay:none',
    encoder: 'jpeg+depth',
    token: SECRET,
    share: SECRET,
  });
  viewer.socket.send(JSON.stringify({ type: 'overlays', token: SECRET }));
  viewer.socket.send(`{"type":"${SECRET}`);
  await until(() => viewer.closed !== null);
  // A request that is none.
  await new Promise<void>((resolve) => {
    const broken = httpRequest({
      port: ports.server,
      host: '127.0.0.1',
      path: `/${query}`,
      method: 'GET',
      headers: { 'content-length': '5' },
    });
    broken.on('response', (response) => response.resume()).on('close', resolve);
    broken.end('x');
  });

  const failed = (await ask('/api/nothing')).headers.get('x-request-id');
  await until(() => server.log.some(({ request }) => request === failed));
  // What was asked is in the log, and nothing of what gives access.
  const requests = server.log.filter(({ msg }) => msg === 'request');
  expect(requests.length).toBeGreaterThan(12);
  expect(output).toContain('"recording finished"');
  expect(output).not.toContain('S3CRET');
});
