import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startServer } from '@sgaps/server';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SyntheticRecorder, until } from './server-support.js';
import { SGAPS_PROGRAM } from './support/sgapsProgram.js';

let folder: string;
let child: ChildProcess | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sgaps-kill-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  child = null;
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the real program; resolves with its address and everything it prints. */
async function serve(): Promise<{ process: ChildProcess; url: string; lines: string[] }> {
  const args = [...SGAPS_PROGRAM, 'serve', '--no-viewing', '--port', '0', '--data', folder, '--json-logs'];
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  const lines: string[] = [];
  createInterface({ input: started.stdout }).on('line', (line) => lines.push(line));
  await until(() => lines.some((line) => line.includes('Ctrl-C')), 60_000);
  const listening = lines.find((line) => line.includes('server listening')) ?? '{}';
  return { process: started, url: `http://localhost:${(JSON.parse(listening) as { port: number }).port}`, lines };
}

it('recovers everything it answered after kill -9', async () => {
  const { process: server, url } = await serve();
  const recorder = await SyntheticRecorder.join(url, { game: 'killed' });
  await recorder.play(60);
  const id = recorder.welcome?.recordingId ?? '';
  const answered = recorder.received.length;
  server.kill('SIGKILL');
  await until(() => recorder.left !== null);

  const again = await startServer({ port: 0, data: folder, log: pino({ level: 'silent' }) });
  try {
    expect(again.recovered).toBe(1);
    expect(await again.catalog.get(id)).toMatchObject({ status: 'recovered', frames: 60 });
    const reader = await again.store.open(id);
    expect(reader.index.frames).toBe(60);
    const pixels: Buffer[] = [];
    const coordinates: Buffer[] = [];
    for await (const { kind, bytes } of reader.records(0, { kinds: ['pixels', 'coordinates'] })) {
      (kind === 'pixels' ? pixels : coordinates).push(Buffer.from(bytes));
    }
    await reader.close();
    expect(answered).toBe(16);
    expect(pixels).toEqual(recorder.sent.map((bytes) => Buffer.from(bytes)));
    expect(coordinates).toEqual(recorder.received.map((bytes) => Buffer.from(bytes)));
  } finally {
    await again.close();
  }
});

it('says so and exits with 1 when its port is taken', async () => {
  const { url } = await serve();
  const args = [...SGAPS_PROGRAM, 'serve', '--port', new URL(url).port, '--data', join(folder, 'second')];
  const second = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  second.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => second.once('exit', (exit) => resolve(exit)));
  expect(code).toBe(1);
  expect(said).toContain('is taken');
});

it('prints three addresses, and finishes recordings and exits with 0 on Ctrl-C', async () => {
  const { process: server, url, lines } = await serve();
  expect(lines.filter((line) => line.includes('http://')).length).toBe(3);
  const recorder = await SyntheticRecorder.join(url, { game: 'stopped' });
  await recorder.play(12);
  const exited = new Promise<number | null>((resolve) => server.once('exit', (code) => resolve(code)));
  server.kill('SIGINT');
  expect(await exited).toBe(0);
  expect(recorder.left).not.toBeNull();

  const again = await startServer({ port: 0, data: folder, log: pino({ level: 'silent' }) });
  try {
    expect(again.recovered).toBe(0);
    expect((await again.catalog.get(recorder.welcome?.recordingId ?? ''))?.status).toBe('finished');
  } finally {
    await again.close();
  }
});
