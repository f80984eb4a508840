import { SampleKind, type SampleSet, Tier } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpreadChooser } from './SpreadChooser.js';

const GRIDS = [
  { width: 64, height: 36 },
  { width: 224, height: 224 },
  { width: 640, height: 360 },
];
const [SMALL, MIDDLE] = GRIDS;

const places = ({ u, v, count }: SampleSet, width: number) => Array.from({ length: count }, (_, i) => v[i] * width + u[i]);

/** Mean and least distance of each point to the nearest other one. */
function nearest({ u, v, count }: SampleSet): { mean: number; least: number } {
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    let best = Number.POSITIVE_INFINITY;
    for (let j = 0; j < count; j++) if (j !== i) best = Math.min(best, (u[i] - u[j]) ** 2 + (v[i] - v[j]) ** 2);
    sum += Math.sqrt(best);
    least = Math.min(least, Math.sqrt(best));
  }
  return { mean: sum / count, least };
}

describe('points spread over a frame', () => {
  it('are as many as asked for, each another pixel of the grid, whatever the importance', () => {
    const value = fc.oneof(
      fc.constantFrom(0, 0, 1e-30, 60, 65_025, 1e30, -1, Number.NaN, Number.POSITIVE_INFINITY),
      fc.float({ min: 0, max: 4000, noNaN: true }),
    );
    const grid = fc.record({ width: fc.integer({ min: 16, max: 70 }), height: fc.integer({ min: 16, max: 40 }) });
    fc.assert(
      fc.property(grid, fc.array(value, { minLength: 1, maxLength: 40 }), fc.nat(3000), fc.nat(1e6), (g, list, count, frame) => {
        const pixels = g.width * g.height;
        const importance = Float32Array.from({ length: pixels }, (_, at) => list[(at >> 2) % list.length]);
        const set = new SpreadChooser(g).choose(count, importance, frame);
        expect(set.count).toBe(Math.min(count, pixels));
        const chosen = places(set, g.width);
        expect(new Set(chosen).size).toBe(set.count);
        expect(set.u.subarray(0, set.count).every((u) => u < g.width)).toBe(true);
        expect(Math.max(-1, ...chosen)).toBeLessThan(pixels);
        expect(set.kind.subarray(0, set.count).every((kind) => kind === SampleKind.point)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each(GRIDS)('are as many as asked for, and even where all is alike, on $width×$height', (grid) => {
    const pixels = grid.width * grid.height;
    const count = Math.min(2304, Math.round(0.02 * pixels));
    for (const level of [0, 500]) {
      const set = new SpreadChooser(grid).choose(count, new Float32Array(pixels).fill(level), 11);
      expect(set.count).toBe(count);
      const { mean, least } = nearest(set);
      // Points at random are 0.5 of the spacing apart on average, and touch now and then; those of a square lattice 1.
      const spacing = Math.sqrt(pixels / count);
      expect(mean).toBeGreaterThan(0.68 * spacing);
      expect(least).toBeGreaterThan(0.3 * spacing);
    }
  });

  it('are denser by the root of the importance', () => {
    const { width, height } = MIDDLE;
    const importance = Float32Array.from({ length: width * height }, (_, at) => (at % width < width / 2 ? 1600 : 100));
    const set = new SpreadChooser(MIDDLE).choose(2000, importance, 3);
    const left = set.u.subarray(0, set.count).filter((u) => u < width / 2).length;
    // Roots of 40 and 10, and 6 % of their mean each for what is thought to be known.
    expect(left / (2000 - left)).toBeGreaterThan(3.4);
    expect(left / (2000 - left)).toBeLessThan(4.1);
    // Few bits for what is not known anyway; exact where a look is to confirm.
    expect(set.tier[0]).toBe(Tier.important);
    const sure = new SpreadChooser(MIDDLE).choose(50, new Float32Array(width * height).fill(10), 3);
    expect([...new Set(sure.tier.subarray(0, 50))]).toEqual([Tier.critical]);
  });

  it('look at what is thought to be known now and then', () => {
    const { width, height } = SMALL;
    const importance = Float32Array.from({ length: width * height }, (_, at) => (at % width < width / 2 ? 1000 : 0));
    const chooser = new SpreadChooser(SMALL);
    let right = 0;
    for (let frame = 0; frame < 20; frame++) {
      const set = chooser.choose(100, importance, frame);
      right += set.u.subarray(0, set.count).filter((u) => u >= width / 2).length;
    }
    expect(right).toBeGreaterThan(20);
    expect(right).toBeLessThan(200);
  });

  it('are the same for the same frame, and elsewhere in the next', () => {
    const { width, height } = SMALL;
    const flat = new Float32Array(width * height).fill(100);
    const chooser = new SpreadChooser(SMALL);
    const first = places(chooser.choose(60, flat, 5), width);
    const next = places(chooser.choose(60, flat, 6), width);
    expect(places(new SpreadChooser(SMALL).choose(60, flat, 5), width)).toEqual(first);
    expect(next.filter((at) => first.includes(at)).length).toBeLessThan(12);
    // Within a few seconds all is looked at.
    const seen = new Set<number>();
    for (let frame = 0; frame < 64; frame++) for (const at of places(chooser.choose(60, flat, frame), width)) seen.add(at);
    expect(seen.size).toBeGreaterThan(0.7 * width * height);
  });
});
