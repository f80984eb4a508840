import { expect } from 'vitest';
import type { SplatImage } from '../../camera/SplatCamera.js';

/** PSNR of colours in [0, 1], dB. */
function psnr(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] - other[at]) ** 2;
  return -10 * Math.log10(sum / one.length);
}

/** Holds a picture to the reference's: colours, alpha, and depth wherever something is seen. */
export function expectSame(actual: SplatImage, expected: SplatImage, least = 60): void {
  expect([actual.width, actual.height]).toEqual([expected.width, expected.height]);
  expect(psnr(actual.colour, expected.colour)).toBeGreaterThan(least);
  expect(psnr(actual.alpha, expected.alpha)).toBeGreaterThan(least);
  let [worst, holes] = [0, 0];
  for (let at = 0; at < expected.depth.length; at++) {
    if (Number.isFinite(actual.depth[at]) !== Number.isFinite(expected.depth[at])) holes++;
    else if (expected.alpha[at] > 0.1) worst = Math.max(worst, Math.abs(actual.depth[at] / expected.depth[at] - 1));
  }
  expect(worst).toBeLessThan(0.01);
  // Where a splat's last trace is just at 1/255, one of the two may still see it.
  expect(holes).toBeLessThanOrEqual(expected.depth.length / 1000);
}
