import { describe, expect, it } from 'vitest';
import { areaEdgeBits } from './areaEdgeBits.js';
import { AreaGather, areaPicture, areaSample } from './areaSample.js';
import { packSample } from './Sampler.js';

/** RGBA, bottom row first, from a function of the top-down pixel. */
function picture(width: number, height: number, value: (x: number, y: number) => number): Uint8Array {
  const rgba = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      rgba.fill(value(x, y), 4 * ((height - 1 - y) * width + x), 4 * ((height - 1 - y) * width + x) + 3);
  return rgba;
}

describe('areaSample', () => {
  it('averages the canvas pixels under a grid pixel, top row first, rounding half up', () => {
    const rgba = picture(64, 64, (x, y) => (x + 2 * y) % 256);
    const grid = { width: 32, height: 32 };
    // Pixels (2, 4), (3, 4), (2, 5), (3, 5): 10, 11, 12, 13 → 11.5 → 12.
    expect([...areaSample(rgba, 64, 64, grid, 1, 2, 0)]).toEqual([12, 12, 12]);
  });

  it('weighs cut pixels by 1/16 and clips means to the grid', () => {
    const rgba = picture(24, 24, (x) => (x === 1 ? 160 : 0));
    const grid = { width: 16, height: 16 };
    // Grid column 0 covers canvas 0 … 1.5: weights 16 and 8 of 24 → 160 · 8 / 24 = 53.3.
    expect(areaSample(rgba, 24, 24, grid, 0, 3, 0)[0]).toBe(53);
    expect(
      areaSample(
        picture(24, 24, (x) => (x >= 21 ? 255 : 0)),
        24,
        24,
        grid,
        14,
        14,
        4,
      )[0],
    ).toBe(255);
  });

  it('keeps a flat colour flat at every kind and scale', () => {
    const rgba = picture(100, 57, () => 201);
    for (const kind of [0, 1, 2, 3, 4]) expect(areaSample(rgba, 100, 57, { width: 31, height: 17 }, 7, 5, kind)[1]).toBe(201);
  });

  it('coarsens its edges before 32 bits overflow, and refuses what never fits', () => {
    expect(areaEdgeBits(3840, 2160, { width: 320, height: 180 })).toBe(4);
    expect(areaEdgeBits(7680, 4320, { width: 320, height: 180 })).toBe(2);
    expect(areaEdgeBits(4000, 4000, { width: 16, height: 16 })).toBe(0);
    expect(() => areaEdgeBits(8192, 8192, { width: 16, height: 16 })).toThrow(/too large/);
    for (const [w, h] of [
      [3840, 2160],
      [7680, 4320],
    ]) {
      const one = 1 << areaEdgeBits(w, h, { width: 320, height: 180 });
      expect(255.5 * ((16 * w * one) / 320 + 1) * ((16 * h * one) / 180 + 1)).toBeLessThan(2 ** 32);
    }
  });

  it('gives the whole grid picture', () => {
    const rgba = picture(40, 40, (x, y) => (x < 20 ? 10 : 90) + (y < 20 ? 0 : 100));
    const all = areaPicture(rgba, 40, 40, { width: 20, height: 20 });
    expect([all[0], all[3 * 19], all[3 * 20 * 19], all[all.length - 1]]).toEqual([10, 90, 110, 190]);
  });

  it('gathers packed samples from pictures of either row order alike', () => {
    const value = (x: number, y: number) => (7 * x + 13 * y * y) % 251;
    const bottomFirst = picture(53, 37, value);
    const topFirst = new Uint8Array(bottomFirst.length);
    for (let y = 0; y < 37; y++) topFirst.set(bottomFirst.subarray(4 * 53 * y, 4 * 53 * (y + 1)), 4 * 53 * (36 - y));
    const grid = { width: 24, height: 17 };
    const asked: [number, number, number][] = [
      [0, 0, 0],
      [23, 16, 4],
      [5, 9, 2],
      [23, 0, 1],
      [11, 16, 0],
    ];
    const words = Uint32Array.of(99, ...asked.map(([u, v, kind]) => packSample(u, v, kind)));
    const out = new Uint8Array(4 * asked.length + 3);
    new AreaGather(53, 37, grid, true).words(topFirst, words, 1, asked.length, out, 3);
    const want = asked.flatMap(([u, v, kind]) => [...areaSample(bottomFirst, 53, 37, grid, u, v, kind), 255]);
    expect([...out]).toEqual([0, 0, 0, ...want]);
    expect(new Set(want).size).toBeGreaterThan(3);
    expect(new AreaGather(53, 37, grid, true).picture(topFirst)).toEqual(areaPicture(bottomFirst, 53, 37, grid));
  });
});
