import type { SceneContext } from '@sgaps/pipeline';
import { type CameraFrame, LIVE_EDGE, SgapsError } from '@sgaps/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { ByteImage, SplatCamera, SplatImage } from '../camera/SplatCamera.js';
import type { CloudChanges } from '../cloud/CloudChanges.js';
import { makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import type { SplatRenderer } from '../renderer/SplatRenderer.js';
import { manifestOf } from '../stream/testing/caches.js';
import { StreamScene, type StreamSource } from './StreamScene.js';

const IDENTITY = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));

/** Clouds whose first position is the frame; those of `crowded` have a splat more. */
class FakeStream implements StreamSource {
  readonly manifest;
  readonly asked: number[] = [];
  readonly guessed: number[] = [];
  broken = -1;
  /** Takes for ever to be made. */
  far = -1;
  crowded: readonly number[] = [];
  disposed = false;

  constructor(frames: number, fps: number) {
    this.manifest = manifestOf(undefined, { frames, fps });
  }

  async frame(frame: number, signal: AbortSignal): Promise<SplatCloud> {
    this.asked.push(frame);
    if (frame === this.far) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new SgapsError('CLOSED', 'Nobody waits for it.');
    }
    if (frame === this.broken) throw new SgapsError('CHECKSUM_MISMATCH', `Frame ${frame} of the stream is damaged.`);
    const cloud = makeCloud(this.crowded.includes(frame) ? 4 : 3, 1);
    cloud.positions.set([frame, 2, 3]);
    return cloud;
  }

  ahead(frame: number): void {
    this.guessed.push(frame);
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

/** Draws nothing but the frame, as red, green and blue. */
class FakeRenderer implements SplatRenderer {
  readonly adapter = 'none';
  /** The frames it got, and what of them. */
  readonly got: [number, string][] = [];
  drawn = 0;
  whileDrawn = (): void => undefined;
  failsOnce = false;
  isLost = false;
  disposed = false;

  load(cloud: SplatCloud): Promise<void> {
    return this.take(cloud.positions[0], `all ${cloud.count}`);
  }

  update(changes: CloudChanges): Promise<void> {
    const names = ['positions', 'scales', 'rotations', 'opacities', 'harmonics'] as const;
    return this.take(changes.positions![0], names.filter((name) => changes[name]).join(' '));
  }

  render(): Promise<SplatImage> {
    throw new Error('Pictures are made of bytes.');
  }

  async renderBytes({ width, height }: SplatCamera): Promise<ByteImage> {
    if (this.isLost) throw new SgapsError('PROVIDER_UNAVAILABLE', 'The GPU is lost.');
    this.drawn++;
    this.whileDrawn();
    const size = width * height;
    const colour = new Uint8Array(3 * size).fill(this.got.at(-1)![0]);
    return { width, height, colour, depth: new Float32Array(size), alpha: new Float32Array(size) };
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }

  private async take(frame: number, what: string): Promise<void> {
    if (this.isLost) throw new SgapsError('PROVIDER_UNAVAILABLE', 'The GPU is lost.');
    if (this.failsOnce) {
      this.failsOnce = false;
      throw new Error('out of memory');
    }
    this.got.push([frame, what]);
  }
}

async function open(frames = 8, fps = 10) {
  const stream = new FakeStream(frames, fps);
  const renderer = new FakeRenderer();
  const renderers = [renderer, new FakeRenderer(), new FakeRenderer()];
  const other = renderers[1];
  const scene = new StreamScene({ open: async () => stream, renderer: async () => renderers.shift()! });
  const info = await scene.onInit({ argument: 'dancer', tell: () => undefined } satisfies SceneContext);
  scene.resize(4, 2);
  const camera = (timeIndex: number, change: Partial<CameraFrame> = {}): CameraFrame => ({
    view: IDENTITY,
    intrinsics: IDENTITY,
    timeIndex: Math.fround(timeIndex),
    frameId: 1,
    clientTime: 0,
    serverTime: 0,
    ...change,
  });
  const ask = async (timeIndex: number, change?: Partial<CameraFrame>) =>
    (await scene.render(camera(timeIndex, change), new AbortController().signal))!;
  return { stream, renderer, other, scene, info, camera, ask };
}

describe('StreamScene', () => {
  it('says of itself what a replay does, so that its players can play it', async () => {
    const { info } = await open();
    expect(info).toMatchObject({ width: 1280, height: 720 });
    const played = {
      recordingId: 'dancer',
      game: '',
      engine: '',
      fps: 10,
      startedAt: 0,
      duration: 0.8,
      growing: false,
      values: [],
    };
    expect(info.about).toMatchObject({ ...played, frames: 8, splats: 3, degree: 1 });
  });

  it('shows exactly the frame of the time asked for, and tells which it is', async () => {
    const { ask, renderer } = await open();
    for (const [time, frame] of [
      [0, 0],
      [0.35, 3],
      [0.7, 7],
      [0.1, 1],
      [0.2999, 3],
      [0.29, 2],
      [5, 7],
      [LIVE_EDGE, 7],
    ]) {
      const { metadata, colour } = await ask(time);
      expect(metadata).toEqual({
        time: frame / 10,
        previous: frame === 0 ? null : (frame - 1) / 10,
        next: frame === 7 ? null : (frame + 1) / 10,
        recordedFrame: frame,
        refined: false,
      });
      expect(colour[0]).toBe(frame);
    }
    expect(renderer.got.map(([frame]) => frame)).toEqual([0, 3, 7, 1, 3, 2, 7]);
  });

  it('neither draws nor loads anew what it showed last, and draws for another camera or size', async () => {
    const { ask, renderer, scene, stream } = await open();
    expect((await ask(0.2)).unchanged).toBeUndefined();
    const again = await ask(0.25);
    expect([again.unchanged, again.colour.length, renderer.drawn]).toEqual([true, 24, 1]);
    const turned = IDENTITY.with(12, 1);
    expect((await ask(0.2, { view: turned })).unchanged).toBeUndefined();
    expect((await ask(0.2, { view: turned })).unchanged).toBe(true);
    scene.resize(2, 2);
    expect((await ask(0.2, { view: turned })).colour).toHaveLength(12);
    expect([renderer.drawn, stream.asked]).toEqual([3, [0, 2]]);
  });

  it('draws anew in the size that was asked for while a picture was drawn', async () => {
    const { ask, renderer, scene } = await open();
    renderer.whileDrawn = () => scene.resize(2, 2);
    expect((await ask(0.2)).colour).toHaveLength(24);
    renderer.whileDrawn = () => undefined;
    const other = await ask(0.2);
    expect([other.unchanged, other.colour.length]).toEqual([undefined, 12]);
    expect((await ask(0.2)).unchanged).toBe(true);
  });

  it('draws anew what went with a GPU that was lost while nobody asked', async () => {
    const { ask, renderer } = await open();
    const { colour } = await ask(0.2);
    structuredClone(colour, { transfer: [colour.buffer as ArrayBuffer] });
    const again = await ask(0.2);
    expect([again.unchanged, again.colour.length, renderer.drawn]).toEqual([undefined, 24, 2]);
  });

  it('gives the renderer only what differs from the frame before', async () => {
    const { ask, renderer, stream } = await open();
    stream.crowded = [2, 3, 5];
    for (let frame = 1; frame < 7; frame++) await ask(frame / 10);
    const moved = 'positions rotations harmonics';
    const whole = 'positions scales rotations opacities harmonics';
    expect(renderer.got.map(([, what]) => what)).toEqual(['all 3', moved, 'all 4', whole, 'all 3', 'all 4', 'all 3']);
  });

  it('has a GPU that is lost opened anew, once, and shows the frame by it', async () => {
    const { ask, renderer, other, stream } = await open();
    await ask(0.1);
    renderer.isLost = true;
    expect((await ask(0.2)).colour[0]).toBe(2);
    expect([renderer.disposed, other.got]).toEqual([true, [[2, 'all 3']]]);
    await ask(0.3);
    expect(other.got.at(-1)).toEqual([3, 'positions rotations harmonics']);
    // What was shown went with the GPU, though the frame that was to follow cannot be read.
    const later = performance.now() + 100_000;
    vi.spyOn(performance, 'now').mockImplementation(() => later);
    other.isLost = true;
    stream.broken = 3;
    await expect(ask(0.3, { view: IDENTITY.with(12, 1) })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    await expect(ask(0.3)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    vi.restoreAllMocks();
    const again = await open();
    again.renderer.isLost = again.other.isLost = true;
    await expect(again.ask(0)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  it('gives a frame far away up once a newer camera waits or all have left, but not at once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { ask, camera, scene, stream } = await open();
      stream.far = 5;
      const soon = new AbortController();
      soon.abort();
      // What takes no time is shown all the same.
      expect((await scene.render(camera(0.2), soon.signal))?.metadata.recordedFrame).toBe(2);
      const newer = new AbortController();
      let given: unknown = 'under way';
      const render = async (signal: AbortSignal) => {
        given = 'under way';
        given = await scene.render(camera(0.5), signal);
      };
      const first = render(soon.signal);
      await vi.advanceTimersByTimeAsync(400);
      expect(given).toBe('under way');
      await vi.advanceTimersByTimeAsync(200);
      await first;
      expect(given).toBeNull();
      const second = render(newer.signal);
      await vi.advanceTimersByTimeAsync(5000);
      expect(given).toBe('under way');
      newer.abort();
      await second;
      expect(given).toBeNull();
      expect((await ask(0.2)).unchanged).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('has the next frame made while one is drawn, on the way that the viewer goes', async () => {
    const { ask, stream } = await open(100);
    for (const frame of [1, 2, 4, 6, 50, 49, 48, 48]) await ask(frame / 10);
    expect(stream.guessed).toEqual([2, 3, 6, 8, 51, 48, 47]);
  });

  it('tells what is wrong with a frame and goes on with others', async () => {
    const { ask, stream, renderer } = await open();
    stream.broken = 3;
    await ask(0.2);
    await expect(ask(0.3)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect((await ask(0.2)).unchanged).toBe(true);
    expect((await ask(0.4)).metadata.recordedFrame).toBe(4);
    renderer.failsOnce = true;
    await expect(ask(0.5)).rejects.toThrow('out of memory');
    // The renderer may have lost what it had.
    expect((await ask(0.4)).unchanged).toBe(true);
    expect((await ask(0.4, { view: IDENTITY.with(12, 1) })).metadata.recordedFrame).toBe(4);
    const moved = 'positions rotations harmonics';
    expect(renderer.got).toEqual([
      [0, 'all 3'],
      [2, moved],
      [4, moved],
      [4, 'all 3'],
    ]);
  });

  it('is named by a folder, and lets go of all at the end', async () => {
    const { scene, stream, renderer } = await open();
    await expect(scene.onInit({ argument: '', tell: () => undefined })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await scene.onShutdown();
    expect([stream.disposed, renderer.disposed]).toEqual([true, true]);
    const failed = new StreamScene({ open: () => Promise.reject(new Error('no')), renderer: async () => renderer });
    await expect(failed.onInit({ argument: 'x', tell: () => undefined })).rejects.toThrow('no');
    await failed.onShutdown();
  });
});
