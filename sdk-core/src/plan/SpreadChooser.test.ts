import { CoordinateCodec, createSampleSet, type SampleSet } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpreadChooser } from './SpreadChooser.js';

const GRID = { width: 320, height: 180 };

/** The points that both sides draw. */
function points(count: number, importance: Float32Array, frameId: number, grid = GRID): SampleSet {
  const seeded = [new SpreadChooser(grid).draw(count, importance, frameId)];
  return new CoordinateCodec(grid).expand({ frameId, explicit: createSampleSet(0), seeded });
}

const key = (set: SampleSet) => Array.from({ length: set.count }, (_, i) => set.v[i] * 1000 + set.u[i]).sort((a, b) => a - b);

describe('SpreadChooser', () => {
  it('draws exactly as many different points as wanted, whatever is expected where, and NaN does not matter', () => {
    const value = fc.oneof(
      fc.constant(0),
      fc.constant(Number.NaN),
      fc.constant(Number.POSITIVE_INFINITY),
      fc.float({ min: -10, max: 70_000, noNaN: true }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.array(value, { minLength: 1, maxLength: 40 }),
        fc.nat(10_000),
        (count, values, frameId) => {
          const grid = { width: 224, height: 224 };
          const importance = Float32Array.from({ length: 224 * 224 }, (_, at) => values[at % values.length]);
          expect(new Set(key(points(count, importance, frameId, grid))).size).toBe(count);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('looks twice as often where four times the error is expected, and nowhere never', () => {
    const importance = Float32Array.from({ length: 57_600 }, (_, at) => (at % 320 < 160 ? 0.01 : at < 28_800 ? 100 : 400));
    const { u, v, count } = points(3000, importance, 7);
    let upper = 0;
    let lower = 0;
    let left = 0;
    for (let i = 0; i < count; i++) {
      if (u[i] < 160) left++;
      else if (v[i] < 80) upper++;
      else if (v[i] >= 100) lower++;
    }
    expect(lower / upper).toBeGreaterThan(1.7);
    expect(lower / upper).toBeLessThan(2.3);
    expect(left).toBeGreaterThan(20);
  });

  it('spreads evenly where all is alike: no two side by side, no hole', () => {
    const { u, v, count } = points(576, new Float32Array(57_600).fill(50), 3);
    let nearest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) nearest = Math.min(nearest, Math.hypot(u[i] - u[j], v[i] - v[j]));
    expect(nearest).toBeGreaterThanOrEqual(1.4);
    let hole = 0;
    for (let y = 4; y < 180; y += 8)
      for (let x = 4; x < 320; x += 8) {
        let near = Number.POSITIVE_INFINITY;
        for (let i = 0; i < count; i++) near = Math.min(near, Math.hypot(u[i] - x, v[i] - y));
        hole = Math.max(hole, near);
      }
    expect(hole).toBeLessThan(16);
  });

  it('draws the same for a frame and others for the next', () => {
    const importance = new Float32Array(57_600).fill(9);
    expect(key(points(576, importance, 5))).toEqual(key(points(576, importance, 5)));
    const before = new Set(key(points(576, importance, 5)));
    expect(key(points(576, importance, 6)).filter((at) => before.has(at)).length).toBeLessThan(60);
  });
});
