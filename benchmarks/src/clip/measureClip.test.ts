import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelBackend } from '@sgaps/core';
import type { ClipState } from '@sgaps/server/clips';
import { fromFrameState, LOSSLESS_DEPTH, VideoWriter } from '@sgaps/server/clips';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { psnr } from '../metrics/psnr.js';
import { mean } from '../metrics/statistics.js';
import { readFrames } from '../video/readFrames.js';
import { DepthClip } from './DepthClip.js';
import { listClips } from './listClips.js';
import { type ClipOptions, measureClip } from './measureClip.js';
import { toFrameState } from './toFrameState.js';

const W = 64;
const H = 48;
const FRAMES = 40;
const INFO = { width: W, height: H, fps: 10 };

/** A checkered world that scrolls one pixel per frame, and a red block that stands on the screen. */
function frameAt(t: number): Uint8Array {
  const rgb = new Uint8Array(3 * W * H);
  for (let y = 0, i = 0; y < H; y++) {
    for (let x = 0; x < W; x++, i += 3) {
      const block = x >= 20 && x < 30 && y >= 10 && y < 20;
      const light = ((x + t) >> 3) + (y >> 3);
      rgb.set(block ? [220, 40, 30] : light % 2 ? [60, 120, 200] : [90, 160, 80], i);
    }
  }
  return rgb;
}

