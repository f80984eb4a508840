import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SplatCamera } from '../camera/SplatCamera.js';
import { makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { makeScatter } from '../synthetic/makeScatter.js';
import { SplatRandom } from '../synthetic/SplatRandom.js';
import { scatterCamera } from '../synthetic/scatterCamera.js';
import { BAND_0 } from './harmonics.js';
import { makeProjectedSplat, projectSplat } from './projectSplat.js';
import { type ReferenceOptions, renderReference } from './renderReference.js';

const view = new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
/** Its axis meets the centre of pixel (20, 12). */
const camera: SplatCamera = { width: 41, height: 25, fx: 100, fy: 100, cx: 20.5, cy: 12.5, view };

interface Splat {
  at?: [number, number, number];
  size?: number;
  opacity?: number;
  colour?: [number, number, number];
}

/** Round splats of one colour. */
function cloudOf(splats: Splat[]): SplatCloud {
  const cloud = makeCloud(splats.length, 0);
  splats.forEach(({ at = [0, 0, 5], size = 0.1, opacity = 1, colour = [1, 1, 1] }, index) => {
    cloud.positions.set(at, 3 * index);
    cloud.scales.fill(size, 3 * index, 3 * index + 3);
    cloud.opacities[index] = opacity;
    cloud.harmonics.set(
      colour.map((value) => (value - 0.5) / BAND_0),
      3 * index,
    );
  });
  return cloud;
}

function pixel(splats: Splat[], x = 20, y = 12, options?: ReferenceOptions, seen = camera) {
  const { colour, depth, alpha, width } = renderReference(cloudOf(splats), seen, options);
  const at = y * width + x;
  return { colour: [...colour.subarray(3 * at, 3 * at + 3)], depth: depth[at], alpha: alpha[at] };
}

function expectColour(actual: number[], expected: number[], digits = 6) {
  expected.forEach((value, channel) => {
    expect(actual[channel], `channel ${channel}`).toBeCloseTo(value, digits);
  });
}

describe('renderReference', () => {
  it('draws one Gaussian by the formula, low-pass included', () => {
    // 100 · s / 5 = √3.7 pixels, and 3.7 + 0.3 = 2²: two pixels beside the mean are one standard deviation.
    const splat: Splat = { size: (Math.sqrt(3.7) * 5) / 100, opacity: 0.8, colour: [1, 0.5, 0.25] };
    const centre = pixel([splat]);
    expectColour(centre.colour, [0.8, 0.4, 0.2]);
    expect(centre.alpha).toBeCloseTo(0.8, 6);
    expect(centre.depth).toBeCloseTo(5, 6);
    const sigma = 0.8 * Math.exp(-0.5);
    for (const [x, y] of [
      [22, 12],
      [18, 12],
      [20, 14],
      [20, 10],
    ]) {
      const beside = pixel([splat], x, y);
      expectColour(beside.colour, [sigma, sigma / 2, sigma / 4], 5);
      expect(beside.alpha).toBeCloseTo(0.4852245, 5);
      expect(beside.depth).toBeCloseTo(5, 6);
    }
    expect(pixel([splat], 22, 14).alpha).toBeCloseTo(0.8 * Math.exp(-1), 5);
  });

  it('draws every pixel of at least 1/255, and no other', () => {
    // Deviation 2, opacity 0.8: α falls to 1/255 at √(2 ln 204) · 2 = 6.52 pixels.
    const splat: Splat = { size: (Math.sqrt(3.7) * 5) / 100, opacity: 0.8 };
    const { alpha } = renderReference(cloudOf([splat]), camera);
    for (let y = 0; y < camera.height; y++)
      for (let x = 0; x < camera.width; x++)
        expect(alpha[y * camera.width + x] > 0, `${x}, ${y}`).toBe(Math.hypot(x - 20, y - 12) < 2 * Math.sqrt(2 * Math.log(204)));
    expect(pixel([splat], 26, 12).alpha).toBeCloseTo(0.8 * Math.exp(-4.5), 6);
    expect(pixel([splat], 27, 12)).toEqual({ colour: [0, 0, 0], depth: Number.POSITIVE_INFINITY, alpha: 0 });
  });

  it('blends two in the order of depth, in whichever order they are stored', () => {
    const near: Splat = { at: [0, 0, 4], opacity: 0.6, colour: [1, 0, 0] };
    const far: Splat = { at: [0, 0, 8], opacity: 0.5, colour: [0, 1, 0.5] };
    for (const splats of [
      [near, far],
      [far, near],
    ]) {
      const { colour, depth, alpha } = pixel(splats);
      // Weights 0.6 and 0.4 · 0.5 = 0.2; what is left is 0.4 · 0.5.
      expectColour(colour, [0.6, 0.2, 0.1]);
      expect(alpha).toBeCloseTo(0.8, 6);
      expect(depth).toBeCloseTo((0.6 * 4 + 0.2 * 8) / 0.8, 5);
    }
  });

  it('blends splats of the same depth by index', () => {
    const red: Splat = { opacity: 0.5, colour: [1, 0, 0] };
    const green: Splat = { opacity: 0.5, colour: [0, 1, 0] };
    expectColour(pixel([red, green]).colour, [0.5, 0.25, 0]);
    expectColour(pixel([green, red]).colour, [0.25, 0.5, 0]);
  });

  it('draws nothing behind the camera or nearer than near', () => {
    const nothing = { colour: [0, 0, 0], depth: Number.POSITIVE_INFINITY, alpha: 0 };
    expect(pixel([{ at: [0, 0, -5] }])).toEqual(nothing);
    expect(pixel([{ at: [0, 0, 0.04], size: 1e-4 }])).toEqual(nothing);
    expect(pixel([{ at: [0, 0, 0.06], size: 1e-4 }]).alpha).toBeGreaterThan(0.9);
    expect(pixel([{ at: [0, 0, 3] }], 20, 12, { near: 3.5 })).toEqual(nothing);
    expectColour(
      pixel([
        { at: [0, 0, -5], colour: [1, 0, 0] },
        { opacity: 0.5, colour: [0, 1, 0] },
      ]).colour,
      [0, 0.5, 0],
    );
  });

  it('draws splats of no size as points, and huge ones as an even veil', () => {
    for (const size of [0, 1e-20]) {
      expect(pixel([{ size, opacity: 0.7 }]).alpha).toBeCloseTo(0.7, 6);
      expect(pixel([{ size, opacity: 0.7 }], 21, 12).alpha).toBeCloseTo(0.7 * Math.exp(-0.5 / 0.3), 6);
      expect(pixel([{ size, opacity: 0.7 }], 23, 12).alpha).toBe(0);
    }
    const { alpha } = renderReference(cloudOf([{ size: 1e18, opacity: 0.7 }]), camera);
    for (const value of alpha) expect(value).toBeCloseTo(0.7, 6);
  });

  it('hides nothing at opacity 0, and 99 % at 1 and above', () => {
    expect(pixel([{ opacity: 0 }]).alpha).toBe(0);
    expect(pixel([{ opacity: -1 }]).alpha).toBe(0);
    expect(pixel([{ opacity: 0.0039 }]).alpha).toBe(0);
    expect(pixel([{ opacity: 0.00393 }]).alpha).toBeCloseTo(0.00393, 7);
    expect(pixel([{ opacity: 1 }]).alpha).toBeCloseTo(0.99, 6);
    expectColour(
      pixel([
        { opacity: 1, colour: [1, 0, 0] },
        { at: [0, 0, 6], opacity: 1, colour: [0, 1, 0] },
      ]).colour,
      [0.99, 0.0099, 0],
    );
  });

  it('stops after the splat that leaves less than a ten-thousandth of the light', () => {
    const layers = (count: number, opacity: number): Splat[] =>
      Array.from({ length: count }, (_, index) => ({
        at: [0, 0, 5 + index],
        opacity,
        colour: [index === count - 1 ? 1 : 0, 0, 0],
      }));
    // 0.1⁴ is just above 10⁻⁴ in floats of 0.9 (0.8999999762): the fifth is drawn still, the sixth is not.
    expect(pixel(layers(5, 0.9)).colour[0]).toBeCloseTo(0.9e-4, 8);
    expect(pixel(layers(6, 0.9)).colour[0]).toBe(0);
  });

  it('shows the background through what does not hide it', () => {
    const background: [number, number, number] = [0.2, 1, 0.4];
    expectColour(pixel([], 0, 0, { background }).colour, background);
    expectColour(pixel([{ opacity: 0.75, colour: [1, 0, 0] }], 20, 12, { background }).colour, [0.8, 0.25, 0.1]);
    // Colours above 1 are held at the end, not before they are blended.
    expectColour(pixel([{ opacity: 0.5, colour: [1.5, 9, 0] }], 20, 12, { background }).colour, [0.85, 1, 0.2]);
    expect(() => pixel([], 0, 0, { background: [0, 2, 0] })).toThrow('background');
    expect(() => pixel([], 0, 0, { near: 0 })).toThrow('near');
  });

  it('draws pixels that are not square', () => {
    // fx 100 and fy 50: deviations of √3.7 and √(3.7 / 4) pixels before the low-pass.
    const seen = { ...camera, fy: 50 };
    const splat: Splat = { size: (Math.sqrt(3.7) * 5) / 100, opacity: 0.8 };
    expect(pixel([splat], 22, 12, {}, seen).alpha).toBeCloseTo(0.8 * Math.exp(-0.5), 5);
    expect(pixel([splat], 20, 13, {}, seen).alpha).toBeCloseTo(0.8 * Math.exp(-0.5 / (3.7 / 4 + 0.3)), 5);
  });

  it('leaves out splats that are no numbers, and lets no colour that is none spread', () => {
    const good: Splat = { opacity: 0.5, colour: [0.5, 0.5, 0.5] };
    const cloud = cloudOf([{}, {}, {}, {}, good]);
    cloud.positions[0] = Number.NaN;
    cloud.scales[4] = Number.POSITIVE_INFINITY;
    cloud.rotations[9] = Number.NaN;
    cloud.opacities[3] = Number.NaN;
    const { colour, alpha } = renderReference(cloud, camera);
    expect(alpha[12 * 41 + 20]).toBeCloseTo(0.5, 6);
    cloud.harmonics.fill(Number.NaN);
    expect(renderReference(cloud, camera).colour.every(Number.isFinite)).toBe(true);
    expect(colour.every(Number.isFinite)).toBe(true);
  });

  it('gives what a search of all splats for each pixel gives, whatever the cloud', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const splat = fc.record({
      at: fc.tuple(number(-3, 3), number(-3, 3), fc.oneof(number(-1, 9), fc.constantFrom(3, 4))),
      scales: fc.tuple(number(0, 1), number(0, 0.3), number(0, 0.3)),
      turn: fc.tuple(number(-1, 1), number(-1, 1), number(-1, 1), number(0.1, 1)),
      opacity: number(0, 1),
      colour: fc.tuple(number(0, 1.2), number(0, 1), number(-0.2, 1)),
    });
    fc.assert(
      fc.property(
        fc.array(splat, { maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 37 }),
        (splats, w, h) => {
          const cloud = cloudOf(splats);
          splats.forEach(({ scales, turn }, index) => {
            cloud.scales.set(scales, 3 * index);
            cloud.rotations.set(
              turn.map((value) => value / Math.hypot(...turn)),
              4 * index,
            );
          });
          const seen: SplatCamera = { width: w, height: h, fx: 30, fy: 25, cx: w / 3, cy: h / 2, view };
          const expected = search(cloud, seen);
          const { colour, depth, alpha } = renderReference(cloud, seen, { background: [0.1, 0.2, 0.3] });
          for (let at = 0; at < w * h; at++) {
            expect(alpha[at]).toBeCloseTo(expected.alpha[at], 6);
            for (let channel = 0; channel < 3; channel++)
              expect(colour[3 * at + channel]).toBeCloseTo(expected.colour[3 * at + channel], 6);
            if (expected.alpha[at] > 1e-3) expect(depth[at]).toBeCloseTo(expected.depth[at], 4);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('passes over tiles that let no more light through, and over no other', () => {
    // Walls of splats as large as a tile and as dark as may be: some tiles are done after a few, their neighbours never.
    const random = new SplatRandom(5);
    const splats: Splat[] = Array.from({ length: 400 }, () => ({
      at: [random.range(-3, 1), random.range(-2, 2), random.range(4, 5)],
      size: random.range(0.2, 0.6),
      opacity: 1,
      colour: [random.next(), random.next(), random.next()],
    }));
    const cloud = cloudOf(splats);
    const seen: SplatCamera = { width: 75, height: 40, fx: 60, fy: 60, cx: 30, cy: 20, view };
    const expected = search(cloud, seen);
    const { colour, alpha } = renderReference(cloud, seen, { background: [0.1, 0.2, 0.3] });
    for (let at = 0; at < 75 * 40; at++) {
      expect(alpha[at]).toBeCloseTo(expected.alpha[at], 6);
      for (let channel = 0; channel < 3; channel++)
        expect(colour[3 * at + channel]).toBeCloseTo(expected.colour[3 * at + channel], 6);
    }
    expect(alpha.filter((value) => value > 0.9999).length).toBeGreaterThan(500);
    expect(alpha.filter((value) => value < 0.9).length).toBeGreaterThan(100);
  });

  it('draws a picture of a scene that is the same each time, and the same in part as in whole', () => {
    const cloud = makeScatter(3000, 3, 2);
    const whole = scatterCamera(128, 96);
    const first = renderReference(cloud, whole);
    expect(renderReference(cloud, whole)).toEqual(first);
    // The picture's right lower part, seen by a camera of that size: only the slant beyond its edge could differ, so the middle is compared.
    const part = renderReference(cloud, { ...whole, width: 100, height: 80, cx: whole.cx - 14, cy: whole.cy - 8 });
    for (let y = 40; y < 60; y++)
      for (let x = 50; x < 70; x++)
        for (let channel = 0; channel < 3; channel++)
          expect(
            Math.abs(part.colour[3 * ((y - 8) * 100 + x - 14) + channel] - first.colour[3 * (y * 128 + x) + channel]),
          ).toBeLessThan(0.02);
  });
});

/** The rules once more, without tiles, bounds or sorting by digits. */
function search(cloud: SplatCloud, seen: SplatCamera) {
  const splats = Array.from({ length: cloud.count }, (_, index) => {
    const splat = makeProjectedSplat();
    return projectSplat(cloud, index, seen, splat) ? [splat] : [];
  }).flat();
  splats.sort((one, other) => one.depth - other.depth);
  const size = seen.width * seen.height;
  const image = { colour: new Float64Array(3 * size), depth: new Float64Array(size), alpha: new Float64Array(size) };
  for (let at = 0; at < size; at++) {
    let [light, depth] = [1, 0];
    const colour = [0, 0, 0];
    for (const splat of splats) {
      const dx = (at % seen.width) + 0.5 - splat.u;
      const dy = Math.floor(at / seen.width) + 0.5 - splat.v;
      const form = splat.a * dx * dx + 2 * splat.b * dx * dy + splat.c * dy * dy;
      const alpha = Math.min(0.99, splat.opacity * Math.exp(-form / 2));
      if (alpha < 1 / 255) continue;
      colour[0] += light * alpha * splat.red;
      colour[1] += light * alpha * splat.green;
      colour[2] += light * alpha * splat.blue;
      depth += light * alpha * splat.depth;
      light *= 1 - alpha;
      if (light < 1e-4) break;
    }
    for (let channel = 0; channel < 3; channel++)
      image.colour[3 * at + channel] = Math.min(1, colour[channel] + light * [0.1, 0.2, 0.3][channel]);
    image.alpha[at] = 1 - light;
    image.depth[at] = depth / (1 - light);
  }
  return image;
}
