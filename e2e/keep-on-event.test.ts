import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LoadedSamples,
  openCourier,
  type PackedSamples,
  Recorder,
  type SampledFrame,
  type Sampler,
  type SamplerCounters,
} from '@sgaps/client';
import { SessionDecoder } from '@sgaps/core';
import { CoordinateCodec, PixelPacketDecoder, type SampleSet } from '@sgaps/protocol';
import { type SgapsServer, startServer } from '@sgaps/server';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const GRID = { width: 160, height: 96 };
const VIEWPORT = { x: 0, y: 0, width: 320, height: 192 };
let data: string;
let server: SgapsServer;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sgaps-keep-'));
  server = await startServer({ port: 0, host: '127.0.0.1', data, log: pino({ level: 'silent' }) });
});

afterAll(async () => {
  await server?.close();
  await rm(data, { recursive: true, force: true });
});

/** The picture of the test: one everybody can compute, standing still. */
const truth = (u: number, v: number, c: number) => (c === 0 ? 40 + u : c === 1 ? 30 + 2 * v : 200 - u);

/** A sampler without a GPU. */
class PictureSampler implements Sampler {
  readonly kind = 'canvas2d';
  readonly counters: SamplerCounters = { skipped: 0, postponed: 0, forced: 0, lost: 0, reads: 0 };
  readonly depth = 32;
  batch = 4;
  readonly #sets: PackedSamples[] = [];
  #taken: SampledFrame[] = [];

  load(sets: readonly PackedSamples[]): LoadedSamples[] {
    return sets.map(({ words, count }) => ({
      count,
      start: this.#sets.push({ words: words.slice(), count }) - 1,
      runs: [],
      depths: count,
    }));
  }
  holds(): boolean {
    return true;
  }
  beginFrame(): readonly SampledFrame[] {
    return this.#taken.length >= this.batch ? this.drain() : [];
  }
  endFrame(frameId: number, samples: LoadedSamples | null): boolean {
    const words = samples ? this.#sets[samples.start].words : new Uint32Array(0);
    const rgba = new Uint8Array(4 * words.length);
    words.forEach((word, i) => {
      const [u, v, side] = [word & 1023, (word >> 10) & 1023, 1 << (word >> 20)];
      const [right, bottom] = [Math.min(GRID.width, u + side), Math.min(GRID.height, v + side)];
      for (let c = 0; c < 3; c++) rgba[4 * i + c] = truth((u + right - 1) / 2, (v + bottom - 1) / 2, c);
    });
    this.#taken.push({ frameId, count: words.length, rgba, depth: null });
    return true;
  }
  drain(): readonly SampledFrame[] {
    const taken = this.#taken;
    this.#taken = [];
    return taken;
  }
  skipFrame(): void {
    // Nothing is under way.
  }
  flush(): void {
    // Batches end by themselves.
  }
  readTruth(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(0);
  }
  dispose(): void {
    // Holds nothing.
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function play(recorder: Recorder, ms: number, until = () => false): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end && !until(); ) {
    recorder.beginFrame();
    recorder.endFrame(VIEWPORT, VIEWPORT);
    await sleep(30);
  }
}

function psnr(rgb: Uint8ClampedArray): number {
  let sum = 0;
  for (let v = 0; v < GRID.height; v++) {
    for (let u = 0; u < GRID.width; u++)
      for (let c = 0; c < 3; c++) sum += (rgb[3 * (v * GRID.width + u) + c] - truth(u, v, c)) ** 2;
  }
  return 10 * Math.log10((255 * 255) / Math.max(0.1, sum / rgb.length));
}

describe('keep on event', () => {
  it('sends nothing until it is wanted, then what was kept, then what comes live', async () => {
    const faults: string[] = [];
    const port = await openCourier({
      endpoint: server.url,
      join: { game: 'kept', grid: GRID, fps: 30, schema: { values: [] }, engine: 'none' },
      worker: false,
      keep: { seconds: 5 },
    });
    const recorder = new Recorder({
      sampler: new PictureSampler(),
      port,
      state: () => undefined,
      onDiagnostic: ({ code, message }) => faults.push(`${code}: ${message}`),
    });
    recorder.start();
    await play(recorder, 10_000);
    expect(port.welcome.recordingId).toBe('');
    expect(await server.catalog.list({})).toMatchObject({ total: 0 });
    recorder.event('boss', { hp: 3 });
    port.keep();
    await play(recorder, 20_000, () => port.welcome.recordingId !== '');
    const id = port.welcome.recordingId;
    expect(id).not.toBe('');
    await play(recorder, 3000);
    recorder.stop();
    for (let i = 0; i < 200 && (await server.catalog.get(id))?.status !== 'finished'; i++) await sleep(50);
    expect(faults).toEqual([]);

    const reader = await server.store.open(id);
    const codec = new CoordinateCodec(GRID);
    const asked = new Map<number, SampleSet>();
    const { tierBits, schema } = reader.header;
    const pixels = new PixelPacketDecoder({ grid: GRID, schema, tierBits, resolve: (request) => asked.get(request) });
    const decoder = new SessionDecoder({ grid: GRID });
    const scores: number[] = [];
    const times: number[] = [];
    const events: string[] = [];
    for await (const { kind, time, bytes } of reader.records()) {
      if (kind === 'coordinates') for (const request of codec.decode(bytes)) asked.set(request.frameId, codec.expand(request));
      if (kind === 'event') events.push(JSON.parse(new TextDecoder().decode(bytes)).name);
      if (kind !== 'pixels') continue;
      times.push(time);
      for (const frame of pixels.decode(bytes)) scores.push(psnr(decoder.decode(frame).rgb));
    }
    await reader.close();
    // Five to nine seconds were kept of the first ten, the rest is live.
    const span = times[times.length - 1] - times[0];
    expect(span).toBeGreaterThan(8000);
    expect(span).toBeLessThan(20_000);
    expect(events).toEqual(['boss']);
    expect(scores.length).toBeGreaterThan(150);
    expect(Math.min(...scores.slice(60))).toBeGreaterThan(25);
    expect(scores[scores.length - 1]).toBeGreaterThan(40);
    console.info(
      `kept and live: ${scores.length} frames over ${Math.round(span)} ms, last ${scores[scores.length - 1].toFixed(1)} dB`,
    );
  });
});
