import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FrameSource } from '@sgaps/core';
import { OVERLAY_LAYERS } from '@sgaps/protocol';
import { type SgapsServer, startServer } from '@sgaps/server';
import { startFfmpeg } from '@sgaps/server/clips';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GRID, SyntheticRecorder, sleep, until } from './server-support.js';
import { ServerProcess } from './support/serverProcess.js';
import { SGAPS_PROGRAM } from './support/sgapsProgram.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXPORT = [...SGAPS_PROGRAM, 'export'];
const FPS = 30;
const FRAMES = 96;

const folder = mkdtempSync(join(tmpdir(), 'sgaps-export-'));
const data = join(folder, 'data');
/** Of a server that was killed, and of somebody else. */
const left = join(data, 'exports', '00000000-0000-4000-8000-000000000000.mp4.tmp');
const foreign = join(data, 'exports', 'notes.txt');
let server: SgapsServer;
let id: string;
/** ms that it lasts; when each frame was recorded, and its rebuilt picture. */
let duration: number;
let recorded: { readonly time: number; readonly rgb: Uint8Array }[];

beforeAll(async () => {
  mkdirSync(join(data, 'exports'), { recursive: true });
  for (const file of [left, foreign]) writeFileSync(file, 'x');
  const log = pino({ level: process.env.SGAPS_LOG ?? 'silent' });
  server = await startServer({ port: 0, data, model: null, log, room: { snapshotEvery: 1000 } });
  const recorder = await SyntheticRecorder.join(server.url);
  // In the game's own time: what comes sooner counts as recorded when it came.
  await recorder.play(FRAMES / 2, { pause: 134 });
  recorder.room.send('event', { name: 'coin', time: 0, data: { worth: 5 } });
  // Of another writer, and of no use to anybody.
  for (const text of ['null', '{"name":'])
    server.store.writer(recorder.welcome?.recordingId ?? '')?.append('event', 3000, Buffer.from(text));
  await recorder.play(FRAMES / 2, { pause: 134 });
  id = recorder.welcome?.recordingId ?? '';
  await recorder.room.leave();
  await until(() => server.store.writer(id) === undefined);
  recorded = [];
  const reader = await server.store.open(id);
  duration = reader.duration;
  const source = new FrameSource(reader);
  while (await source.fill()) {
    const next = await source.decode();
    if (next) recorded.push({ time: next.time, rgb: Uint8Array.from(next.frame.rgb) });
  }
  await source.close();
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `sgaps export` as a program, on what the server holds. */
function run(...args: string[]) {
  const command = [...EXPORT, '--data', data, '--model', 'none', '--quiet', ...args];
  return spawnSync(process.execPath, command, { cwd: ROOT, encoding: 'utf8' });
}

/** Exports to a file, whose path the program gives. */
function exported(name: string, ...args: string[]): string {
  const path = join(folder, name);
  const { status, stdout, stderr } = run(id, '-o', path, ...args);
  expect([status, stdout, stderr]).toEqual([0, `${path}\n`, '']);
  return path;
}

/** The picture that a viewer sees at a time: the last one recorded by then. */
function truthAt(ms: number): Uint8Array {
  const frame = recorded.findLast(({ time }) => time <= ms + 1) ?? recorded[0];
  return frame.rgb;
}

interface Probe {
  readonly streams: readonly Record<string, string | number>[];
  readonly format: { readonly duration: string; readonly format_name: string };
}

async function outputOf(program: 'ffmpeg' | 'ffprobe', args: readonly string[]): Promise<Buffer> {
  const { process: child, done } = startFfmpeg(args, ['ignore', 'pipe', 'pipe'], program);
  const pieces: Buffer[] = [];
  child.stdout?.on('data', (piece: Buffer) => pieces.push(piece));
  await done;
  return Buffer.concat(pieces);
}

async function probe(path: string): Promise<Probe> {
  const args = ['-v', 'error', '-count_frames', '-show_streams', '-show_format', '-of', 'json', path];
  return JSON.parse((await outputOf('ffprobe', args)).toString()) as Probe;
}

/** All pictures of a film at the recording's own size, RGB. */
async function picturesOf(path: string): Promise<Buffer[]> {
  const filter = `scale=${GRID.width}:${GRID.height}:flags=area+accurate_rnd+full_chroma_int`;
  const args = ['-v', 'error', '-i', path, '-vf', filter, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const bytes = await outputOf('ffmpeg', args);
  const size = 3 * GRID.width * GRID.height;
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

const rawOf = (path: string) => sharp(path).removeAlpha().raw().toBuffer();

function psnr(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * a.length) / sum);
}

describe('sgaps export', () => {
  it.each([
    { format: 'mp4', codec: 'h264', container: 'mov,mp4,m4a,3gp,3g2,mj2', period: 1000 / FPS },
    { format: 'webm', codec: 'vp9', container: 'matroska,webm', period: 33 },
  ])(
    'makes a $format in which each moment shows the frame of its time, cleanly',
    async ({ format, codec, container, period }) => {
      const path = exported(`film.${format}`, '--format', format);
      const { streams, format: file } = await probe(path);
      expect(streams).toHaveLength(1);
      expect(streams[0]).toMatchObject({ codec_name: codec, width: 2 * GRID.width, height: 2 * GRID.height, pix_fmt: 'yuv420p' });
      expect(file.format_name).toBe(container);
      const pictures = await picturesOf(path);
      expect(pictures.length).toBe(Number(streams[0].nb_read_frames));
      expect(Math.abs(pictures.length * period - (duration + period))).toBeLessThanOrEqual(period / 2);
      expect(Number(file.duration)).toBeCloseTo((pictures.length * period) / 1000, 2);
      const clean = pictures.map((picture, i) => psnr(picture, truthAt(i * period)));
      expect(Math.min(...clean)).toBeGreaterThan(35);
    },
  );

  it('puts the index of an MP4 first, so that it plays while it loads', () => {
    const bytes = readFileSync(exported('first.mp4', '--to', '1'));
    expect(bytes.indexOf('moov')).toBeGreaterThan(0);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  });

  it('cuts a range out: its first picture is that of its start, and it has no more than it lasts', async () => {
    const frames = exported('clip', '--format', 'png', '--from', '1.5', '--to', '2.5');
    const names = readdirSync(frames).sort();
    expect(names).toEqual(Array.from({ length: FPS }, (_, i) => `frame-${String(i + 1).padStart(5, '0')}.png`));
    for (const i of [0, 1, 17, FPS - 1])
      expect(await rawOf(join(frames, names[i]))).toEqual(Buffer.from(truthAt(1500 + (i * 1000) / FPS)));
    const film = await picturesOf(exported('clip.mp4', '--from', '1.5', '--to', '2.5'));
    expect(film).toHaveLength(FPS);
    expect(psnr(film[0], truthAt(1500))).toBeGreaterThan(35);
  });

  it('makes one picture of one moment, at the size asked for', async () => {
    const path = exported('moment.png', '--at', '1.2', '--scale', '3');
    const { info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 3 * GRID.width, height: 3 * GRID.height });
    const small = await sharp(path).resize(GRID.width, GRID.height, { kernel: 'nearest' }).removeAlpha().raw().toBuffer();
    expect(small).toEqual(Buffer.from(truthAt(1200)));
    const wide = await sharp(exported('wide.png', '--at', '1.2', '--scale', '200')).metadata();
    expect([wide.width, wide.height]).toEqual([200, 113]);
  });

  it('makes a GIF that moves, for ever and at a quiet pace', async () => {
    const path = exported('film.gif', '--format', 'gif', '--from', '1', '--to', '2.4');
    const { pages, delay, loop, width } = await sharp(path, { animated: true }).metadata();
    expect({ pages, loop, width }).toEqual({ pages: 20, loop: 0, width: 480 });
    expect(new Set(delay)).toEqual(new Set([70]));
    const pictures = await picturesOf(path);
    expect(new Set(pictures.map((picture) => picture.toString('base64'))).size).toBe(20);
    // 256 colours a picture.
    pictures.forEach((picture, i) => {
      expect(psnr(picture, truthAt(1000 + 70 * i))).toBeGreaterThan(28);
    });
  });

  it("tells the game's state line by line, with its events in their place", () => {
    const lines = readFileSync(exported('film.jsonl', '--format', 'jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    const [about, ...rest] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(about).toMatchObject({ type: 'recording', recordingId: id, game: 'synthetic', ...GRID, fps: FPS });
    const frames = rest.filter(({ type }) => type === 'frame');
    expect(frames).toHaveLength(FRAMES);
    frames.forEach((frame, i) => {
      expect(frame.frameId).toBe(i);
      expect(frame.time).toBeCloseTo(recorded[i].time / 1000, 5);
      expect(frame.values).toEqual({ score: Math.floor(i / 10) });
      expect(frame.cameras).toMatchObject([{ viewX: i, width: GRID.width }]);
      expect(frame.objects).toMatchObject([{ id: 1, texture: 'box' }]);
    });
    expect(rest.filter(({ type }) => type === 'event')).toMatchObject([{ name: 'coin', data: { worth: 5 } }]);
    const times = rest.map(({ time }) => Number(time));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const part = readFileSync(exported('part.jsonl', '--format', 'jsonl', '--from', '1.2', '--to', '2'), 'utf8');
    const inPart = recorded.filter(({ time }) => time >= 1200 && time <= 2000).length;
    expect(part.split('\n').filter((line) => line.startsWith('{"type":"frame"'))).toHaveLength(inPart);
  });

  it('burns overlays in, each its own, and all that are asked for', async () => {
    const at = ['--format', 'png', '--from', '1.2', '--to', '1.4', '--scale', '4'];
    // Flow needs a picture before.
    const burned = async (name: string, ...layers: string[]) =>
      rawOf(join(exported(name, ...at, ...(layers.length > 0 ? ['--overlay', layers.join(',')] : [])), 'frame-00004.png'));
    const pictures = [await burned('plain')];
    for (const layer of OVERLAY_LAYERS) pictures.push(await burned(layer, layer));
    pictures.push(await burned('all', ...OVERLAY_LAYERS));
    for (const [i, picture] of pictures.entries()) {
      for (const other of pictures.slice(0, i)) {
        const changed = picture.reduce((sum, value, at) => sum + (value === other[at] ? 0 : 1), 0);
        expect(changed).toBeGreaterThan(100);
      }
    }
  });

  it('takes a file as well as an id, and what a recording holds while it grows', async () => {
    const path = join(folder, 'file.jsonl');
    expect(run(server.store.filePath(id), '-o', path, '--format', 'jsonl').status).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain(`"frameId":${FRAMES - 1}`);
    const recorder = await SyntheticRecorder.join(server.url);
    const live = recorder.welcome?.recordingId ?? '';
    const written = async (): Promise<number> => {
      const reader = await server.store.open(live);
      await reader.close();
      return reader.duration;
    };
    // What is recorded is written some time after.
    do await recorder.play(20);
    while ((await written()) < 400);
    const growing = join(folder, 'growing.png');
    const { status, stderr } = run(live, '-o', growing, '--at', '0.2');
    expect([status, stderr]).toEqual([0, '']);
    expect(await sharp(growing).metadata()).toMatchObject(GRID);
    await recorder.play(4);
    expect(recorder.errors).toEqual([]);
    await recorder.room.leave();
  });

  it('tells progress and outcome as JSON where asked to', () => {
    const path = join(folder, 'told.mp4');
    const { status, stdout } = run(id, '-o', path, '--json');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number | string | null>);
    expect(status).toBe(0);
    expect(lines.at(-1)).toMatchObject({ state: 'done', file: path, bytes: statSync(path).size, model: null });
    const progress = lines.slice(0, -1).map((line) => Number(line.progress));
    expect(progress.length).toBeGreaterThan(0);
    // The last of them may tell of the last frame.
    expect(progress.every((value) => value > 0 && value <= 1)).toBe(true);
  });

  it.each([
    ['no such recording', ['nothing'], 'NOT_FOUND'],
    ['no id', ['a b'], 'ARGUMENT_INVALID'],
    ['a start after the end', ['ID', '--from', '90'], 'ARGUMENT_INVALID'],
    ['a range that runs backwards', ['ID', '--from', '2', '--to', '1'], 'ARGUMENT_INVALID'],
    ['pictures of text', ['ID', '--format', 'jsonl', '--scale', '2'], 'ARGUMENT_INVALID'],
    ['a model that is not there', ['ID', '--model', './nowhere/'], 'MODEL_NOT_FOUND'],
  ])('refuses %s', (_what, args, code) => {
    const out = join(folder, 'refused');
    const { status, stdout, stderr } = run(...args.map((arg) => (arg === 'ID' ? id : arg)), '-o', out);
    expect([status, stdout]).toEqual([code === 'ARGUMENT_INVALID' ? 2 : 1, '']);
    expect(stderr).toMatch(new RegExp(`^sgaps: ${code}: .+`));
    expect(existsSync(out) || existsSync(`${out}.tmp`)).toBe(false);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const out = join(folder, 'stopped.webm');
    const args = [...EXPORT, '--data', data, '--model', 'none', id, '--format', 'webm', '--scale', '8', '-o', out];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await until(() => existsSync(`${out}.tmp`), 60_000);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(existsSync(`${out}.tmp`) || existsSync(out)).toBe(false);
  });
});

describe('exports over HTTP', () => {
  const post = (recording: string, body: unknown, headers: Record<string, string> = {}, url = server.url) =>
    fetch(`${url}/api/recordings/${recording}/exports`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const begin = async (body: unknown, recording = id, url = server.url): Promise<string> => {
    const response = await post(recording, body, {}, url);
    expect(response.status).toBe(202);
    const { id: job } = (await response.json()) as { id: string };
    expect(response.headers.get('location')).toBe(`/api/exports/${job}`);
    return `${url}/api/exports/${job}`;
  };
  type Status = { state: string; progress: number; bytes: number; error: { code: string } | null };
  const statusOf = async (address: string) => (await (await fetch(address)).json()) as Status;
  const ended = async (address: string): Promise<Status> => {
    for (;;) {
      const status = await statusOf(address);
      if (status.state !== 'running') return status;
      await sleep(50);
    }
  };
  const remove = (address: string) => fetch(address, { method: 'DELETE' });
  const files = () => readdirSync(join(data, 'exports')).filter((name) => name !== 'notes.txt');

  it('removes what an earlier server left, and nothing else', () => {
    expect(existsSync(left)).toBe(false);
    expect(existsSync(foreign)).toBe(true);
  });

  it('makes a film beside the rooms and gives it out until it is removed', async () => {
    const address = await begin({ format: 'mp4', from: 1, to: 2, overlays: ['uncertainty'], scale: 1 });
    expect(await statusOf(address)).toEqual({ state: 'running', progress: expect.any(Number), bytes: 0, error: null });
    const early = await fetch(`${address}/file`);
    expect([early.status, await early.json()]).toMatchObject([409, { error: { code: 'OUT_OF_ORDER' } }]);
    const { state, progress, bytes, error } = await ended(address);
    expect({ state, progress, error }).toEqual({ state: 'done', progress: 1, error: null });
    const response = await fetch(`${address}/file`);
    expect(response.headers.get('content-type')).toBe('video/mp4');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename=synthetic-${id.slice(0, 8)}-1-2.mp4`);
    const film = join(folder, 'download.mp4');
    writeFileSync(film, Buffer.from(await response.arrayBuffer()));
    expect(statSync(film).size).toBe(bytes);
    expect((await probe(film)).streams[0]).toMatchObject({ ...GRID, nb_read_frames: String(FPS) });
    expect((await remove(address)).status).toBe(204);
    expect((await fetch(`${address}/file`)).status).toBe(404);
    expect(files()).toEqual([]);
  });

  it('gives several pictures out as one archive', async () => {
    const address = await begin({ format: 'png', from: 1, to: 1.2 });
    expect(await ended(address)).toMatchObject({ state: 'done' });
    const response = await fetch(`${address}/file`);
    expect(response.headers.get('content-type')).toBe('application/zip');
    const zip = Buffer.from(await response.arrayBuffer());
    const entries = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    expect(zip.readUInt16LE(entries + 10)).toBe(6);
    const png = zip.subarray(zip.indexOf(Buffer.from('\x89PNG', 'latin1')));
    expect(await sharp(png).removeAlpha().raw().toBuffer()).toEqual(Buffer.from(truthAt(1000)));
    await remove(address);
  });

  it('ends an export that is not wanted any more, and removes what there is of it', async () => {
    const address = await begin({ format: 'webm', scale: 8 });
    await until(() => files().length > 0, 60_000);
    expect((await remove(address)).status).toBe(204);
    expect((await fetch(address)).status).toBe(404);
    expect(files()).toEqual([]);
    expect((await remove(address)).status).toBe(404);
  });

  it('says why an export failed', async () => {
    const bytes = readFileSync(server.store.filePath(id));
    bytes.fill(0, 4000, 5000);
    writeFileSync(server.store.filePath('damaged'), bytes);
    const address = await begin({ format: 'mp4' }, 'damaged');
    expect(await ended(address)).toMatchObject({ state: 'failed', bytes: 0, error: { code: 'CHECKSUM_MISMATCH' } });
    expect(files()).toEqual([]);
    expect((await fetch(`${address}/file`)).status).toBe(409);
    await remove(address);
  });

  it('makes two at once and lets eight wait', async () => {
    const addresses: string[] = [];
    for (let i = 0; i < 10; i++) addresses.push(await begin({ format: 'webm', scale: 8 }));
    const refused = await post(id, { format: 'gif' });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(await refused.json()).toMatchObject({ error: { code: 'LIMIT_EXCEEDED' } });
    for (const address of addresses.toReversed()) expect((await remove(address)).status).toBe(204);
    expect(files()).toEqual([]);
    // There is room again.
    const address = await begin({ format: 'jsonl' });
    expect(await ended(address)).toMatchObject({ state: 'done' });
    await remove(address);
  });

  it('keeps files within what they may take in all: the oldest go first, and one that is larger fails', async () => {
    const other = join(folder, 'small');
    mkdirSync(join(other, 'recordings'), { recursive: true });
    copyFileSync(server.store.filePath(id), join(other, 'recordings', `${id}.sgaps`));
    const small = await ServerProcess.start({ data: other, flags: ['--model', 'none', '--export-space', '1'] });
    const taken = () =>
      readdirSync(join(other, 'exports')).reduce((sum, name) => sum + statSync(join(other, 'exports', name)).size, 0);
    try {
      const addresses: string[] = [];
      for (let i = 0; i < 3; i++) {
        addresses.push(await begin({ format: 'png', from: 1, to: 1.6, scale: 4 }, id, small.url));
        const { state, bytes } = await ended(addresses[i]);
        expect(state).toBe('done');
        expect(bytes / 2 ** 20).toBeGreaterThan(0.34);
        expect(taken()).toBeLessThanOrEqual(2 ** 20);
      }
      const answers = await Promise.all(addresses.map((address) => fetch(`${address}/file`, { method: 'HEAD' })));
      expect(answers.map(({ status }) => status)).toEqual([404, 200, 200]);
      const large = await begin({ format: 'png', scale: 8 }, id, small.url);
      expect(await ended(large)).toMatchObject({ state: 'failed', bytes: 0, error: { code: 'STORAGE_FULL' } });
      expect(taken()).toBeLessThanOrEqual(2 ** 20);
    } finally {
      await small.stop();
    }
  });

  it('leaves what the disk has left to recordings, where it is little', async () => {
    let freeBytes = 2 ** 40;
    const disk = vi.spyOn(server.store, 'disk').mockImplementation(async () => ({ freeBytes, totalBytes: 2 ** 40 }));
    try {
      const address = await begin({ format: 'webm', scale: 8 });
      await until(() => files().length > 0, 60_000);
      freeBytes = 2 ** 20;
      expect(await ended(address)).toMatchObject({ state: 'failed', error: { code: 'STORAGE_FULL' } });
      expect(files()).toEqual([]);
      const refused = await post(id, { format: 'png', from: 1, to: 1 });
      expect([refused.status, await refused.json()]).toMatchObject([507, { error: { code: 'STORAGE_FULL' } }]);
      await server.readiness.look();
      expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    } finally {
      disk.mockRestore();
    }
    const again = await begin({ format: 'png', from: 1, to: 1 });
    expect(await ended(again)).toMatchObject({ state: 'done' });
    await remove(again);
  });

  it.each([
    ['a format there is not', { format: 'avi' }],
    ['no format', {}],
    ['a list', []],
    ['what is no JSON', '{"format":'],
    ['a field there is not', { format: 'mp4', out: '/etc/passwd' }],
    ['a start that is no number', { format: 'mp4', from: '1' }],
    ['a start before the start', { format: 'mp4', from: -1 }],
    ['a start after the end', { format: 'mp4', from: 90 }],
    ['an empty range', { format: 'mp4', from: 1, to: 1 }],
    ['an overlay there is not', { format: 'mp4', overlays: ['stars'] }],
    ['a scale that is none', { format: 'mp4', scale: 1.5 }],
    ['a body without end', { format: 'mp4', overlays: Array.from({ length: 5000 }, () => 'samples') }],
  ])('refuses %s', async (_what, body) => {
    const response = await post(id, body);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'ARGUMENT_INVALID' } }]);
  });

  it('refuses a GIF larger than memory', async () => {
    const response = await post(id, { format: 'gif', scale: 4096 });
    expect([response.status, await response.json()]).toMatchObject([413, { error: { code: 'LIMIT_EXCEEDED' } }]);
  });

  it('knows no other recordings, exports and pages', async () => {
    const codeOf = async (response: Response) => [response.status, (await response.json()).error.code];
    expect(await codeOf(await post('nothing', { format: 'mp4' }))).toEqual([404, 'NOT_FOUND']);
    for (const path of ['..%2F..%2Fetc', '..', '%2e%2e%2fcatalog', 'a.b'])
      expect([400, 404]).toContain((await post(path, { format: 'mp4' })).status);
    expect(await codeOf(await post('..%2F..%2Fetc%2Fpasswd', { format: 'mp4' }))).toEqual([400, 'ARGUMENT_INVALID']);
    for (const job of ['nothing', '..%2F..%2Fcatalog.db', '..%2Fnotes.txt']) {
      for (const address of [`${server.url}/api/exports/${job}`, `${server.url}/api/exports/${job}/file`])
        expect(await codeOf(await fetch(address))).toEqual([404, 'NOT_FOUND']);
      expect((await remove(`${server.url}/api/exports/${job}`)).status).toBe(404);
    }
    expect(existsSync(foreign)).toBe(true);
    const elsewhere = await post(id, { format: 'mp4' }, { origin: 'https://elsewhere.example' });
    expect(await codeOf(elsewhere)).toEqual([403, 'UNAUTHORIZED']);
  });
});
