import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CERTAIN, PushPull } from './PushPull.js';

describe('PushPull', () => {
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
        new PushPull(width, height).fill(rgb, weight);
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
    new PushPull(width, height).fill(rgb, weight);
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
    new PushPull(8, 8).fill(rgb, weight);
    // Half of itself; the surroundings hold a little of it, too.
    expect(rgb[3 * at]).toBeGreaterThan(145);
    expect(rgb[3 * at]).toBeLessThan(170);
  });
});
