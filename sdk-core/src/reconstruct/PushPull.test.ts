import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CERTAIN, PushPull } from './PushPull.js';

function fill(
  width: number,
  height: number,
  rgb: Uint8ClampedArray,
  weight: Uint8Array,
  pyramid = new PushPull(width, height),
): void {
  const open = Int32Array.from(weight.keys()).filter((at) => weight[at] !== CERTAIN);
  pyramid.fill(rgb, weight, open, open.length);
}

/** The same, plainly: every pixel of every level. */
function fillPlainly(width: number, height: number, rgb: Uint8ClampedArray, weight: Uint8Array): void {
  if (width === 1 && height === 1) return;
  const [columns, rows] = [(width + 1) >> 1, (height + 1) >> 1];
  const coarse = new Uint8ClampedArray(3 * columns * rows);
  const known = new Uint8Array(columns * rows);
  for (let at = 0; at < columns * rows; at++) {
    const [x, y] = [2 * (at % columns), 2 * Math.floor(at / columns)];
    const four = [0, 1, width, width + 1].filter((n) => x + (n % width) < width && y + Math.floor(n / width) < height);
    const weights = four.map((n) => weight[y * width + x + n]);
    const sum = weights.reduce((total, each) => total + each, 0);
    known[at] = Math.min(CERTAIN, sum);
    for (let k = 0; k < 3 && sum > 0; k++) {
      const mean = four.reduce((total, n, i) => total + weights[i] * rgb[3 * (y * width + x + n) + k], 0);
      coarse[3 * at + k] = sum === 4 * CERTAIN ? Math.floor(mean / CERTAIN + 2) >> 2 : (1 / sum) * mean;
    }
  }
  fillPlainly(columns, rows, coarse, known);
  const beside = (n: number, count: number) => Math.max(0, Math.min(count - 1, (n >> 1) + (n & 1 ? 1 : -1)));
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const keep = weight[at];
    const row0 = (y >> 1) * columns;
    const row1 = beside(y, rows) * columns;
    const other = beside(x, columns);
    for (let k = 0; k < 3 && keep !== CERTAIN; k++) {
      const [a, b] = [coarse[3 * (row0 + (x >> 1)) + k], coarse[3 * (row0 + other) + k]];
      const [c, d] = [coarse[3 * (row1 + (x >> 1)) + k], coarse[3 * (row1 + other) + k]];
      const around = 9 * a + 3 * (b + c) + d;
      rgb[3 * at + k] = (16 * keep * rgb[3 * at + k] + (CERTAIN - keep) * around) * (1 / (16 * CERTAIN));
    }
  }
}

describe('PushPull', () => {
  it('works out only what is asked for, and fills as if it had worked out all', () => {
    const pyramids = new Map<string, PushPull>();
    fc.assert(
      fc.property(
        fc.constantFrom([37, 29], [64, 36], [3, 2]),
        fc.constantFrom(2, 5, 40),
        fc.integer(),
        ([width, height], share, seed) => {
          const random = (n: number) => Math.imul(Math.imul(n + 1, 0x9e3779b1) ^ seed, 0x85ebca6b) >>> 9;
          const weight = Uint8Array.from({ length: width * height }, (_, at) =>
            at > 0 && (random(at) >> 8) % share === 0 ? random(at) % 3 && random(-at) & 255 : CERTAIN,
          );
          const rgb = Uint8ClampedArray.from({ length: 3 * width * height }, (_, p) => random(7 * p) & 255);
          const plain = rgb.slice();
          fillPlainly(width, height, plain, weight);
          const pyramid = pyramids.get(`${width}`) ?? new PushPull(width, height);
          pyramids.set(`${width}`, pyramid);
          fill(width, height, rgb, weight, pyramid);
          expect(rgb).toEqual(plain);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('keeps certain pixels exactly and stays within what is known, whatever the size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 37 }), fc.integer({ min: 2, max: 29 }), fc.nat(), (width, height, seed) => {
        const pixels = width * height;
        const rgb = new Uint8ClampedArray(3 * pixels);
        const weight = new Uint8Array(pixels);
        let low = 255;
        let high = 0;
        for (let at = 0; at < pixels; at++) {
          if (at !== seed % pixels && (Math.imul(at + seed, 0x9e3779b1) >>> 28) % 5 !== 0) continue;
          weight[at] = CERTAIN;
          const value = Math.imul(at ^ seed, 0x85ebca6b) >>> 24;
          rgb.fill(value, 3 * at, 3 * at + 3);
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
        const before = rgb.slice();
        fill(width, height, rgb, weight);
        for (let p = 0; p < rgb.length; p++) {
          if (weight[Math.floor(p / 3)] === CERTAIN) expect(rgb[p]).toBe(before[p]);
          expect(rgb[p]).toBeGreaterThanOrEqual(low);
          expect(rgb[p]).toBeLessThanOrEqual(high);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('fills the hole in a ramp smoothly, near the ramp', () => {
    const width = 64;
    const height = 32;
    const truth = (u: number) => 40 + 3 * u;
    const rgb = new Uint8ClampedArray(3 * width * height);
    const weight = new Uint8Array(width * height).fill(CERTAIN);
    for (let v = 0, at = 0; v < height; v++) {
      for (let u = 0; u < width; u++, at++) {
        const hole = u >= 24 && u < 40 && v >= 8 && v < 24;
        if (hole) weight[at] = 0;
        rgb.fill(hole ? 0 : truth(u), 3 * at, 3 * at + 3);
      }
    }
    fill(width, height, rgb, weight);
    for (let v = 8; v < 24; v++) {
      for (let u = 24; u <= 40; u++) {
        const at = v * width + u;
        expect(Math.abs(rgb[3 * at] - truth(u))).toBeLessThan(30);
        expect(Math.abs(rgb[3 * at] - rgb[3 * at - 3])).toBeLessThan(20);
      }
    }
  });

  it('gives an uncertain pixel its own share and its surroundings the rest', () => {
    const rgb = new Uint8ClampedArray(3 * 64).fill(100);
    const weight = new Uint8Array(64).fill(CERTAIN);
    const at = 3 * 8 + 3;
    rgb.fill(200, 3 * at, 3 * at + 3);
    weight[at] = 128;
    fill(8, 8, rgb, weight);
    // Half of itself; the surroundings hold a little of it, too.
    expect(rgb[3 * at]).toBeGreaterThan(145);
    expect(rgb[3 * at]).toBeLessThan(170);
  });
});
