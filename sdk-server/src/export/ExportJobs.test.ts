import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { ExportJobs } from './ExportJobs.js';

const node = process.execPath;
const data = mkdtempSync(join(tmpdir(), 'sgaps-export-jobs-'));

afterEach(() => {
  process.execPath = node;
  rmSync(data, { recursive: true, force: true });
});

it('tells its programs where recordings are kept, and what they may take here', async () => {
  process.execPath = join(data, 'node');
  const heard = join(data, 'heard');
  writeFileSync(process.execPath, `#!/bin/sh\nprintf '%s %s' "$SGAPS_STORE_URL" "$SGAPS_LOCAL_BYTES" > ${heard}\n`);
  chmodSync(process.execPath, 0o755);
  const log = pino({ level: 'silent' });
  const own = { modelFolder: null, log, accepting: () => true, freeBytes: async () => 2 ** 40 };
  const jobs = new ExportJobs({ data, ...own, store: 'file:///store', localBytes: 5000 });
  const id = await jobs.start('a1', { format: 'mp4' }, 'a1.mp4');
  await vi.waitUntil(() => jobs.status(id as string)?.state === 'failed', { timeout: 20_000 });
  expect(readFileSync(heard, 'utf8')).toBe('file:///store 5000');
});
