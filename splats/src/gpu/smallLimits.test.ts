import { expect, it, vi } from 'vitest';
import { renderReference } from '../reference/renderReference.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { scatterCamera } from '../synthetic/scatterCamera.js';
import { GaussianRenderer } from './GaussianRenderer.js';
import { expectSame } from './testing/compareImages.js';
import { takeSwiftShader } from './testing/swiftShader.js';

takeSwiftShader();

/** Bytes that the device under test binds at once. */
const BOUND = 1 << 18;

vi.mock('./openGpu.js', async (original) => {
  const { openGpu } = await original<typeof import('./openGpu.js')>();
  return {
    openGpu: async () => {
      const gpu = await openGpu();
      const limits = { ...numbersOf(gpu.device.limits), maxStorageBufferBindingSize: BOUND };
      const device = new Proxy(gpu.device, {
        get(target, name) {
          if (name === 'limits') return limits;
          const value = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      return { ...gpu, device };
    },
  };
});

function numbersOf(limits: GPUSupportedLimits) {
  const { maxBufferSize, maxComputeWorkgroupsPerDimension } = limits;
  return { maxBufferSize, maxComputeWorkgroupsPerDimension };
}

it('draws clouds and pictures of which a device binds only parts, and says what it has no room for', async () => {
  const renderer = await GaussianRenderer.open();
  // Harmonics of degree 3 are 96 bytes a splat: 2,730 of them go into a binding. Colours of 200×150 are 360 kB.
  const cloud = makeScatter(3000, 2, 3);
  const seen = scatterCamera(200, 150);
  await renderer.load(cloud);
  const image = await renderer.render(seen);
  const floats = Float32Array.from(image.colour);
  expectSame(image, renderReference(cloud, seen));
  const { colour } = await renderer.renderBytes(seen);
  for (let at = 0; at < floats.length; at++) expect(Math.abs(colour[at] - 255 * floats[at])).toBeLessThan(0.51);

  await expect(renderer.load(makeScatter(22_000))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  await renderer.load(cloud);
  await expect(renderer.render(scatterCamera(300, 300))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  // Each splat in all tiles: more pairs than go into a binding.
  const veils = { ...cloud, scales: new Float32Array(3 * cloud.count).fill(50), opacities: cloud.opacities.map(() => 0.01) };
  await renderer.load(veils);
  await expect(renderer.render(seen)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  await renderer.load(cloud);
  expectSame(await renderer.render(seen), renderReference(cloud, seen));
  await renderer.dispose();
});
