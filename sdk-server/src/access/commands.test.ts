import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { program } from '../cli.js';
import { Catalog } from '../storage/index.js';
import { SECRET } from '../testing/securedServer.js';
import { GameKeys } from './GameKeys.js';

const data = mkdtempSync(join(tmpdir(), 'sgaps-keys-'));
let out = '';

beforeEach(() => {
  out = '';
  vi.stubEnv('SGAPS_SECRET', SECRET);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

afterAll(() => rmSync(data, { recursive: true, force: true }));

/** What a command prints. */
async function run(...args: string[]): Promise<string> {
  out = '';
  await program().parseAsync(['node', 'sgaps', ...args]);
  return out.trim();
}

it('tokens are made and shown', async () => {
  const token = await run(
    'token',
    'create',
    '--scope',
    'record',
    '--game',
    'arena',
    'coins',
    '--subject',
    'studio',
    '--expires',
    '7d',
  );
  const shown = JSON.parse(await run('token', 'show', token, '--json'));
  expect(shown).toMatchObject({ valid: true, why: null, scope: 'record', games: ['arena', 'coins'], subject: 'studio' });
  expect(Math.abs(Date.parse(shown.expires) - Date.now() - 7 * 86_400_000)).toBeLessThan(60_000);
  expect(await run('token', 'show', token)).toContain('It holds.');
  expect(process.exitCode).toBeUndefined();
});

it('a token of another server is told, and what it says of itself', async () => {
  const token = await run('token', 'create', '--scope', 'admin');
  const file = join(data, 'secret');
  writeFileSync(file, 'another-secret-that-has-enough-bytes-to-be-one\n');
  expect(JSON.parse(await run('token', 'show', token, '--secret-file', file, '--json'))).toMatchObject({
    valid: false,
    scope: 'admin',
  });
  expect(process.exitCode).toBe(1);
  expect(await run('token', 'show', 'nonsense')).toMatch(/^It does not hold/);
});

it('a share link leads to the session of one recording', async () => {
  const { url, recording } = JSON.parse(
    await run('token', 'share', 'a1', '--url', 'https://replay.example.com/sgaps', '--expires', '1h', '--json'),
  );
  expect(recording).toBe('a1');
  const { origin, pathname, searchParams } = new URL(url);
  expect(origin + pathname).toBe('https://replay.example.com/sgaps/session/a1');
  expect(JSON.parse(await run('token', 'show', searchParams.get('share') ?? '', '--json'))).toMatchObject({
    scope: 'watch',
    recording: 'a1',
  });
});

it('keys are made, listed without their secret, and revoked; the audit log tells', async () => {
  const key = await run('key', 'create', 'arena', '--label', 'web build', '--data', data);
  const id = key.split('_')[1];
  const catalog = await Catalog.open(data);
  const keys = new GameKeys(catalog.keys);
  expect(await keys.verify(key)).toMatchObject({ scope: 'record', games: ['arena'], id: `key:${id}` });
  const listed = await run('key', 'list', '--data', data);
  expect(listed).toContain(id);
  expect(listed).toContain('web build');
  expect(await run('key', 'list', '--json', '--data', data)).not.toContain((await catalog.keys.get(id))?.hash);
  expect(await run('key', 'revoke', id, '--data', data)).toContain('revoked');
  await expect(new GameKeys(catalog.keys).verify(key)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  await catalog.close();
  const entries = (await run('audit', '--json', '--data', data)).split('\n').map((line) => JSON.parse(line));
  expect(entries.map(({ action, target }) => [action, target])).toEqual([
    ['key.revoke', id],
    ['key.create', id],
  ]);
  expect(JSON.stringify(entries)).not.toContain(key.split('_')[2]);
});
