import { afterEach, describe, expect, it } from 'vitest';
import { openGpu } from '../gpu/openGpu.js';
import { takeSwiftShader } from '../gpu/testing/swiftShader.js';
import { renderReference } from '../reference/renderReference.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { scatterCamera } from '../synthetic/scatterCamera.js';
import { openSplatRenderer } from './openSplatRenderer.js';
import { ReferencePool } from './ReferencePool.js';
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
    // SwiftShader is one, where it was taken; elsewhere this machine has what it has.
    const { software } = await openGpu();
    if (process.env.VK_ICD_FILENAMES?.includes('swiftshader')) expect(software).toBe(true);
    expect((await open()).adapter).toMatch(software ? /^CPU, / : /, WebGPU$/);
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
    await expect(renderer.render({ ...seen, width: 1e6, height: 1e6 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    const [, cut] = await Promise.allSettled([renderer.dispose(), renderer.render(seen)]);
    expect(cut).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } });
    await expect(renderer.load(cloud)).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('keeps renderers apart that share their threads, and draws on where a thread has ended', async () => {
    const [one, two] = [new ReferenceRenderer(2), new ReferenceRenderer(2)];
    opened.push(one, two);
    const clouds = [makeScatter(300, 1), makeScatter(400, 2)];
    await one.load(clouds[0]);
    await two.load(clouds[1]);
    const images = await Promise.all([one.render(seen), two.render(seen)]);
    expect(images).toEqual(clouds.map((cloud) => renderReference(cloud, seen)));
    await one.dispose();
    expect(await two.render(seen)).toEqual(images[1]);
    const { pool, renderer } = ReferencePool.join(2);
    await pool.threads[1].end();
    await pool.leave(renderer);
    await expect(two.render(seen)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    const next = new ReferenceRenderer(2);
    opened.push(next);
    await next.load(clouds[0]);
    expect(await next.render(seen)).toEqual(images[0]);
  });
});
