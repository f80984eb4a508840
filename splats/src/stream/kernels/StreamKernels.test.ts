import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HarmonicDegree, makeCloud } from '../../cloud/SplatCloud.js';
import { splatColour } from '../../reference/harmonics.js';
import { makeScatter } from '../../synthetic/makeScatter.js';
import { SplatRandom } from '../../synthetic/SplatRandom.js';
import { encodeCache } from '../encodeCache.js';
import { NeuralTransformationCache } from '../NeuralTransformationCache.js';
import { numbersOf, type StreamGrid } from '../StreamGrid.js';
import { firstState } from '../StreamState.js';
import { GRID, grids, manifestOf, someCache } from '../testing/caches.js';
import { movePlainly, multiply, turned } from '../testing/movePlainly.js';
import { CHUNK } from './layout.js';
import { StreamKernels } from './StreamKernels.js';

const somePositions = (count: number, seed: number, reach = 1.1) => {
  const random = new SplatRandom(seed);
  return Float32Array.from({ length: 3 * count }, () => random.range(-reach, reach));
};
const someTurn = (random: SplatRandom) => {
  const parts = [random.normal(), random.normal(), random.normal(), random.normal()];
  return parts.map((part) => part / Math.hypot(...parts));
};
const worst = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a).toHaveLength(b.length);
  return Array.from(a).reduce((most, value, at) => Math.max(most, Number.isNaN(value) ? Infinity : Math.abs(value - b[at])), 0);
};

describe('StreamKernels', () => {
  it('move as plain arithmetic does, whatever the grid, one frame after the other', () => {
    fc.assert(
      fc.property(grids, fc.nat(1000), fc.integer({ min: 0, max: 40 }), (grid, seed, count) => {
        const manifest = manifestOf(grid);
        const kernels = StreamKernels.open(manifest);
        const positions = somePositions(count, seed);
        const [fast, plain] = [firstState(positions), firstState(positions)];
        for (const frame of [1, 2]) {
          const cache = someCache(grid, frame, { seed, strength: 0.3 });
          kernels.load(cache);
          kernels.move(fast);
          movePlainly(cache, manifest, plain);
          expect(worst(fast.positions, plain.positions)).toBeLessThan(1e-4);
          expect(worst(fast.turns, plain.turns)).toBeLessThan(1e-4);
          // What lies at a cell's edge may fall to either side.
          plain.positions.set(fast.positions);
          plain.turns.set(fast.turns);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('move more Gaussians than they take at once, each by its own place', () => {
    const [manifest, cache] = [manifestOf(), someCache(GRID, 1)];
    const kernels = StreamKernels.open(manifest);
    kernels.load(cache);
    const positions = somePositions(CHUNK + 3, 5);
    const [fast, plain] = [firstState(positions), firstState(positions)];
    kernels.move(fast);
    movePlainly(cache, manifest, plain);
    expect(worst(fast.positions, plain.positions)).toBeLessThan(1e-5);
    expect(worst(fast.turns, plain.turns)).toBeLessThan(1e-5);
    expect(worst(fast.positions, positions)).toBeGreaterThan(0.01);
  });

  it('leave alone what is outside of the bounds, at its edge move it, and pass over what is no number', () => {
    const kernels = StreamKernels.open(manifestOf());
    kernels.load(someCache(GRID, 1));
    const out = [1.001, 0, 0, 0, -1.001, 0, 0, 0, 9, Number.NaN, 0, 0, 0, Number.POSITIVE_INFINITY, 0];
    const state = firstState(Float32Array.of(...out, 1, 1, 1, -1, -1, -1));
    kernels.move(state);
    expect([...state.positions.subarray(0, 15)]).toEqual([...Float32Array.of(...out)]);
    expect([...state.turns.subarray(0, 20)]).toEqual(Array.from({ length: 5 }, () => [1, 0, 0, 0]).flat());
    expect(worst(state.positions.subarray(15), [1, 1, 1, -1, -1, -1])).toBeGreaterThan(1e-4);
    expect(state.positions.subarray(15).every(Number.isFinite)).toBe(true);
  });

  it('leave alone what would be no number, and do not turn by a quaternion of no length', () => {
    const cacheOf = (grid: StreamGrid, table: number, weights: (layers: number) => Float32Array) => {
      const { tables, layers } = numbersOf(grid);
      const numbers = { frame: 1, added: 0, tables: new Float32Array(tables).fill(table), layers: weights(layers) };
      return NeuralTransformationCache.decode(encodeCache(grid, numbers), grid, 1);
    };
    const large = { levels: 32, features: 8, log2Table: 4, base: 1, growth: 1, hidden: 4, width: 128 };
    const kernels = StreamKernels.open(manifestOf(large));
    kernels.load(cacheOf(large, 65_504, (layers) => new Float32Array(layers).fill(65_504)));
    const state = firstState(Float32Array.of(0, 0.5, 0));
    kernels.move(state);
    expect([[...state.positions], [...state.turns]]).toEqual([
      [0, 0.5, 0],
      [1, 0, 0, 0],
    ]);
    const small = { levels: 1, features: 1, log2Table: 4, base: 1, growth: 1, hidden: 0, width: 1 };
    const others = StreamKernels.open(manifestOf(small));
    others.load(cacheOf(small, 1, () => Float32Array.of(0.25, 0, 0, -1, 0, 0, 0)));
    others.move(state);
    expect([[...state.positions], [...state.turns]]).toEqual([
      [0.25, 0.5, 0],
      [1, 0, 0, 0],
    ]);
  });

  it.each([0, 1, 2, 3] as HarmonicDegree[])(
    'turn colours of degree %i: what was seen in a direction is seen in it turned',
    (degree) => {
      const random = new SplatRandom(7);
      const count = CHUNK + 6;
      const base = makeScatter(count, 3, degree);
      for (let at = 0; at < base.harmonics.length; at++) base.harmonics[at] = random.range(0, 0.2);
      const all = new Float32Array(4 * count);
      for (let splat = 0; splat < count; splat++) all.set(splat % 5 === 0 ? [1, 0, 0, 0] : someTurn(random), 4 * splat);
      const into = makeCloud(count, degree);
      StreamKernels.open(manifestOf(GRID, { degree })).turn(base, all, into);
      const [before, after] = [
        { red: 0, green: 0, blue: 0 },
        { red: 0, green: 0, blue: 0 },
      ];
      for (let splat = 0; splat < count; splat++) {
        const turn = [...all.subarray(4 * splat, 4 * splat + 4)];
        const rotation = multiply(turn, [...base.rotations.subarray(4 * splat, 4 * splat + 4)]);
        expect(worst(into.rotations.subarray(4 * splat, 4 * splat + 4), rotation)).toBeLessThan(1e-6);
        const [x, y, z] = [random.normal(), random.normal(), random.normal()];
        splatColour(base, splat, x, y, z, before);
        const [a, b, c] = turned(turn, [x, y, z]);
        splatColour(into, splat, a, b, c, after);
        for (const channel of ['red', 'green', 'blue'] as const) expect(after[channel]).toBeCloseTo(before[channel], 5);
      }
    },
  );

  it('need the memory that they ask for', () => {
    expect(() =>
      StreamKernels.open(manifestOf({ ...GRID, levels: 32, features: 8, log2Table: 26, base: 4096, growth: 1 })),
    ).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });
});
