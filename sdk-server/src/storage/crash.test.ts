import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { RecordingStore } from './index.js';

const MODULE = new URL('./index.ts', import.meta.url).href;
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const HEADER = `{ recordingId: 'crash', game: 'g', grid: { width: 320, height: 180 }, fps: 30, schema: { values: [] },
  tierBits: [8, 5, 3, 3], protocolVersion: 1, modelId: 'diffusion@1', engine: 'none', startedAt: 1e12, meta: {} }`;

/** Appends until it is killed or the store fails; prints each record's number only after its append returned true. */
const WRITER = `
  import { writeSync } from 'node:fs';
  process.on('SIGXFSZ', () => {});
  const say = (line) => {
    for (;;) {
      try {
        return writeSync(1, line + '\\n');
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error; // The parent is slow to read.
      }
    }
  };
  const { RecordingStore } = await import(${JSON.stringify(MODULE)});
  const [folder, payload, pause] = JSON.parse(process.env.SGAPS_TEST_WRITER);
  const store = await RecordingStore.open({ folder });
  const errors = [];
  const writer = await store.create(${HEADER}, { onError: (error) => errors.push(error.code) });
  const bytes = new Uint8Array(payload);
  for (let i = 0; writer.state === 'open' && i < 50_000; i++) {
    crypto.getRandomValues(bytes);
    new DataView(bytes.buffer).setUint32(0, i);
    const time = i * 7;
    const took = i % 50 === 49 ? writer.snapshot(time, i, bytes) : writer.append(i % 10 === 9 ? 'event' : 'pixels', time, bytes, i, i);
    if (took) say(i);
    if (i % 5 === 0) await new Promise((done) => setTimeout(done, pause));
  }
  const last = writer.append('pixels', 1e6, bytes);
  await writer.close();
  say(JSON.stringify({ errors, state: writer.state, code: writer.error?.code, last }));
  await store.close();
`;

function start(folder: string, payload: number, pause: number): ChildProcess {
  return spawn(process.execPath, ['--conditions=sgaps-source', '--import', 'tsx', '--input-type=module', '--eval', WRITER], {
    cwd: ROOT,
    env: { ...process.env, SGAPS_TEST_WRITER: JSON.stringify([folder, payload, pause]) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Lines the child wrote until it ended; killed `killAfter` ms after its first. */
async function output(child: ChildProcess, killAfter?: number): Promise<string[]> {
  let text = '';
  if (killAfter !== undefined) child.stdout?.once('data', () => setTimeout(() => child.kill('SIGKILL'), killAfter));
  child.stdout?.on('data', (data: Buffer) => {
    text += data.toString();
  });
  await new Promise((done) => child.on('close', done));
  const lines = text.split('\n');
  lines.pop();
  return lines;
}

/** Recovers as a server's start does; checks that the records read 0, 1, 2 … and gives their number. */
async function recoveredCount(folder: string, status: 'recovered' | 'failed' = 'recovered'): Promise<number> {
  const store = await RecordingStore.open({ folder });
  try {
    const results = await store.recoverAll();
    expect(results.map((result) => [result.id, result.error?.message ?? result.status])).toEqual(
      status === 'failed' ? [] : [['crash', status]],
    );
    expect(await store.leftovers()).toEqual([]);
    const reader = await store.open('crash');
    let next = 0;
    for await (const record of reader.records(0, { kinds: ['pixels', 'event', 'snapshot'] })) {
      expect(record.sequence).toBe(next);
      expect(record.time).toBe(next * 7);
      const carried = record.kind === 'snapshot' ? record.bytes.subarray(4) : record.bytes;
      expect(new DataView(carried.buffer, carried.byteOffset).getUint32(0)).toBe(next);
      next++;
    }
    expect(reader.index).toMatchObject({ hasFooter: true, records: next, damaged: 0 });
    await reader.close();
    expect(await store.catalog.get('crash')).toMatchObject({ status, durationMs: (next - 1) * 7, engine: 'none' });
    return next;
  } finally {
    await store.close();
  }
}

/** What recovery will say: `failed` stays where the space just sufficed to close the recording in order (no journal is left). */
async function statusAfterStop(folder: string): Promise<'recovered' | 'failed'> {
  const names = await readdir(join(folder, 'recordings'));
  return names.some((name) => name.includes('.journal')) ? 'recovered' : 'failed';
}

describe('crashes', () => {
  const folders: string[] = [];
  const mounts: string[] = [];
  const temporary = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sgaps-storage-'));
    folders.push(folder);
    return folder;
  };

  afterEach(async () => {
    for (const mount of mounts.splice(0)) execFileSync('umount', ['-l', mount]);
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  });

  it('kill -9 at any moment loses no record whose append returned', { timeout: 120_000 }, async () => {
    for (let round = 0; round < 6; round++) {
      const folder = await temporary();
      const lines = await output(start(folder, 2000, round % 2), Math.floor(Math.random() * 900));
      expect(lines.length).toBeGreaterThan(0);
      expect(await recoveredCount(folder)).toBeGreaterThanOrEqual(Number(lines.at(-1)) + 1);
    }
  });

  it('a file size limit stops the recording with STORAGE_FULL and keeps what was acknowledged', { timeout: 60_000 }, async () => {
    const folder = await temporary();
    const child = spawn(
      'bash',
      [
        '-c',
        'ulimit -f 600; exec "$0" "$@"',
        process.execPath,
        '--conditions=sgaps-source',
        '--import',
        'tsx',
        '--input-type=module',
        '--eval',
        WRITER,
      ],
      {
        cwd: ROOT,
        env: { ...process.env, SGAPS_TEST_WRITER: JSON.stringify([folder, 4000, 0]) },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const lines = await output(child);
    expect(JSON.parse(lines.pop() as string)).toEqual({
      errors: ['STORAGE_FULL'],
      state: 'failed',
      code: 'STORAGE_FULL',
      last: false,
    });
    expect(await recoveredCount(folder, await statusAfterStop(folder))).toBe(Number(lines.at(-1)) + 1);
  });

  it('a full disk does the same, and recovery waits for space', { timeout: 60_000 }, async (context) => {
    const folder = await temporary();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1536k', 'tmpfs', folder], { stdio: 'ignore' });
      mounts.push(folder);
    } catch {
      context.skip('mounting a small disk needs root; the file size limit above covers the same path');
    }
    const lines = await output(start(folder, 4000, 0));
    expect(JSON.parse(lines.pop() as string)).toMatchObject({
      errors: ['STORAGE_FULL'],
      state: 'failed',
      code: 'STORAGE_FULL',
      last: false,
    });
    expect(await readdir(join(folder, 'recordings'))).toContain('crash.sgaps');
    execFileSync('mount', ['-o', 'remount,size=8m', folder]);
    expect(await recoveredCount(folder, await statusAfterStop(folder))).toBe(Number(lines.at(-1)) + 1);
  });
});
