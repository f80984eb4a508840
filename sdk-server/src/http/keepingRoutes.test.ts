import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { SgapsServer } from '../startServer.js';
import { rowOf } from '../storage/recordingRow.js';
import { sceneHeader } from '../testing/recordScene.js';
import { type SecuredServer, startSecured, tokenFor } from '../testing/securedServer.js';

let secured: SecuredServer;
let server: SgapsServer;
let authorization: string;

beforeAll(async () => {
  secured = await startSecured();
  server = secured.server;
  authorization = `Bearer ${await tokenFor('admin')}`;
});
afterAll(() => secured.close());

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: { authorization, ...json, ...headers },
    body: text,
  });
  const answer = await response.text();
  return { status: response.status, body: answer === '' ? null : JSON.parse(answer) };
}

it('a held recording is shown as such, and is not deleted until it is released', async () => {
  await server.catalog.upsert(rowOf({ ...sceneHeader('a1'), game: 'tank' }, 'finished'));
  expect(await ask('PATCH', '/recordings/a1', { held: 'case 7' })).toMatchObject({
    status: 200,
    body: { id: 'a1', held: 'case 7' },
  });
  expect((await ask('GET', '/recordings')).body.items).toMatchObject([{ id: 'a1', held: 'case 7' }]);
  expect(await ask('DELETE', '/recordings/a1')).toMatchObject({
    status: 409,
    body: { error: { code: 'OUT_OF_ORDER', message: expect.stringContaining('case 7') } },
  });
  expect(await ask('PATCH', '/recordings/a1', { held: null })).toMatchObject({ status: 200, body: { held: null } });
  expect((await ask('DELETE', '/recordings/a1')).status).toBe(204);
  // The log is written beside what is done.
  await vi.waitFor(async () =>
    expect((await server.catalog.audit.list()).map(({ action, target, detail }) => [action, target, detail])).toEqual([
      ['recording.delete', 'a1', {}],
      ['recording.release', 'a1', {}],
      ['recording.hold', 'a1', { reason: 'case 7' }],
    ]),
  );
});

it('tells only admins why a recording is held', async () => {
  await server.catalog.upsert({ ...rowOf({ ...sceneHeader('a1'), game: 'tank' }, 'finished'), held: 'case 7' });
  const held = async (scope: 'watch' | 'admin'): Promise<unknown[]> => {
    const headers = { authorization: `Bearer ${await tokenFor(scope)}` };
    const read = async (path: string) => (await fetch(`${server.url}/api/recordings${path}`, { headers })).json();
    return [(await read('/a1')).held, (await read('')).items[0].held];
  };
  expect(await held('admin')).toEqual(['case 7', 'case 7']);
  expect(await held('watch')).toEqual([null, null]);
  await server.catalog.delete('a1');
});

it('refuses holds that say nothing, and of nothing', async () => {
  await server.catalog.upsert(rowOf({ ...sceneHeader('b1'), game: 'tank' }, 'finished'));
  for (const body of [{}, [], 7, { held: 7 }, { held: '' }, { held: 'x'.repeat(501) }, { held: 'x', id: 'c' }, '{'])
    expect((await ask('PATCH', '/recordings/b1', body)).body, JSON.stringify(body)).toMatchObject({
      error: { code: 'ARGUMENT_INVALID' },
    });
  expect((await ask('PATCH', '/recordings/none', { held: 'x' })).status).toBe(404);
  expect((await ask('PATCH', '/recordings/a.b', { held: 'x' })).status).toBe(400);
  expect((await ask('PATCH', '/recordings/b1', { held: 'x' }, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await server.catalog.get('b1'))?.held).toBeNull();
  expect(await server.store.delete('b1')).toBe(true);
});

it('tells what games take, and sets what they may', async () => {
  await server.catalog.upsert({ ...rowOf({ ...sceneHeader('c1'), game: 'tank' }, 'finished'), bytes: 6e9 });
  const bounds = { keepDays: 0.5, keepBytes: null, keepRecordings: null, quotaBytes: 5e10, quotaRecordings: null };
  const tank = { game: 'tank', ...bounds, recordings: 1, bytes: 6e9 };
  expect(await ask('PATCH', '/games/tank', { keepDays: 0.5, quotaBytes: 5e10 })).toEqual({ status: 200, body: tank });
  const odd = encodeURIComponent('Ärmel/"x" ?');
  expect((await ask('PATCH', `/games/${odd}`, { quotaRecordings: 0 })).body).toMatchObject({
    game: 'Ärmel/"x" ?',
    recordings: 0,
  });
  expect((await ask('GET', '/games')).body).toMatchObject({ items: [tank, { game: 'Ärmel/"x" ?' }], total: 2 });
  expect((await ask('DELETE', `/games/${odd}`)).status).toBe(204);
  expect((await ask('DELETE', `/games/${odd}`)).status).toBe(404);
  for (const body of [{}, { keepDays: -1 }, { quotaBytes: 1.5 }, { quotaBytes: '5' }, { game: 'x' }, { keepDays: 1e99 }])
    expect((await ask('PATCH', '/games/tank', body)).status, JSON.stringify(body)).toBe(400);
  expect((await ask('PATCH', '/games/tank', { keepDays: 1 }, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await ask('DELETE', '/games/tank', undefined, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await ask('GET', '/games')).body.items).toEqual([tank]);
});
