import { mkdtempSync, rmSync } from 'node:fs';
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