describe('measureClip', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sgaps-clip-'));
  const input = join(dir, 'tiny.mkv');
  const state = join(dir, 'tiny.json');
  beforeAll(async () => {
    const writer = new VideoWriter(input, INFO);
    for (let t = 0; t < FRAMES; t++) await writer.write(frameAt(t));
    await writer.close();
    const objects = [
      {
        id: 1,
        name: 'block',
        x: 20,
        y: 10,
        w: 10,
        h: 10,
        z: 1,
        cx: 25,
        cy: 15,
        dw: 10,
        dh: 10,
        ox: 0.5,
        oy: 0.5,
        sf: [0, 0] as const,
      },
    ];
    const clip: ClipState = {
      name: 'tiny',
      kind: '2d-scroll',
      ...INFO,
      frames: FRAMES,
      per_frame: Array.from({ length: FRAMES }, (_, t) => ({ viewX: t, viewY: 0, zoom: 1, rotation: 0, objects })),
    };
    writeFileSync(state, JSON.stringify(clip));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('rebuilds a scrolling world within its bytes, and RECON has what was measured', async () => {
    const out = join(dir, 'recon.mkv');
    const figures = await measureClip({ input, state, bytesUp: 600, latency: 2, out });
    expect(figures).toMatchObject({ frames: FRAMES, framesWithoutRequest: 0, model: expect.stringContaining('diffusion') });
    expect(figures.psnrSteady).toBeGreaterThan(20);
    expect(figures.bytesUp).toBeLessThan(700);
    expect(figures.samplesPerFrame).toBeGreaterThan(10);
    const values: number[] = [];
    for await (const rgb of readFrames(out, INFO)) values.push(psnr(frameAt(values.length), rgb));
    expect(values).toHaveLength(FRAMES);
    expect(mean(values)).toBeCloseTo(figures.psnr, 10);
  });

  it('keeps a wanted quality with no more bytes than without one, and refuses one that makes no sense', async () => {
    const options = { input, state, frames: 20, ssim: false, held: false } as const;
    const all = await measureClip(options);
    const some = await measureClip({ ...options, quality: 24 });
    expect(some.bytesUp + some.bytesDown).toBeLessThanOrEqual(all.bytesUp + all.bytesDown);
    expect(some.psnr).toBeGreaterThan(18);
    await expect(measureClip({ ...options, quality: 12 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('tells how long a model’s pictures take apart from the loop, which does not wait for them, and shows every one', async () => {
    const delay = 200;
    let shown = 0;
    const model: ModelBackend = {
      id: 'slow@1',
      run: async (grid, planes) => {
        await new Promise((resolve) => setTimeout(resolve, delay));
        const size = grid.width * grid.height;
        return { frame: planes.slice(0, 3 * size).fill(7), logVariance: new Float32Array(size), gap: new Float32Array(size) };
      },
    };
    const onFrame: ClipOptions['onFrame'] = ({ rgb, output }) => {
      if (output && rgb.every((value) => value === 7)) shown++;
    };
    const options = { input, state, frames: 6, sampling: 'points', ssim: false, held: false } as const;
    const { modelMs, msPerFrame } = await measureClip({ ...options, model, onFrame });
    expect(shown).toBe(6);
    expect(modelMs?.p50).toBeGreaterThanOrEqual(delay - 1);
    expect(msPerFrame.p50).toBeLessThan(delay);
    expect((await measureClip(options)).modelMs).toBeUndefined();
  });

  it('does not count what a model costs where nothing is decoded before somebody looks', async () => {
    const busy: ModelBackend = {
      id: 'busy@1',
      run: async () => {
        for (const until = performance.now() + 40; performance.now() < until; );
        return null;
      },
    };
    const options = { input, state, frames: 12, bytesUp: 600, ssim: false, held: false, model: busy } as const;
    const { msPerFrame } = await measureClip({ ...options, cadence: 'on-demand' });
    expect(msPerFrame.p95).toBeLessThan(40);
  });

  it('gives the same figures twice, and others for points alone', async () => {
    const run = async (sampling: 'auto' | 'points') => {
      const {
        psnr: all,
        bytesUp,
        bytesDown,
        samplesPerFrame,
      } = await measureClip({ input, state, rate: 0.02, frames: 20, sampling });
      return { all, bytesUp, bytesDown, samplesPerFrame };
    };
    const first = await run('auto');
    expect(await run('auto')).toEqual(first);
    expect(first.samplesPerFrame).toBeLessThanOrEqual(Math.round(0.02 * W * H));
    expect((await run('points')).all).not.toBe(first.all);
  });

  it('records on demand within the same bytes, near the picture of every frame, also where the stream starts afresh', async () => {
    const options = { input, state, bytesUp: 600, ssim: false, held: false };
    const every = await measureClip(options);
    const demand = await measureClip({ ...options, cadence: 'on-demand', restart: 20 });
    expect(demand.bytesUp + demand.bytesDown).toBeLessThan(1.15 * (600 + 512));
    expect(demand.psnr).toBeGreaterThan(every.psnr - 6);
  });

  it('takes batches, and clips without state', async () => {
    const kinds = new Set<number>();
    const figures = await measureClip({
      input,
      batch: 4,
      frames: 18,
      sampling: 'points',
      ssim: false,
      held: false,
      onFrame: ({ samples }) => {
        for (const kind of samples.kind.subarray(0, samples.count)) kinds.add(kind);
      },
    });
    expect(figures.frames).toBe(18);
    expect([...kinds]).toEqual([0]);
    expect(figures.firstFrameHeld).toBeUndefined();
  });

  it('sends depth with the points at its byte cost, and rebuilds the same picture from the same samples', async () => {
    const path = join(dir, 'depth.mkv');
    const codesAt = (t: number) => Uint16Array.from({ length: W * H }, (_, i) => (i < 5 * W ? 0 : 300 + (i % W) + 7 * t));
    const writer = new VideoWriter(path, INFO, LOSSLESS_DEPTH, 'gray10le');
    for (let t = 0; t < 12; t++) await writer.write(new Uint8Array(codesAt(t).buffer));
    await writer.close();
    const clip = await DepthClip.open(path, INFO);
    for (let t = 0; t < 12; t++) expect(await clip.next()).toEqual(codesAt(t));
    await expect(clip.next()).rejects.toMatchObject({ code: 'BYTES_TRUNCATED' });
    await clip.close();

    const options = { input, state, frames: 12, ssim: false, held: false, rate: 0.05 } as const;
    const plain = await measureClip(options);
    const { depth, ...figures } = await measureClip({ ...options, depth: path });
    expect(plain.depth).toBeUndefined();
    expect(figures.psnr).toBe(plain.psnr);
    expect(depth?.bytesUp).toBeCloseTo(figures.bytesUp - plain.bytesUp, 10);
    expect(depth?.samplesPerFrame).toBeGreaterThan(10);
    expect(depth?.samplesPerFrame).toBeLessThanOrEqual(plain.samplesPerFrame);
    expect(depth?.bitsPerSample).toBeLessThan(10);
    await expect(measureClip({ ...options, frames: 13, depth: path })).rejects.toMatchObject({ code: 'BYTES_TRUNCATED' });
    await expect(DepthClip.open(path, { width: W, height: W })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('fails with typed errors', async () => {
    await expect(measureClip({ input: join(dir, 'none.mkv') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(measureClip({ input, state: join(dir, 'none.json') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(measureClip({ input, state, depth: join(dir, 'none.depth.mkv') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    writeFileSync(join(dir, 'bad.json'), '{}');
    await expect(measureClip({ input, state: join(dir, 'bad.json') })).rejects.toMatchObject({ code: 'BYTES_MALFORMED' });
  });

  it('lists the clips of a folder with what is known about them', () => {
    expect(listClips(dir).find(({ name }) => name === 'tiny')).toMatchObject({
      input,
      state,
      kind: '2d-scroll',
      depth: undefined,
    });
    expect(() => listClips(join(dir, 'none'))).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('turns recorded states into clip states and back', () => {
    const frame = {
      viewX: 10.5,
      viewY: -3,
      zoom: 2,
      rotation: 0.25,
      objects: [
        {
          id: 4,
          name: 'sky',
          x: 0,
          y: 0,
          w: 0,
          h: 0,
          z: 0,
          cx: 20,
          cy: 10,
          dw: 100,
          dh: 50,
          ox: 0,
          oy: 0,
          sf: [0.5, 0] as const,
          tile: [3, 4] as const,
        },
        {
          id: 9,
          name: 'hero',
          frame: 'run-1',
          x: 0,
          y: 0,
          w: 0,
          h: 0,
          z: 1,
          cx: 30,
          cy: 20,
          dw: 8,
          dh: 12,
          ox: 0.5,
          oy: 1,
          rot: 0.5,
          flipX: 1,
          alpha: 0.5,
          tint: 0xff0000,
          tag: 2,
        },
      ],
    };
    const grid = { width: W, height: H };
    const recorded = toFrameState(grid, frame);
    expect(toFrameState(grid, fromFrameState(recorded))).toEqual(recorded);
    const two = { ...recorded, cameras: [recorded.cameras[0], { ...recorded.cameras[0], id: 1, viewX: 0 }] };
    expect(toFrameState(grid, fromFrameState(two))).toEqual(two);
    const matrix = (seed: number) => Float32Array.from({ length: 16 }, (_, i) => Math.sin(seed * i) * 10 ** (i - 8));
    const camera = { id: 0, view: matrix(1), projection: matrix(2), x: 0, y: 0, width: W, height: H };
    const solid = { cameras: [], cameras3d: [camera], objects: [], values: [] };
    expect(toFrameState(grid, JSON.parse(JSON.stringify(fromFrameState(solid))))).toEqual(solid);
  });
});
