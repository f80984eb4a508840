import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Catalog, type RecordingRow } from '../storage/index.js';
import { rowOf } from '../storage/recordingRow.js';
import { sceneHeader } from '../testing/recordScene.js';
import { type ArchiveLine, ArchiveQueue, type ArchiveQueueOptions } from './ArchiveQueue.js';

const DAY = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'sgaps-archive-queue-'));
let catalog: Catalog;

beforeAll(async () => {
  catalog = await Catalog.open(folder);
  const now = Date.now();
  const rows: [id: string, change: Partial<RecordingRow>][] = [
    ['b-later', { startedAt: 2, endedAt: now - 2 * DAY }],
    ['a-first', { startedAt: 1, endedAt: now - 3 * DAY, status: 'recovered' }],
    ['c-dense', { startedAt: 3, endedAt: now - 2 * DAY }],
    ['new', { endedAt: now - DAY / 2 }],
    ['recording', { endedAt: null, status: 'recording' }],
    ['failed', { endedAt: 5, status: 'failed' }],
    ['empty', { endedAt: 5, frames: 0 }],
    ['archived', { endedAt: 5, archivedAt: 9, archivedFrom: 8, archivedTo: 7, archiveModel: '' }],
  ];
  for (const [id, change] of rows)
    await catalog.upsert({ ...rowOf({ ...sceneHeader(id), startedAt: 4 }, 'finished'), frames: 30, ...change });
});
afterAll(() => {
  catalog.close();
  rmSync(folder, { recursive: true, force: true });
});

class FakeChild extends EventEmitter {
  readonly kill = vi.fn((signal: string) => {
    this.end(`it ended with ${signal}`);
    return true;
  });

  constructor(
    readonly args: readonly string[],
    readonly tell: (line: ArchiveLine) => void,
    private readonly ended: (said: string) => void,
  ) {
    super();
  }

  end(said: string): void {
    this.emit('close');
    this.ended(said);
  }
}

it('archives what ended long ago, one at a time, the oldest first; what failed is tried in the next round, what cannot be is not', async () => {
  const children: FakeChild[] = [];
  const start: ArchiveQueueOptions['start'] = (command, args, tell, ended, variables) => {
    expect(command).toBe('archive');
    expect(variables).toMatchObject({ SGAPS_STORE_URL: 'file:///store', SGAPS_LOCAL_BYTES: '5000' });
    children.push(new FakeChild(args, tell, ended));
    return children[children.length - 1] as unknown as ChildProcess;
  };
  const told: { msg: string; recording?: string; error?: { code: string } | null; said?: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void told.push(JSON.parse(line) as (typeof told)[0]) });
  const stored = { store: 'file:///store', localBytes: 5000 };
  const queue = new ArchiveQueue({ data: folder, ...stored, catalog, log, after: DAY, modelFolder: null, every: 20, start });
  const child = async (count: number) => {
    await vi.waitFor(() => expect(children).toHaveLength(count), { timeout: 10_000, interval: 5 });
    return children[count - 1];
  };
  const first = await child(1);
  expect(first.args).toEqual(['--reconstructor', 'none', '--data', folder, '--', 'a-first']);
  await new Promise((resolve) => setTimeout(resolve, 60));
  // One at a time.
  expect(children).toHaveLength(1);
  first.tell({ state: 'running' });
  first.end('it ended with SIGSEGV: out of luck');
  const second = await child(2);
  expect(second.args.at(-1)).toBe('b-later');
  second.tell({ state: 'archived', from: 100, bytes: 10, psnr: 38.5 });
  await catalog.update('b-later', { archivedAt: 1 });
  second.end('it ended with status 0');
  const third = await child(3);
  expect(third.args.at(-1)).toBe('c-dense');
  third.tell({ state: 'failed', error: { code: 'CHECKSUM_MISMATCH', message: 'It is damaged.' } });
  third.end('it ended with status 1');
  // The next round, and one that is under way when the server closes.
  const fourth = await child(4);
  expect(fourth.args.at(-1)).toBe('a-first');
  await queue.close();
  expect(fourth.kill).toHaveBeenCalledWith('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(children).toHaveLength(4);
  expect(told.map(({ msg, recording, error, said }) => [msg, recording, error?.code, said])).toEqual([
    ['recording not archived', 'a-first', undefined, 'it ended with SIGSEGV: out of luck'],
    ['recording archived', 'b-later', undefined, undefined],
    ['recording not archived', 'c-dense', 'CHECKSUM_MISMATCH', undefined],
    ['archiving given up: the server closes', 'a-first', undefined, undefined],
  ]);
});
