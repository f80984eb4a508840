import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FrameSource } from '@sgaps/core';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SyntheticRecorder, until } from './server-support.js';
import { SgapsProcess } from './support/sgapsProcess.js';
import { SGAPS_PROGRAM } from './support/sgapsProgram.js';
import { TestViewer } from './support/TestViewer.js';

const WAIT = { timeout: 30_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), 'sgaps-store-'));
const blobs = join(folder, 'store');
const store = pathToFileURL(blobs).href;
let server: SgapsServer;
let id: string;
/** The recording's file, and the pictures that it gives, as the server had them before it let the file go. */
let file: Buffer;
let frames: { readonly time: number; readonly rgb: Uint8Array }[];

beforeAll(async () => {
  mkdirSync(blobs);
  server = await startServer({
    ...{ port: 0, host: '127.0.0.1', data: join(folder, 'one'), store, model: null },
    viewing: { port: 0, model: 'none', encoders: ['raw'] },
    log: pino({ level: process.env.SGAPS_LOG ?? 'silent' }),
    room: { snapshotEvery: 1000 },
  });
  const recorder = await SyntheticRecorder.join(server.url);
  id = recorder.welcome?.recordingId ?? '';
  await recorder.play(60, { pause: 20 });
  await recorder.room.leave();
  await until(() => server.store.writer(id) === undefined);
  await vi.waitFor(async () => expect((await server.catalog.get(id))?.storedAt).toBeGreaterThan(0), { timeout: 20_000 });
  file = readFileSync(server.store.filePath(id));
  const source = new FrameSource(await server.store.open(id));
  frames = [];
  while (await source.fill()) {
    const next = await source.decode();
    if (next) frames.push({ time: next.time / 1000, rgb: Uint8Array.from(next.frame.rgb) });
  }
  await source.close();
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function letGo(): Promise<void> {
  await vi.waitFor(async () => expect(await server.store.copies?.evict(id)).toBe(true), { timeout: 10_000 });
  expect(existsSync(server.store.filePath(id))).toBe(false);
}

/** Shows some times, and compares every byte. */
async function expectSamePictures(port: number): Promise<void> {
  const viewer = await TestViewer.join(port, { scene: `replay:${id}`, encoder: 'raw' });
  await viewer.ready();
  for (const place of [20, 3, 41, frames.length - 1]) {
    const due = frames.findLast(({ time }) => time <= frames[place].time + 0.001);
    const told = viewer.of('picture').length;
    viewer.ask(frames[place].time);
    await until(() => viewer.of('picture').length > told && viewer.pictures.length > 0);
    await vi.waitFor(() =>
      expect(Buffer.from(viewer.pictures.at(-1)?.jpeg ?? []).equals(Buffer.from(due?.rgb ?? []))).toBe(true),
    );
  }
  viewer.socket.close();
}

it('a recording that is in the store alone is downloaded, also in part, and shows its picture', async () => {
  await letGo();
  const path = `${server.url}/api/recordings/${id}`;
  expect(Buffer.from(await (await fetch(`${path}/download`)).arrayBuffer()).equals(file)).toBe(true);
  await letGo();
  const part = await fetch(`${path}/download`, { headers: { Range: 'bytes=100-199' } });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer()).equals(file.subarray(100, 200))).toBe(true);
  rmSync(server.store.filePath(id).replace(/\.sgaps$/, '.webp'));
  expect((await fetch(`${path}/thumbnail`)).headers.get('content-type')).toBe('image/webp');
});

it('it is watched as before, to the bit: renderers fetch it', async () => {
  await letGo();
  await expectSamePictures(server.viewingPort ?? 0);
  expect(readFileSync(server.store.filePath(id)).equals(file)).toBe(true);
});

it('another machine that has the store and nothing else plays and exports it', async () => {
  const data = join(folder, 'two');
  const sockets = ['--sockets', join(data, 'run')];
  const transport = SgapsProcess.startWith({}, 'transport', '--port', '0', '--host', '127.0.0.1', ...sockets);
  const { port } = await transport.heard('transport listening');
  const places = ['--data', data, ...sockets];
  const renderer = SgapsProcess.startWith(
    { SGAPS_STORE_URL: store },
    'renderer',
    ...places,
    '--model',
    'none',
    '--encoder',
    'raw',
  );
  try {
    await vi.waitUntil(async () => {
      const { workers } = (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as { workers: object };
      return Object.keys(workers).length > 0;
    }, WAIT);
    await expectSamePictures(Number(port));
  } finally {
    renderer.child.kill('SIGTERM');
    transport.child.kill('SIGTERM');
    await Promise.all([renderer.ended, transport.ended]);
  }
  const out = join(folder, 'states.jsonl');
  const args = ['export', id, '--data', join(folder, 'three'), '--store', store, '--format', 'jsonl', '--quiet', '--out', out];
  const done = spawnSync(process.execPath, [...SGAPS_PROGRAM, ...args], { encoding: 'utf8' });
  expect(done).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(out, 'utf8').trim().split('\n').length).toBeGreaterThan(50);
});

it('deleting it deletes it there', async () => {
  expect((await fetch(`${server.url}/api/recordings/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect(readdirSync(blobs)).toEqual([]);
});
