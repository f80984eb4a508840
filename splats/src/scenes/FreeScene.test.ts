import type { SceneContext } from '@sgaps/pipeline';
import { type CameraFrame, SgapsError } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { renderReference } from '../reference/renderReference.js';
import { ReferenceRenderer } from '../renderer/ReferenceRenderer.js';
import { toBytes } from '../renderer/toBytes.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { scatterCamera } from '../synthetic/scatterCamera.js';
import { type FreeBuild, FreeScene } from './FreeScene.js';

const camera = scatterCamera(64, 36);
const NONE = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));
const frame: CameraFrame = { view: NONE, intrinsics: NONE, timeIndex: 0, frameId: 1, clientTime: 0, serverTime: 0 };

/** Knows whether it was disposed. */
class TestRenderer extends ReferenceRenderer {
  disposed = false;

  override async dispose(): Promise<void> {
    this.disposed = true;
    await super.dispose();
  }
}

/** A scene whose splats come when they are told to. */
async function begin() {
  const cloud = makeScatter(300);
  const told: Record<string, unknown>[] = [];
  const renderer = new TestRenderer(1);
  let settle: (how: Error | null) => void = () => undefined;
  let closed = false;
  const done = new Promise<Awaited<FreeBuild['done']>>((resolve, reject) => {
    settle = (how) => (how ? reject(how) : resolve({ cloud, sky: 0, camera }));
  });
  const build: FreeBuild = {
    done,
    listen: (listener) => listener(0.25),
    close: () => {
      closed = true;
      settle(new SgapsError('CLOSED', 'Nobody waits for it.'));
    },
  };
  const scene = new FreeScene({ open: async () => build, renderer: async () => renderer });
  const tell: SceneContext['tell'] = (message) => void told.push(message);
  await scene.onInit({ argument: 'a1', tell });
  scene.resize(64, 36);
  return { scene, cloud, told, renderer, settle: (how: Error | null = null) => settle(how), isClosed: () => closed };
}

describe('the scene of a recording’s splats', () => {
  it('shows nothing while they are built, tells how far it is, then what they are, and shows them from where the player stood', async () => {
    const { scene, cloud, told, settle } = await begin();
    expect(await scene.render(frame)).toBeNull();
    expect(told).toEqual([{ type: 'building', share: 0.25 }]);
    const changes = scene.changed(frame, new AbortController().signal);
    settle();
    expect(await changes).toBe(true);
    expect(told.at(-1)).toMatchObject({ type: 'built', splats: 300, adapter: 'CPU, one thread' });
    const shown = await scene.render(frame);
    expect(shown?.colour).toEqual(toBytes(renderReference(cloud, { ...camera, fx: camera.fy, cx: 32, cy: 18 }).colour));
    expect(await scene.changed(frame, new AbortController().signal)).toBe(false);
    await scene.onShutdown();
  });

  it('tells viewers why there are none, and each of their cameras fails', async () => {
    const { scene, told, settle } = await begin();
    const changes = scene.changed(frame, new AbortController().signal);
    settle(new SgapsError('UNSUPPORTED', 'no depth'));
    expect(await changes).toBe(false);
    expect(told.at(-1)).toEqual({ type: 'unbuilt', code: 'UNSUPPORTED', message: 'no depth' });
    await expect(scene.render(frame)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await scene.onShutdown();
  });

  it('lets go of everything when it is left, and tells nobody any more', async () => {
    const { scene, told, renderer, isClosed } = await begin();
    const aborted = new AbortController();
    const changes = scene.changed(frame, aborted.signal);
    aborted.abort();
    expect(await changes).toBe(false);
    await scene.onShutdown();
    expect([isClosed(), renderer.disposed]).toEqual([true, true]);
    expect(told.map(({ type }) => type)).toEqual(['building']);
  });

  it('needs a recording', async () => {
    const scene = new FreeScene({
      open: () => Promise.reject(new SgapsError('NOT_FOUND', 'none')),
      renderer: async () => new TestRenderer(1),
    });
    await expect(scene.onInit({ argument: '', tell: () => undefined })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(scene.onInit({ argument: 'a1', tell: () => undefined })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
