import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SplatCamera } from '../camera/SplatCamera.js';
import { makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { BAND_0 } from '../reference/harmonics.js';
import { renderReference } from '../reference/renderReference.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { SplatRandom } from '../synthetic/SplatRandom.js';
import { scatterCamera } from '../synthetic/scatterCamera.js';
import { GaussianRenderer } from './GaussianRenderer.js';
import { expectSame } from './testing/compareImages.js';
import { takeSwiftShader } from './testing/swiftShader.js';

takeSwiftShader();

const view = new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
/** Its axis meets the centre of pixel (20, 12). */
const camera: SplatCamera = { width: 41, height: 25, fx: 100, fy: 100, cx: 20.5, cy: 12.5, view };
let renderer: GaussianRenderer;

beforeAll(async () => {
  renderer = await GaussianRenderer.open();
});
afterAll(() => renderer.dispose());

interface Splat {
  at?: [number, number, number];
  scales?: [number, number, number];
  opacity?: number;
  colour?: [number, number, number];
}

function cloudOf(splats: Splat[]): SplatCloud {
  const cloud = makeCloud(splats.length, 0);
  splats.forEach(({ at = [0, 0, 5], scales = [0.1, 0.1, 0.1], opacity = 1, colour = [1, 1, 1] }, index) => {
    cloud.positions.set(at, 3 * index);
    cloud.scales.set(scales, 3 * index);
    cloud.opacities[index] = opacity;
    cloud.harmonics.set(
      colour.map((value) => (value - 0.5) / BAND_0),
      3 * index,
    );
  });
  return cloud;
}

async function draw(splats: Splat[]) {
  await renderer.load(cloudOf(splats));
  const { colour, depth, alpha } = await renderer.render(camera);
  return (x = 20, y = 12) => {
    const at = y * camera.width + x;
    return { colour: [...colour.subarray(3 * at, 3 * at + 3)], depth: depth[at], alpha: alpha[at] };
  };
}

function expectColour(actual: number[], expected: number[]) {
  // Half floats have eleven bits.
  expected.forEach((value, channel) => {
    expect(actual[channel], `channel ${channel}`).toBeCloseTo(value, 3);
  });
}

describe('closed forms', () => {
  it('draws one Gaussian by the formula, low-pass included', async () => {
    const size = (Math.sqrt(3.7) * 5) / 100;
    const pixel = await draw([{ scales: [size, size, size], opacity: 0.8, colour: [1, 0.5, 0.25] }]);
    expectColour(pixel().colour, [0.8, 0.4, 0.2]);
    expect(pixel().depth).toBeCloseTo(5, 4);
    for (const [x, y] of [
      [22, 12],
      [18, 12],
      [20, 14],
      [20, 10],
    ])
      expect(pixel(x, y).alpha).toBeCloseTo(0.8 * Math.exp(-0.5), 3);
    expect(pixel(22, 14).alpha).toBeCloseTo(0.8 * Math.exp(-1), 3);
    // 6.52 pixels from the centre alpha falls below 1/255.
    expect(pixel(26, 12).alpha).toBeCloseTo(0.8 * Math.exp(-4.5), 4);
    expect(pixel(27, 12)).toEqual({ colour: [0, 0, 0], depth: Number.POSITIVE_INFINITY, alpha: 0 });
  });

  it('blends two that overlap in the order of depth, in whichever order they are stored', async () => {
    const near: Splat = { at: [0, 0, 4], opacity: 0.6, colour: [1, 0, 0] };
    const far: Splat = { at: [0, 0, 8], opacity: 0.5, colour: [0, 1, 0.5] };
    for (const splats of [
      [near, far],
      [far, near],
    ]) {
      const pixel = await draw(splats);
      expectColour(pixel().colour, [0.6, 0.2, 0.1]);
      expect(pixel().alpha).toBeCloseTo(0.8, 3);
      expect(pixel().depth).toBeCloseTo((0.6 * 4 + 0.2 * 8) / 0.8, 2);
    }
  });

  it('blends splats of one depth in the order that they are stored in, however many', async () => {
    const random = new SplatRandom(3);
    const splats: Splat[] = Array.from({ length: 3000 }, () => ({
      at: [random.range(-1, 1), random.range(-0.6, 0.6), 5],
      opacity: 0.5,
      colour: [random.next(), random.next(), random.next()],
    }));
    await renderer.load(cloudOf(splats));
    expectSame(await renderer.render(camera), renderReference(cloudOf(splats), camera));
  });

  it('draws nothing behind the camera or nearer than 0.05', async () => {
    const tiny: [number, number, number] = [1e-4, 1e-4, 1e-4];
    const green: Splat = { at: [0, 0, 6], opacity: 0.5, colour: [0, 1, 0] };
    const pixel = await draw([{ at: [0, 0, -5] }, { at: [0, 0, 0] }, { at: [0, 0, 0.04], scales: tiny }, green]);
    expectColour(pixel().colour, [0, 0.5, 0]);
    expect((await draw([{ at: [0, 0, 0.06], scales: tiny }]))().alpha).toBeGreaterThan(0.9);
  });

  it('draws splats without size as points, needles as lines, and huge ones as an even veil', async () => {
    for (const size of [0, 1e-20]) {
      const pixel = await draw([{ scales: [size, size, size], opacity: 0.7 }]);
      expect(pixel().alpha).toBeCloseTo(0.7, 3);
      expect(pixel(21, 12).alpha).toBeCloseTo(0.7 * Math.exp(-0.5 / 0.3), 3);
      expect(pixel(23, 12).alpha).toBe(0);
    }
    const line = await draw([{ scales: [1e3, 0, 0], opacity: 0.7 }]);
    for (const x of [0, 20, 40]) {
      expect(line(x, 12).alpha).toBeCloseTo(0.7, 3);
      expect(line(x, 13).alpha).toBeCloseTo(0.7 * Math.exp(-0.5 / 0.3), 3);
      expect(line(x, 15).alpha).toBe(0);
    }
    const veil = await draw([{ scales: [1e12, 1e12, 1e12], opacity: 0.7 }]);
    for (const [x, y] of [
      [0, 0],
      [40, 24],
    ])
      expect(veil(x, y).alpha).toBeCloseTo(0.7, 3);
  });

  it('hides nothing at opacity 0, 99 % at 1, and stops once less than a ten-thousandth of the light is left', async () => {
    expect((await draw([{ opacity: 0 }, { opacity: -1 }, { opacity: 0.0039 }]))().alpha).toBe(0);
    expect((await draw([{ opacity: 1 }]))().alpha).toBeCloseTo(0.99, 5);
    const layers = Array.from({ length: 5 }, (_, index) => ({
      at: [0, 0, 5 + index] as [number, number, number],
      opacity: 0.95,
    }));
    const stopped = (await draw([...layers, { at: [0, 0, 20], opacity: 0.95, colour: [1, 1, 1] }]))();
    // After the fourth 0.05⁴ is left: neither the fifth nor the sixth adds anything.
    expect(1 - stopped.alpha).toBeGreaterThan(0.05 ** 4 * 0.9);
  });
});

describe('against the reference', () => {
  it.each([0, 1, 2, 3] as const)('draws a room with harmonics of degree %i', async (degree) => {
    const cloud = makeScatter(4000, 5, degree);
    const seen = scatterCamera(160, 90);
    await renderer.load(cloud);
    expectSame(await renderer.render(seen), renderReference(cloud, seen));
  });

  it('draws from inside of a cloud, rolled and off-centre, in pictures of any size, one after the other', async () => {
    const cloud = makeScatter(3000, 9, 1);
    await renderer.load(cloud);
    const { view: from } = scatterCamera(64, 36);
    // A roll of 30° before the view, and splats on all sides of the camera.
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const rolled = new Float32Array(from);
    for (let column = 0; column < 4; column++) {
      rolled[4 * column] = c * from[4 * column] - s * from[4 * column + 1];
      rolled[4 * column + 1] = s * from[4 * column] + c * from[4 * column + 1];
    }
    rolled[14] -= 2;
    for (const [width, height] of [
      [1, 1],
      [33, 17],
      [130, 70],
      [16, 16],
    ]) {
      const seen = { width, height, fx: 60, fy: 45, cx: width / 3, cy: height / 4, view: rolled };
      const image = await renderer.render(seen);
      expectSame(image, renderReference(cloud, seen), width * height < 20 ? 40 : 55);
    }
  });

  it('sorts a hundred thousand by depth', async () => {
    const cloud = makeScatter(100_000, 7);
    const seen = scatterCamera(96, 54);
    await renderer.load(cloud);
    expectSame(await renderer.render(seen), renderReference(cloud, seen));
  });

  it('draws what touches more tiles than there was room for', async () => {
    const random = new SplatRandom(8);
    // 1,500 splats over nearly all of 240 tiles: more than 2¹⁸ pairs.
    const splats: Splat[] = Array.from({ length: 1500 }, () => ({
      at: [random.range(-1, 1), random.range(-1, 1), random.range(4, 6)],
      scales: [1, 1, 1],
      opacity: 0.02,
      colour: [random.next(), random.next(), random.next()],
    }));
    const cloud = cloudOf(splats);
    const seen: SplatCamera = { width: 320, height: 192, fx: 200, fy: 200, cx: 160, cy: 96, view };
    await renderer.load(cloud);
    expectSame(await renderer.render(seen), renderReference(cloud, seen));
  });

  it('gives colours as bytes too, in pictures of any number of pixels', async () => {
    await renderer.load(makeScatter(2000, 4));
    for (const [width, height] of [
      [40, 24],
      [37, 23],
    ]) {
      const seen = scatterCamera(width, height);
      const { colour } = await renderer.render(seen);
      const floats = Float32Array.from(colour);
      const bytes = await renderer.renderBytes(seen);
      expect(bytes.colour.length).toBe(3 * width * height);
      for (let at = 0; at < floats.length; at++) expect(Math.abs(bytes.colour[at] - 255 * floats[at])).toBeLessThan(0.51);
      expect(bytes.depth.length).toBe(width * height);
    }
  });

  it('shows changes of some arrays as another cloud would look', async () => {
    const cloud = makeScatter(500, 6);
    const seen = scatterCamera(64, 36);
    await renderer.load(cloud);
    const before = Float32Array.from((await renderer.render(seen)).colour);
    const positions = cloud.positions.map((value, at) => (at % 3 === 0 ? value + 0.4 : value));
    await renderer.update({ positions });
    const image = await renderer.render(seen);
    expectSame(image, renderReference({ ...cloud, positions }, seen));
    expect(image.colour.some((value, at) => Math.abs(value - before[at]) > 0.05)).toBe(true);
  });

  it('leaves out splats that are no numbers', async () => {
    const cloud = cloudOf([{}, {}, {}, {}, {}, { opacity: 0.5, colour: [0.5, 0.5, 0.5] }]);
    cloud.positions[0] = Number.NaN;
    cloud.scales[4] = Number.POSITIVE_INFINITY;
    cloud.rotations[9] = Number.NaN;
    cloud.opacities[3] = Number.NaN;
    cloud.positions[14] = Number.POSITIVE_INFINITY;
    await renderer.load(cloud);
    expectSame(await renderer.render(camera), renderReference(cloud, camera));
    // Colours that are none stay where they are, and those beyond half floats are held.
    cloud.harmonics.set([Number.NaN, 1e30, Number.NEGATIVE_INFINITY], 15);
    await renderer.load(cloud);
    const { colour } = await renderer.render(camera);
    const at = 3 * (12 * camera.width + 20);
    expect([...colour.subarray(at, at + 3)]).toEqual([expect.closeTo(0.25, 2), 1, 0]);
    expect(colour.every(Number.isFinite)).toBe(true);
  });

  it('draws an empty cloud, and one of which nothing is seen', async () => {
    for (const cloud of [makeCloud(0, 0), cloudOf([{ at: [0, 0, -3] }])]) {
      await renderer.load(cloud);
      const { colour, depth, alpha } = await renderer.render(camera);
      expect([...new Set(colour), ...new Set(alpha), ...new Set(depth)]).toEqual([0, 0, Number.POSITIVE_INFINITY]);
    }
  });

  it('shows the background behind it', async () => {
    const background = [0.2, 0.9, 0.4] as const;
    const other = await GaussianRenderer.open({ background });
    const cloud = cloudOf([{ opacity: 0.75, colour: [1, 0, 0] }]);
    await other.load(cloud);
    expectSame(await other.render(camera), renderReference(cloud, camera, { background }));
    await other.dispose();
  });
});

describe('misuse', () => {
  it('is refused with a typed error, and harms nothing', async () => {
    const other = await GaussianRenderer.open();
    await expect(other.render(camera)).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    await expect(other.update({})).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    const cloud = cloudOf([{ opacity: 0.5 }]);
    await expect(other.load({ ...cloud, count: 2 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await other.load(cloud);
    await expect(other.render({ ...camera, width: 0 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(other.render({ ...camera, width: 4097 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    await expect(other.update({ opacities: new Float32Array(3) })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
    const [first, second] = await Promise.allSettled([other.render(camera), other.render(camera)]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'OUT_OF_ORDER' } });
    expect((await other.render(camera)).alpha[12 * 41 + 20]).toBeCloseTo(0.5, 3);
    await other.dispose();
    await other.dispose();
    await expect(other.render(camera)).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(other.load(cloud)).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(GaussianRenderer.open({ near: 0 })).rejects.toMatchObject({ code: 'ARGUMENT_INVALID' });
  });

  it('ends what is under way where it is disposed meanwhile', async () => {
    for (const what of ['load', 'render'] as const) {
      const other = await GaussianRenderer.open();
      if (what === 'render') await other.load(makeScatter(100));
      const work = what === 'load' ? other.load(makeScatter(100)) : other.render(camera);
      const [, outcome] = await Promise.allSettled([other.dispose(), work]);
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } });
    }
  });
});
