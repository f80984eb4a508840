import type { ColourSample } from './ColourSample.js';
import type { PhotometricModel } from './PhotometricModel.js';

/** Motion score above which a sample contradicts memory (S10), in 8-bit steps per channel, beyond half of its quantisation cell. */
export const MOTION_STEPS = 14;
/** The same on the screen while that is darker than memory. */
const FADED_STEPS = 4;

/**
 * Makes `sample` a colour of the screen as memory would have it, sampled at (u, v) with so many bits a channel. False when it
 * says nothing of memory.
 *
 * @example
 * ```ts
 * if (readColour(sample, brightness, u, v, 200, 90, 12, 5)) learn(sample);
 * ```
 */
export function readColour(
  sample: ColourSample,
  brightness: PhotometricModel,
  u: number,
  v: number,
  r: number,
  g: number,
  b: number,
  bits: number,
): boolean {
  sample.r = r;
  sample.g = g;
  sample.b = b;
  sample.half = (1 << (8 - bits)) / 2;
  sample.tolerance = MOTION_STEPS + sample.half;
  sample.exact = bits >= 8;
  if (!brightness.engaged || brightness.isExempt(u, v)) return true;
  if (brightness.isImpossible(r, g, b)) return true;
  if (brightness.isVeiled()) return false;
  const { gain } = brightness;
  sample.r = brightness.beneath(r, 0);
  sample.g = brightness.beneath(g, 1);
  sample.b = brightness.beneath(b, 2);
  sample.half = Math.max(0.5, sample.half / gain);
  sample.tolerance = Math.max(MOTION_STEPS, FADED_STEPS / gain) + sample.half;
  sample.exact = sample.exact && gain > 0.5;
  return true;
}
