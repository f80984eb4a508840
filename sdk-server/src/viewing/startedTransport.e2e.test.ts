import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { startSecured } from '../testing/securedServer.js';
import { ViewingProcesses } from './ViewingProcesses.js';

const TOKEN = 'prometheus-of-ours';

it('the transport that a server starts asks for its metrics token, and lets in no more viewers than it', async () => {
  // What lies in our environment is not the server's.
  vi.stubEnv('SGAPS_METRICS_TOKEN', 'prometheus-of-somebody');
  const viewing = { port: 0, renderers: 0 };
  const secured = await startSecured({ viewing, metricsToken: TOKEN, limits: { joins: 1 } });
  const { viewingPort } = secured.server;
  try {
    const metrics = async (token: string) =>
      (await fetch(`http://127.0.0.1:${viewingPort}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await metrics('')).toBe(401);
    expect(await metrics('prometheus-of-somebody')).toBe(401);
    expect(await metrics(TOKEN)).toBe(200);
    const answers: string[] = [];
    for (let i = 0; i < 2; i++) {
      const socket = new WebSocket(`ws://127.0.0.1:${viewingPort}/?scene=splats:castle`, {
        headers: { authorization: 'Bearer no' },
      });
      answers.push(await new Promise((resolve) => socket.once('message', (text) => resolve(JSON.parse(String(text)).code))));
      socket.terminate();
    }
    expect(answers).toEqual(['UNAUTHORIZED', 'LIMIT_EXCEEDED']);
  } finally {
    await secured.close();
    vi.unstubAllEnvs();
  }
});

it('a transport takes no metrics token that could be guessed', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-viewing-'));
  const started = ViewingProcesses.start({ port: 0, metricsToken: 'prometheus-1' }, data, pino({ level: 'silent' }));
  await expect(started).rejects.toThrow(/does not come up: .*16 characters/);
  rmSync(data, { recursive: true, force: true });
});

it('without a metrics token the one of a server with a secret shows no figures, whatever the environment holds', async () => {
  vi.stubEnv('SGAPS_METRICS_TOKEN', '');
  const secured = await startSecured({ viewing: { port: 0, renderers: 0 } });
  try {
    expect((await fetch(`http://127.0.0.1:${secured.server.viewingPort}/metrics`)).status).toBe(404);
  } finally {
    await secured.close();
    vi.unstubAllEnvs();
  }
});
