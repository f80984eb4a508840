import { expect, it } from 'vitest';
import { openGpu } from '../gpu/openGpu.js';
import { takeSwiftShader } from '../gpu/testing/swiftShader.js';
import { openSplatRenderer } from '../renderer/openSplatRenderer.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { SplatScene } from './SplatScene.js';

takeSwiftShader();

it('goes on where the GPU was lost', async () => {
  const cloud = makeScatter(200, 3);
  const scene = new SplatScene({ open: async () => cloud, renderer: () => openSplatRenderer({ on: 'webgpu' }) });
  await scene.onInit({ argument: 'room', tell: () => undefined });
  scene.resize(48, 27);
  const identity = Float32Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 : 0));
  const camera = { view: identity, intrinsics: identity, timeIndex: 0, frameId: 1, clientTime: 0, serverTime: 0 };
  const before = Uint8Array.from((await scene.render(camera))?.colour ?? []);
  const { device } = await openGpu();
  device.destroy();
  await device.lost;
  const after = await scene.render(camera);
  expect(after).toMatchObject({ width: 48, height: 27 });
  expect([...(after?.colour ?? [])]).toEqual([...before]);
  expect(before.some((value) => value > 30)).toBe(true);
  await scene.onShutdown();
});
