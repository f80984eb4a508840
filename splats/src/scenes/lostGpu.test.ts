import { type CameraFrame, SgapsError } from '@sgaps/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReferenceRenderer } from '../renderer/ReferenceRenderer.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { scatterCamera } from '../synthetic/scatterCamera.js';
import { FreeScene } from './FreeScene.js';
import { SplatScene } from './SplatScene.js';

const cloud = makeScatter(50);
const identity = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));
const camera: CameraFrame = { view: identity, intrinsics: identity, timeIndex: 0, frameId: 1, clientTime: 0, serverTime: 0 };

/** What ends the GPU: this many draws in a row. */
let deadly = 0;
/** Loads that fail next, and such as end the GPU. */
let failing = 0;
let deadlyLoads = 0;
let opened: LosingRenderer[] = [];
let now = 0;

class LosingRenderer extends ReferenceRenderer {
  disposed = 0;

  override async load(loaded: typeof cloud): Promise<void> {
    if (deadlyLoads-- > 0) throw new SgapsError('PROVIDER_UNAVAILABLE', 'The GPU was lost.');
    if (failing-- > 0) throw new Error('out of memory');
    await super.load(loaded);
  }

  override async renderBytes(seen: Parameters<ReferenceRenderer['renderBytes']>[0]) {
    if (deadly-- > 0) throw new SgapsError('PROVIDER_UNAVAILABLE', 'The GPU was lost.');
    return super.renderBytes(seen);
  }

  override async dispose(): Promise<void> {
    this.disposed++;
    await super.dispose();
  }
}

const renderer = async () => {
  const one = new LosingRenderer(1);
  opened.push(one);
  return one;
};

async function splatScene() {
  const scene = new SplatScene({ open: async () => cloud, renderer });
  await scene.onInit({ argument: 'room', tell: () => undefined });
  return scene;
}

async function freeScene() {
  const done = Promise.resolve({ cloud, sky: 0, camera: scatterCamera(16, 9) });
  const scene = new FreeScene({ open: async () => ({ done, listen: () => undefined, close: () => undefined }), renderer });
  await scene.onInit({ argument: 'a1', tell: () => undefined });
  await scene.changed(camera, new AbortController().signal);
  return scene;
}

describe.each([
  ['SplatScene', splatScene],
  ['FreeScene', freeScene],
])('a %s whose GPU is lost', (_, open) => {
  let scene: SplatScene | FreeScene;

  beforeEach(async () => {
    [deadly, failing, opened, now] = [0, 0, [], 1e6];
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    scene = await open();
    scene.resize(16, 9);
    expect((await scene.render(camera))?.width).toBe(16);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await scene.onShutdown();
  });

  const outcome = async () => {
    try {
      return (await scene.render(camera))?.width;
    } catch (error) {
      return error instanceof SgapsError ? error.code : String(error);
    }
  };

  it('loads its splats again, next time where that fails', async () => {
    [deadly, failing] = [1, 1];
    expect(await outcome()).toBe('Error: out of memory');
    expect(await outcome()).toBe(16);
    expect(opened.map(({ disposed }) => disposed)).toEqual([1, 0]);
  });

  it('leaves it alone for a while, longer each time, where it is lost again soon', async () => {
    deadly = 100;
    const tries = () => {
      const before = 100 - deadly;
      return outcome().then((what) => [what, 100 - deadly - before]);
    };
    expect(await tries()).toEqual(['PROVIDER_UNAVAILABLE', 2]);
    for (const pause of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      now += pause - 1;
      expect(await tries()).toEqual(['PROVIDER_UNAVAILABLE', 0]);
      now += 1;
      expect(await tries()).toEqual(['PROVIDER_UNAVAILABLE', 1]);
    }
    deadly = 0;
    expect(await outcome()).toBe('PROVIDER_UNAVAILABLE');
    now += 30_000;
    expect(await outcome()).toBe(16);
    // After a minute without a loss it is opened at once again.
    now += 60_000;
    deadly = 1;
    expect(await outcome()).toBe(16);
  });
});

it('a FreeScene whose GPU was lost while its splats were built shows them all the same', async () => {
  [deadly, failing, opened, deadlyLoads] = [0, 0, [], 1];
  const scene = await freeScene();
  scene.resize(16, 9);
  expect((await scene.render(camera))?.width).toBe(16);
  expect(opened).toHaveLength(2);
  await scene.onShutdown();
});
