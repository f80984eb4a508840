import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { SGAPS_PROGRAM } from './support/sgapsProgram.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NODE = ['--conditions=sgaps-source', '--import', 'tsx'];
const data = mkdtempSync(join(tmpdir(), 'sgaps-command-line-'));

afterAll(() => rmSync(data, { recursive: true, force: true }));

function run(args: readonly string[]) {
  // What a developer has set must not matter, and what wants colours gets none.
  const env = { ...process.env, DEBUG: '', FORCE_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', env });
  return { status, stdout, stderr };
}

it('ends with 2 where it is asked wrongly, and says what is wrong on standard error alone', () => {
  const mistyped = run([...SGAPS_PROGRAM, 'exprot']);
  expect(mistyped).toEqual({ status: 2, stdout: '', stderr: "error: there is no command 'exprot'; sgaps --help lists them.\n" });
  const bench = run([...NODE, 'benchmarks/src/codecs.ts', '--nope']);
  expect(bench).toEqual({ status: 2, stdout: '', stderr: "error: unknown option '--nope'\n" });
});

it('tells an error in a line, and as JSON last on standard output', () => {
  const args = [...SGAPS_PROGRAM, 'games', 'delete', 'nothing', '--data', data, '--json'];
  const { status, stdout, stderr } = run(args);
  const error = { code: 'NOT_FOUND', message: 'Nothing is said of a game nothing.' };
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({ state: 'failed', error });
  expect([status, stderr]).toEqual([1, 'sgaps: NOT_FOUND: Nothing is said of a game nothing.\n']);
});

it('ends in silence where nobody reads any more', () => {
  const command = `"${process.execPath}" ${SGAPS_PROGRAM.join(' ')} --help | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: ROOT, encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['0\n', '']);
});

it('ends with 130 at Ctrl-C, without colours and a stack', async () => {
  // A server that never gets empty.
  const server = createServer((_, response) => response.setHeader('Content-Type', 'application/json').end('{"sessions":1}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const asked = new Promise<void>((resolve) => server.once('request', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, [...SGAPS_PROGRAM, 'drain', '--server', `http://127.0.0.1:${port}`], { cwd: ROOT });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await asked;
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(said).toBe('');
  server.close();
});
