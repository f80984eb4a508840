import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SupervisedProcess } from './SupervisedProcess.js';
import { ViewingProcesses } from './ViewingProcesses.js';

const WAIT = { timeout: 30_000, interval: 50 };
const log = pino({ level: 'silent' });
const node = process.execPath;
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'sgaps-viewing-'));
});

afterEach(() => {
  process.execPath = node;
  rmSync(data, { recursive: true, force: true });
});

it('a transport that is killed answers again where viewers were told that it is', async () => {
  const viewing = await ViewingProcesses.start({ port: 0, host: '127.0.0.1', renderers: 1, model: 'none' }, data, log);
  const workers = async () => {
    const { workers } = (await (await fetch(`http://127.0.0.1:${viewing.port}/healthz`)).json()) as { workers: object };
    return Object.keys(workers).length;
  };
  try {
    await vi.waitUntil(async () => (await workers()) === 1, WAIT);
    const { pid } = viewing.transport;
    process.kill(pid as number, 'SIGKILL');
    await vi.waitUntil(() => viewing.transport.pid !== undefined && viewing.transport.pid !== pid, WAIT);
    await vi.waitUntil(
      () =>
        workers().then(
          (count) => count === 1,
          () => false,
        ),
      WAIT,
    );
  } finally {
    await viewing.close();
  }
});

it('a process that cannot be started is told of, tried again, and not waited for', async () => {
  process.execPath = join(data, 'no-node');
  const args = ['transport', '--port', '0', '--host', '127.0.0.1', '--sockets', join(data, 'run')];
  const said: string[] = [];
  const one = new SupervisedProcess(args, log, {
    heard: ({ msg }) => said.push(String(msg)),
    ended: (line) => {
      said.push(line);
      process.execPath = node;
    },
  });
  await vi.waitUntil(() => said.includes('transport listening'), WAIT);
  expect(said[0]).toContain('ENOENT');
  await one.stop();

  process.execPath = join(data, 'no-node');
  await expect(ViewingProcesses.start({ port: 0 }, data, log)).rejects.toThrow(/does not come up: .*ENOENT/);
});
