import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSampleSet, SampleKind, type SampleRequest, type SeededSamples, Tier } from '../samples/SampleSet.js';
import { CoordinateDecoder } from './CoordinateDecoder.js';

const grid = { width: 320, height: 180 };
const expander = new CoordinateDecoder(grid);
const even = new Uint8Array(144).fill(1);
const part = (more: Partial<SeededSamples>): SeededSamples => ({
  seed: 7,
  count: 100,
  kind: SampleKind.point,
  tier: Tier.optional,
  density: even,
  ...more,
});
const request = (...seeded: SeededSamples[]): SampleRequest => ({ frameId: 0, explicit: createSampleSet(0), seeded });

/** FNV-1a over the set. */
function digest(of: SampleRequest): number {
  const set = expander.expand(of);
  let hash = 0x811c9dc5;
  for (let i = 0; i < set.count; i++) {
    for (const value of [set.u[i], set.v[i], set.kind[i], set.tier[i]]) hash = Math.imul(hash ^ value, 0x01000193) >>> 0;
  }
  return hash;
}

describe('expanding seeded sets', () => {
  it('draws the same everywhere (golden values)', () => {
    const ramp = Uint8Array.from({ length: 144 }, (_, i) => i % 16);
    const set = expander.expand(request(part({ count: 6 })));
    expect(Array.from({ length: 6 }, (_, i) => [set.u[i], set.v[i]])).toMatchInlineSnapshot(`
      [
        [
          8,
          38,
        ],
        [
          164,
          34,
        ],
        [
          259,
          88,
        ],
        [
          93,
          85,
        ],
        [
          4,
          143,
        ],
        [
          168,
          140,
        ],
      ]
    `);
    expect([
      digest(request(part({ count: 500 }))),
      digest(request(part({ count: 300, density: ramp, seed: 0xffffffff }))),
      digest(request(part({ kind: SampleKind.mean4, count: 240 }))),
    ]).toMatchInlineSnapshot(`
      [
        2158004251,
        1491476917,
        1778636133,
      ]
    `);
  });

  it('gives the count asked for, within the grid, without duplicates', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            seed: fc.integer({ min: 0, max: 0xffffffff }),
            count: fc.integer({ min: 0, max: 2000 }),
            kind: fc.constantFrom(0, 1, 2),
            weights: fc.integer({ min: 1, max: 15 }),
          }),
          { maxLength: 3 },
        ),
        (parts) => {
          const seeded = parts.map(({ seed, count, kind, weights }) =>
            part({
              seed,
              count: kind === 0 ? count : count >> 3,
              kind: kind as SampleKind,
              density: Uint8Array.from({ length: 144 }, (_, i) => 1 + ((i * weights) % 15)),
            }),
          );
          const set = expander.expand(request(...seeded));
          expect(set.count).toBe(seeded.reduce((sum, one) => sum + one.count, 0));
          const seen = new Set<number>();
          for (let i = 0; i < set.count; i++) {
            expect(set.u[i] < grid.width && set.v[i] < grid.height).toBe(true);
            seen.add((set.kind[i] * grid.height + set.v[i]) * grid.width + set.u[i]);
          }
          expect(seen.size).toBe(set.count);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves explicit points where they are and draws none of them again', () => {
    const explicit = createSampleSet(3600);
    for (let i = 0; i < 3600; i++) {
      explicit.u[i] = i % 20;
      explicit.v[i] = Math.floor(i / 20);
    }
    explicit.count = 3600;
    const set = expander.expand({ frameId: 0, explicit, seeded: [part({ count: 2000 })] });
    const keys = Array.from({ length: set.count }, (_, i) => set.v[i] * 320 + set.u[i]);
    expect(keys.slice(0, 3600)).toEqual(Array.from({ length: 3600 }, (_, i) => Math.floor(i / 20) * 320 + (i % 20)));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('follows the density map', () => {
    const density = new Uint8Array(144);
    density[0] = 15;
    density[143] = 5;
    const set = expander.expand(request(part({ count: 200, density })));
    const topLeft = Array.from({ length: set.count }, (_, i) => set.u[i] < 20 && set.v[i] < 20).filter(Boolean).length;
    expect([set.count, topLeft]).toEqual([200, 150]);
    expect(expander.expand(request(part({ count: 200, density: new Uint8Array(144) }))).count).toBe(0);
  });

  it('gives thin cells their turn under other seeds', () => {
    const hit = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const set = expander.expand(request(part({ seed, count: 10 })));
      for (let i = 0; i < set.count; i++) hit.add(Math.floor(set.v[i] / 20) * 16 + Math.floor(set.u[i] / 20));
    }
    expect(hit.size).toBeGreaterThan(140);
  });

  it('fills a full lattice of means exactly', () => {
    const set = expander.expand(request(part({ kind: SampleKind.mean4, count: 240 })));
    expect(new Set(Array.from({ length: set.count }, (_, i) => set.v[i] * 320 + set.u[i])).size).toBe(240);
    expect(expander.expand(request(part({ kind: SampleKind.mean4, count: 900 }))).count).toBe(240);
  });

  it('does not depend on the scratch it is given', () => {
    const of = request(part({ count: 800 }), part({ seed: 9, count: 50, kind: SampleKind.mean2 }));
    const fresh = expander.expand(of);
    const scratch = createSampleSet(2000);
    for (const field of ['u', 'v', 'kind', 'tier'] as const) scratch[field].fill(99);
    scratch.count = 1234;
    const reused = expander.expand(of, scratch);
    expect(reused).toBe(scratch);
    const tooSmall = expander.expand(of, createSampleSet(10));
    for (const set of [reused, tooSmall]) {
      expect(set.count).toBe(fresh.count);
      for (const field of ['u', 'v', 'kind', 'tier'] as const)
        expect([...set[field].subarray(0, set.count)]).toEqual([...fresh[field].subarray(0, fresh.count)]);
    }
  });

  it('spreads points: no two of 300 lie closer than chance would put them', () => {
    const set = expander.expand(request(part({ count: 300, seed: 3 })));
    let nearSum = 0;
    for (let i = 0; i < set.count; i++) {
      let near = 1e9;
      for (let k = 0; k < set.count; k++)
        if (k !== i) near = Math.min(near, Math.hypot(set.u[i] - set.u[k], set.v[i] - set.v[k]));
      nearSum += near;
    }
    // Uniformly random points have a mean nearest distance of 0.5 · sqrt(area / count) = 6.9.
    expect(nearSum / set.count).toBeGreaterThan(8);
  });
});
