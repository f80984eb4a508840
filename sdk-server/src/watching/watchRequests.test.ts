import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { startServer } from '../startServer.js';

const SECRET = 'a-secret-of-thirty-two-bytes-or-more';
const TOKEN = 'prometheus-of-ours';

it('counts requests by routes of ours, whatever strangers ask for', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-routes-'));
  const log = pino({ level: 'silent' });
  const limits = { requests: 0, refusals: 0 };
  const options = { port: 0, host: '127.0.0.1', data, log, model: null, overload: null };
  const server = await startServer({ ...options, secret: SECRET, metricsToken: TOKEN, limits });
  try {
    const ask = async (path: string, headers = {}) => (await fetch(server.url + path, { headers })).text();
    // More than have a series of their own.
    for (let i = 0; i < 210; i++) await ask(`/examples/x${i}`);
    for (let i = 0; i < 3; i++) {
      for (const path of ['/dashboard/player/x', '/dashboard/player/a/b', '/session/s', '/EXAMPLES/x', '/assets/x', '/x'])
        await ask(path + i);
    }
    for (const path of ['/api/recordings', '/API/Recordings', '/api/recordings/a1', '/Api/RECORDINGS/a2', '/HEALTHZ', '/healthz'])
      await ask(path);
    await ask('/', { 'x-request-id': 'last' });
    const page = await ask('/metrics', { authorization: `Bearer ${TOKEN}` });
    const routes = new Set([...page.matchAll(/^sgaps_http_requests_total\{.*route="([^"]*)"/gm)].map(([, route]) => route));
    expect([...routes].sort()).toEqual(
      ['/', '/api/recordings', '/api/recordings/:id', '/assets/:name', '/examples/*', '/healthz', '/session/:id', 'none'].sort(),
    );
  } finally {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
});
