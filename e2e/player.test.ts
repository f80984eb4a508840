import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FrameSource, MODEL_PLANES, type ModelBackend } from '@sgaps/core';
import { memorySource, RecordingReader } from '@sgaps/protocol';
import { startServer, zstdCompressor } from '@sgaps/server';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { pino } from 'pino';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlayedPicture } from './player.page.js';
import { SyntheticRecorder, sleep } from './server-support.js';
import { type BundledPage, bundlePage, launchBrowser, type ServedPage, servePage } from './support/browser.js';
import { hashPixels } from './support/pageServer.js';

const GRID = { width: 160, height: 90 };
const FRAMES = 96;
const MODELS = fileURLToPath(new URL('./models', import.meta.url));
const expected = JSON.parse(readFileSync(join(MODELS, 'expected.json'), 'utf8')) as {
  width: number;
  height: number;
  frame: string;
  logVariance: number[];
  gap: number[];
};
const WEBGPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

let file: Uint8Array;
/** The frames as the server's playback has them. */
let truth: PlayedPicture[];
let browser: Browser;
let bundle: BundledPage;
let site: ServedPage;
let page: Page;
const asked: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  file = await recordSession();
  truth = await playOnServer(file);
  bundle = await bundlePage(fileURLToPath(new URL('./player.page.ts', import.meta.url)), { workers: 'sdk-player' });
  cpSync(MODELS, join(bundle.dir, 'models'), { recursive: true });
  cpSync(join(MODELS, 'untrained'), join(bundle.dir, 'models/damaged'), { recursive: true });
  const weights = readFileSync(join(MODELS, 'untrained/model.onnx'));
  weights[900] ^= 1;
  writeFileSync(join(bundle.dir, 'models/damaged/model.onnx'), weights);
  const text = Buffer.from('This is no ONNX file.');
  mkdirSync(join(bundle.dir, 'models/text'));
  writeFileSync(join(bundle.dir, 'models/text/model.onnx'), text);
  const card = JSON.parse(readFileSync(join(MODELS, 'untrained/model.json'), 'utf8')) as object;
  const sha256 = createHash('sha256').update(text).digest('hex');
  writeFileSync(join(bundle.dir, 'models/text/model.json'), JSON.stringify({ ...card, sha256 }));
  writeFileSync(join(bundle.dir, 'session.sgaps'), file);
  site = await servePage(bundle.dir);
  browser = await launchBrowser(WEBGPU);
  page = await openPage();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await bundle?.remove();
});

/** The file of a session, from a server that is gone thereafter. */
async function recordSession(): Promise<Uint8Array> {
  const data = mkdtempSync(join(tmpdir(), 'sgaps-player-'));
  const server = await startServer({
    port: 0,
    data,
    log: pino({ level: 'silent' }),
    model: null,
    room: { snapshotEvery: 1000, sampling: 'points' },
  });
  try {
    const recorder = await SyntheticRecorder.join(server.url, { grid: GRID });
    await recorder.play(FRAMES, { pause: 100 });
    await recorder.room.leave();
    const id = recorder.welcome?.recordingId ?? '';
    for (let tries = 0; tries < 100; tries++) {
      const response = await fetch(`${server.url}/api/recordings/${id}/download`);
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      await sleep(100);
    }
    throw new Error('The server does not give the recording out.');
  } finally {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
}

/** A model as Node runs it. */
async function nodeModel(name: string): Promise<ModelBackend> {
  const session = await InferenceSession.create(readFileSync(join(MODELS, name, 'model.onnx')));
  return {
    id: name,
    run: async ({ width, height }, planes) => {
      const outputs = await session.run({ planes: new Tensor('uint8', planes, [1, MODEL_PLANES.length, height, width]) });
      const [frame, logVariance, gap] = ['frame', 'logVariance', 'gap'].map((output) => outputs[output].data);
      return { frame: frame as Uint8Array, logVariance: logVariance as Float32Array, gap: gap as Float32Array };
    },
  };
}

async function playOnServer(file: Uint8Array, model: ModelBackend | null = null): Promise<PlayedPicture[]> {
  const reader = await RecordingReader.open(memorySource(file), { compressor: zstdCompressor });
  if (reader.index.snapshots.length === 0) throw new Error('There is no snapshot to seek from.');
  const source = new FrameSource(reader, model);
  const pictures: PlayedPicture[] = [];
  while (await source.fill()) {
    const next = await source.decode();
    if (!next) break;
    const { rgb, frameId, refined } = next.frame;
    const rgba = Uint8Array.from({ length: (rgb.length / 3) * 4 }, (_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)]));
    pictures.push({ frameId, time: next.time, refined, hash: hashPixels(rgba) });
  }
  await source.close();
  return pictures;
}

async function openPage(): Promise<Page> {
  const opened = await browser.newPage();
  opened.on('request', (request) => asked.push(request.url()));
  opened.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  opened.on('pageerror', (error) => complaints.push(error.message));
  await opened.goto(site.url);
  await opened.waitForFunction(() => window.sgapsPlayer !== undefined);
  return opened;
}

/** The picture at a time; before the first frame, that one. */
const at = (time: number) => truth.findLast((picture) => picture.time <= time) ?? truth[0];
const model = (name: string) => `models/${name}/model.json`;

