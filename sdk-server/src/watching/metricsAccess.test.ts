import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Tokens } from '../access/Tokens.js';
import { startServer } from '../startServer.js';

const SECRET = 'a-secret-of-thirty-two-bytes-or-more';
const TOKEN = 'prometheus-of-ours';

it('takes no token that could be guessed', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-metrics-'));
  const options = { port: 0, host: '127.0.0.1', data, log: pino({ level: 'silent' }), model: null };
  await expect(startServer({ ...options, metricsToken: 'prometheus-1' })).rejects.toMatchObject({
    code: 'ARGUMENT_INVALID',
    message: expect.not.stringContaining('prometheus-1'),
  });
  rmSync(data, { recursive: true, force: true });
});

it('tells strangers whether it is well, and figures of itself to this machine and to who may watch everything', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-metrics-'));
  const options = { port: 0, host: '127.0.0.1', data, log: pino({ level: 'silent' }), model: null };
  const tokens = new Tokens([SECRET]);
  const made = async (games: '*' | string[]) => (await tokens.create({ scope: 'watch', games, expiresIn: 60_000 })).token;
  const figures = { sessions: 0, disk: { freeBytes: expect.any(Number) }, uptimeSeconds: expect.any(Number) };
  const well = { ok: true, ready: expect.any(Boolean) };
  // Whether or not it was told of a proxy on its machine, those who come through it are not of this machine.
  for (const trustProxy of [0, 1]) {
    const server = await startServer({ ...options, secret: SECRET, trustProxy });
    const health = async (headers: Record<string, string>) => (await fetch(`${server.url}/healthz`, { headers })).json();
    const stranger = { 'x-forwarded-for': '203.0.113.7' };
    expect(await health(stranger)).toEqual(well);
    expect(await health({ ...stranger, authorization: `Bearer ${await made(['coins'])}` })).toEqual(well);
    expect(await health({ ...stranger, authorization: `Bearer ${await made('*')}` })).toMatchObject({ ...well, ...figures });
    expect(await health({})).toMatchObject({ ...well, ...figures });
    await server.close();
  }
  rmSync(data, { recursive: true, force: true });
});

it('the example of nginx lets nobody ask for figures, in whatever case and with a slash behind', () => {
  const conf = readFileSync(new URL('../../../docs/operations/nginx.conf', import.meta.url), 'utf8');
  const [, how, pattern] = /location (~\*?) (\S+) \{\s+return 404;/.exec(conf) ?? [];
  const refused = new RegExp(pattern, how === '~*' ? 'i' : '');
  for (const path of ['/metrics', '/metrics/', '/METRICS', '/readyz/', '/ReadyZ', '/viewing/healthz', '/viewing/METRICS/'])
    expect(path).toMatch(refused);
  for (const path of ['/', '/healthz', '/api/metrics', '/metrics2', '/viewing', '/viewing/']) expect(path).not.toMatch(refused);
});

it('where there is a secret, shows figures to who may watch everything, and to who brings the token of /metrics', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-metrics-'));
  const log = pino({ level: 'silent' });
  const options = { port: 0, host: '127.0.0.1', data, log, model: null, secret: SECRET, metricsToken: TOKEN };
  const server = await startServer(options);
  try {
    const tokens = new Tokens([SECRET]);
    const made = async (scope: 'record' | 'watch' | 'admin', games: '*' | string[]) =>
      (await tokens.create({ scope, games, expiresIn: 60_000 } as Parameters<typeof tokens.create>[0])).token;
    const status = async (path: string, token?: string) =>
      (await fetch(server.url + path, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })).status;
    expect(await status('/metrics')).toBe(401);
    expect(await status('/metrics', 'wrong')).toBe(401);
    expect(await status('/metrics', await made('record', '*'))).toBe(403);
    expect(await status('/metrics', await made('watch', ['coins']))).toBe(403);
    expect(await status('/metrics', await made('watch', '*'))).toBe(200);
    expect(await status('/metrics', await made('admin', '*'))).toBe(200);
    expect(await status('/metrics', TOKEN)).toBe(200);
    // The token is for figures alone.
    expect(await status('/api/recordings', TOKEN)).toBe(401);
    for (const path of ['/healthz', '/readyz']) expect(await status(path)).toBe(200);
  } finally {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
});
