import { afterEach, describe, expect, it } from 'vitest';
import { openGpu } from '../gpu/openGpu.js';
import { takeSwiftShader } from '../gpu/testing/swiftShader.js';
import { renderReference } from '../reference/renderReference.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { scatterCamera } from '../synthetic/scatterCamera.js';
import { openSplatRenderer } from './openSplatRenderer.js';
import { ReferenceRenderer } from './ReferenceRenderer.js';
import type { SplatRenderer } from './SplatRenderer.js';

takeSwiftShader();

const seen = scatterCamera(48, 27);
const opened: SplatRenderer[] = [];

async function open(on?: 'auto' | 'webgpu' | 'cpu') {
  const renderer = await openSplatRenderer({ on });
  opened.push(renderer);
  return renderer;
}

afterEach(async () => {
  for (const renderer of opened.splice(0)) await renderer.dispose();
});

describe('openSplatRenderer', () => {
  it('draws on WebGPU where asked to, and without it where asked to', async () => {
    expect((await open('webgpu')).adapter).toContain('WebGPU');
    expect((await open('cpu')).adapter).toMatch(/^CPU, /);
  });

  it('chooses what is faster: no GPU that computes on the CPU', async () => {
    const { software } = await openGpu();
    expect((await open()).adapter.endsWith(', WebGPU')).toBe(!software);
  });

  it.each(['cpu', 'webgpu'] as const)('gives the same pictures on %s, as floats and as bytes, also after changes', async (on) => {
    const renderer = await open(on);
    const cloud = makeScatter(800, 3);
    await expect(renderer.update({})).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    await renderer.load(cloud);
    const floats = Float32Array.from((await renderer.render(seen)).colour);
    const bytes = Uint8Array.from((await renderer.renderBytes(seen)).colour);
    bytes.forEach((value, at) => {
      expect(Math.abs(value - 255 * floats[at])).toBeLessThan(0.51);
    });
    await expect(renderer.load({ ...cloud, count: 3 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(renderer.update({ scales: new Float32Array(1) })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await renderer.update({ opacities: new Float32Array(800) });
    expect([...new Set((await renderer.renderBytes(seen)).colour)]).toEqual([0]);
    await expect(renderer.render({ ...seen, height: 5000 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it.each([1, 3, 8])('draws by %i threads what one draws, in pictures of any height', async (threads) => {
    const renderer = new ReferenceRenderer(threads);
    opened.push(renderer);
    const cloud = makeScatter(800, 3);
    await renderer.load(cloud);
    for (const height of [1, 16, 50]) {
      const camera = scatterCamera(40, height);
      expect(await renderer.render(camera)).toEqual(renderReference(cloud, camera));
    }
    const [, second] = await Promise.allSettled([renderer.render(seen), renderer.render(seen)]);
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'OUT_OF_ORDER' } });
    await renderer.dispose();
    await expect(renderer.render(seen)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