describe('a recording in a browser, with no server', () => {
  it('has the frames of the server, bit for bit, from bytes and from a file', async () => {
    expect(truth).toHaveLength(FRAMES);
    expect(new Set(truth.map(({ hash }) => hash)).size).toBe(FRAMES);
    for (const asBlob of [false, true]) {
      const { info, pictures } = await page.evaluate((blob) => window.sgapsPlayer.walk('session.sgaps', {}, blob), asBlob);
      expect(info).toMatchObject({ ...GRID, game: 'synthetic', frames: FRAMES, model: null });
      expect(pictures).toEqual(truth);
    }
  });

  it('seeks to any place, forward and back, and shows what playing on from the start shows there', async () => {
    const last = truth[FRAMES - 1].time;
    const times = [0.9, 0.1, 0.5, 0.45, 1].map((part) => part * last);
    const pictures = await page.evaluate((list) => window.sgapsPlayer.seek('session.sgaps', list), times);
    expect(pictures).toEqual(times.map(at));
  });

  it('plays at a rate, pauses, and says when it has ended', async () => {
    const { pictures, state, duration, moved } = await page.evaluate(() => window.sgapsPlayer.play('session.sgaps', 2));
    expect(moved).toBe(0);
    expect(state).toMatchObject({ playing: false, time: duration, playbackRate: 2, rejected: 0 });
    expect(pictures.length).toBeGreaterThan(FRAMES / 4);
    for (const picture of pictures) expect(picture).toEqual(truth.find(({ frameId }) => frameId === picture.frameId));
    expect(pictures.at(-1)?.frameId).toBe(FRAMES - 1);
  });

  it('says by a code what is wrong with a recording', async () => {
    const refused = (bytes: Uint8Array) => page.evaluate((list) => window.sgapsPlayer.refusedRecording(list), [...bytes]);
    const damaged = file.slice();
    damaged.fill(0x55, 2000, 2400);
    expect(await refused(damaged)).toBe('CHECKSUM_MISMATCH');
    expect(await refused(file.slice(0, 20))).toBe('BYTES_TRUNCATED');
    expect(await refused(new TextEncoder().encode('<!doctype html><title>Not found</title>'.repeat(9)))).toBe('BYTES_MALFORMED');
    expect(await page.evaluate(() => window.sgapsPlayer.refusedAddress('nothing.sgaps'))).toBe('NOT_FOUND');
  });
});

describe('a model in a browser', () => {
  async function infer(provider: 'wasm' | 'webgpu') {
    const { width, height } = expected;
    const make = ([url, of, w, h]: readonly [string, typeof provider, number, number]) =>
      window.sgapsPlayer.infer(url, { provider: of }, w, h);
    return page.evaluate(make, [model('untrained'), provider, width, height] as const);
  }

  function expectLike(output: { frame: number[]; logVariance: number[]; gap: number[] } | null, tolerance: number): void {
    const frame = Buffer.from(expected.frame, 'base64');
    expect(output?.frame).toHaveLength(frame.length);
    const far = (a: readonly number[] = [], b: ArrayLike<number>) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
    expect(far(output?.frame, frame)).toBeLessThanOrEqual(1);
    expect(far(output?.logVariance, expected.logVariance)).toBeLessThan(tolerance);
    expect(far(output?.gap, expected.gap)).toBeLessThan(tolerance);
  }

  it('says on WASM what PyTorch said', async () => {
    const { output, after, ...rest } = await infer('wasm');
    expectLike(output, 1e-3);
    expect(rest).toEqual({ id: 'untrained@1', provider: 'wasm', failures: 0 });
    expect(after).toBeNull();
  });

  it('says on WebGPU what PyTorch said', async ({ skip }) => {
    if (!(await page.evaluate(() => window.sgapsPlayer.hasAdapter()))) skip('this Chromium has no WebGPU adapter');
    const { output, provider } = await infer('webgpu');
    expect(provider).toBe('webgpu');
    expectLike(output, 1e-2);
  });

  it('refines a recording as Node does, bit for bit, and leaves a software GPU alone unless told', async () => {
    const options = { model: model('untrained') };
    const { info, state, pictures } = await page.evaluate((o) => window.sgapsPlayer.walk('session.sgaps', o, false), options);
    expect(info.model).toEqual({ id: 'untrained@1', provider: 'wasm', fallback: null });
    expect(state.modelFailures).toBe(0);
    expect(pictures).toEqual(await playOnServer(file, await nodeModel('untrained')));
    const refined = pictures.filter((picture) => picture.refined);
    expect(refined.length).toBeGreaterThan(0);
    for (const { frameId, hash } of refined) expect(hash).not.toBe(truth.find((picture) => picture.frameId === frameId)?.hash);
  });

  it('shows what memory drew where a model gives no numbers, and counts it', async () => {
    const options = { model: model('broken'), provider: 'wasm' as const };
    const { state, pictures } = await page.evaluate((o) => window.sgapsPlayer.walk('session.sgaps', o, false), options);
    expect(pictures).toEqual(truth);
    expect(state.modelFailures).toBeGreaterThan(0);
  });

  it('says by a code what is wrong with a model', async () => {
    const refused = (url: string, provider: 'wasm' | 'webgpu' = 'wasm') =>
      page.evaluate(([u, p]) => window.sgapsPlayer.refusedModel(u, { provider: p }), [url, provider] as const);
    expect(await refused('models/none/model.json')).toBe('MODEL_NOT_FOUND');
    expect(await refused(model('damaged'))).toBe('MODEL_INVALID');
    expect(await refused('session.sgaps')).toBe('MODEL_INVALID');
    expect(await refused('models/text/model.json')).toBe('MODEL_INVALID');
  });

  it('asks nobody but the site for anything, and leaves no complaint', () => {
    expect(asked.filter((url) => !url.startsWith(site.url) && !url.startsWith('blob:'))).toEqual([]);
    expect(asked.filter((url) => url.endsWith('.wasm')).length).toBeGreaterThan(0);
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });
});
