import fc from 'fast-check';
import { SplatRandom } from '../../synthetic/SplatRandom.js';
import { encodeCache } from '../encodeCache.js';
import { NeuralTransformationCache } from '../NeuralTransformationCache.js';
import { numbersOf, type StreamGrid } from '../StreamGrid.js';
import type { StreamManifest } from '../StreamManifest.js';

/** A grid that is small, with a level that has an entry for each corner and two that share. */
export const GRID: StreamGrid = { levels: 3, features: 2, log2Table: 6, base: 3, growth: 2, hidden: 1, width: 5 };

/** A stream in the box from −1 to 1. */
export function manifestOf(grid: StreamGrid = GRID, change: Partial<StreamManifest> = {}): StreamManifest {
  return { fps: 10, frames: 8, degree: 1, bounds: { low: [-1, -1, -1], high: [1, 1, 1] }, grid, ...change };
}

/** The file of a frame that moves Gaussians somehow, by some hundredths of the box. */
export function someCacheBytes(grid: StreamGrid, frame: number, { seed = 1, added = 0, strength = 1 } = {}): Uint8Array {
  const random = new SplatRandom(1000 * seed + frame);
  const { tables, layers } = numbersOf(grid);
  const some = (count: number, size: number) => Float32Array.from({ length: count }, () => random.range(-size, size));
  return encodeCache(grid, { frame, added, tables: some(tables, 0.5 * strength), layers: some(layers, 0.5) });
}

/** The same, read. */
export function someCache(
  grid: StreamGrid,
  frame: number,
  options: Parameters<typeof someCacheBytes>[2] = {},
): NeuralTransformationCache {
  return NeuralTransformationCache.decode(someCacheBytes(grid, frame, options), grid, frame);
}

/** Grids of all shapes whose caches are small. */
export const grids: fc.Arbitrary<StreamGrid> = fc.record({
  levels: fc.integer({ min: 1, max: 5 }),
  features: fc.integer({ min: 1, max: 8 }),
  log2Table: fc.integer({ min: 1, max: 9 }),
  base: fc.integer({ min: 1, max: 20 }),
  growth: fc.double({ min: 1, max: 3, noNaN: true }),
  hidden: fc.integer({ min: 0, max: 4 }),
  width: fc.integer({ min: 1, max: 20 }),
});
