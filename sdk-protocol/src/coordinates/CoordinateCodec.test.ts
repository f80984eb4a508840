import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';
import {
  createSampleSet,
  type SampleKind,
  type SampleRequest,
  type SampleSet,
  type SeededSamples,
  type Tier,
} from '../samples/SampleSet.js';
import { CoordinateCodec } from './CoordinateCodec.js';

const grid = { width: 320, height: 180 };
const pixels = grid.width * grid.height;

function setOf(keys: readonly number[], tier = 1, kind = 0, width = grid.width): SampleSet {
  const set = createSampleSet(keys.length);
  keys.forEach((key, i) => {
    set.u[i] = key % width;
    set.v[i] = Math.floor(key / width);
    set.tier[i] = tier;
    set.kind[i] = kind;
  });
  set.count = keys.length;
  return set;
}

function join(...sets: readonly SampleSet[]): SampleSet {
  const all = createSampleSet(sets.reduce((sum, set) => sum + set.count, 0));
  for (const set of sets) {
    for (const field of ['u', 'v', 'kind', 'tier'] as const) all[field].set(set[field].subarray(0, set.count), all.count);
    all.count += set.count;
  }
  return all;
}

const plain = (set: SampleSet) => Array.from({ length: set.count }, (_, i) => [set.u[i], set.v[i], set.kind[i], set.tier[i]]);
const request = (explicit: SampleSet, seeded: SeededSamples[] = [], frameId = 7): SampleRequest => ({
  frameId,
  explicit,
  seeded,
});

/** A small generator of our own: sizes must not depend on an engine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x100000000;
  };
}

function scattered(count: number, seed = 3): number[] {
  const random = generator(seed);
  const keys = new Set<number>();
  while (keys.size < count) keys.add(Math.floor(random() * pixels));
  return [...keys].sort((a, b) => a - b);
}

function blueNoise(count: number): number[] {
  const random = generator(5);
  const keys: number[] = [];
  while (keys.length < count) {
    let best = 0;
    let farthest = -1;
    for (let i = 0; i < 15; i++) {
      const key = Math.floor(random() * pixels);
      const near = Math.min(
        ...keys.map((other) => Math.hypot((key % 320) - (other % 320), Math.floor(key / 320) - Math.floor(other / 320))),
        1e9,
      );
      if (near > farthest) {
        farthest = near;
        best = key;
      }
    }
    keys.push(best);
  }
  return keys.sort((a, b) => a - b);
}

const key = fc.oneof(
  fc.integer({ min: 0, max: pixels - 1 }),
  fc.integer({ min: 0, max: 400 }),
  fc.constantFrom(0, 319, 320, pixels - 1),
);
const run = fc
  .record({
    keys: fc.oneof(
      fc.array(key, { maxLength: 60 }),
      fc.uniqueArray(key, { maxLength: 200 }).map((keys) => keys.sort((a, b) => a - b)),
      fc
        .record({ from: fc.integer({ min: 0, max: pixels - 600 }), length: fc.integer({ min: 1, max: 600 }) })
        .map(({ from, length }) => Array.from({ length }, (_, i) => from + i)),
    ),
    tier: fc.integer({ min: 0, max: 3 }),
    kind: fc.constantFrom(0, 1, 2, 3, 4, 8, 9, 10),
  })
  // A block is 64 samples: few of them are as many as a request can hold.
  .map(({ keys, tier, kind }) => setOf(kind >= 8 ? keys.slice(0, 12) : keys, tier, kind));
const seededSet: fc.Arbitrary<SeededSamples> = fc.record({
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  count: fc.integer({ min: 0, max: 500 }),
  kind: fc.integer({ min: 0, max: 4 }) as fc.Arbitrary<SampleKind>,
  tier: fc.integer({ min: 0, max: 3 }) as fc.Arbitrary<Tier>,
  density: fc.oneof(
    fc.integer({ min: 0, max: 15 }).map((weight) => new Uint8Array(144).fill(weight)),
    fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 144, maxLength: 144 }).map((weights) => Uint8Array.from(weights)),
  ),
});
const anyRequest: fc.Arbitrary<SampleRequest> = fc.record({
  frameId: fc.integer({ min: 0, max: 0xffffffff }),
  explicit: fc.array(run, { maxLength: 5 }).map((runs) => join(...runs)),
  seeded: fc.array(seededSet, { maxLength: 3 }),
});

function attempt(bytes: Uint8Array): void {
  const codec = new CoordinateCodec(grid);
  try {
    for (const decoded of codec.decode(bytes)) {
      expect(decoded.explicit.count).toBeLessThanOrEqual(LIMITS.samplesPerFrame);
      for (let i = 0; i < decoded.explicit.count; i++) {
        if (decoded.explicit.u[i] >= grid.width || decoded.explicit.v[i] >= grid.height) throw new Error('outside the grid');
      }
      codec.expand(decoded);
    }
  } catch (error) {
    if (!isSgapsError(error)) throw error;
  }
}

describe('CoordinateCodec', () => {
  const codec = new CoordinateCodec(grid);

  it('gives back any requests, in order', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { minLength: 1, maxLength: 5 }), (requests) => {
        const decoded = codec.decode(codec.encode(requests));
        expect(decoded.map(({ frameId, seeded }) => ({ frameId, seeded }))).toEqual(
          requests.map(({ frameId, seeded }) => ({ frameId, seeded })),
        );
        expect(decoded.map(({ explicit }) => plain(explicit))).toEqual(requests.map(({ explicit }) => plain(explicit)));
      }),
      { numRuns: 150 },
    );
  });

  it('works on the largest and the smallest grid', () => {
    for (const side of [
      { width: 640, height: 360 },
      { width: 16, height: 16 },
      { width: 224, height: 224 },
      { width: 17, height: 233 },
    ]) {
      const other = new CoordinateCodec(side);
      const last = side.width * side.height - 1;
      const keys = [...new Set([0, 1, side.width - 1, side.width, last >> 1, last - 1, last])].sort((a, b) => a - b);
      for (const list of [keys, [...keys].reverse()]) {
        const set = setOf(list, 2, 0, side.width);
        expect(plain(other.decode(other.encode([request(set)]))[0].explicit)).toEqual(plain(set));
      }
      const everywhere = setOf(
        Array.from({ length: Math.min(last + 1, LIMITS.samplesPerFrame) }, (_, i) => i),
        0,
        0,
        side.width,
      );
      expect(plain(other.decode(other.encode([request(everywhere)]))[0].explicit)).toEqual(plain(everywhere));
    }
  });

  it('keeps typical sets within their sizes', () => {
    const size = (explicit: SampleSet, seeded: SeededSamples[] = []) => codec.encode([request(explicit, seeded)]).length;
    const lattice: number[] = [];
    for (let v = 4; v < 180; v += 10) for (let u = 3; u < 320; u += 10) lattice.push(v * 320 + u);
    expect(size(setOf(lattice))).toBeLessThanOrEqual(20);
    const random = generator(9);
    const clusters = Array.from({ length: 80 }, (_, i) => {
      const u = 20 + (i >> 4) * 55 + Math.floor(random() * 8);
      return (30 + (((i >> 4) * 37) % 100) + Math.floor(random() * 8)) * 320 + u;
    });
    expect(size(setOf(clusters))).toBeLessThanOrEqual(105);
    expect(size(setOf([...new Set(clusters)].sort((a, b) => a - b)))).toBeLessThanOrEqual(105);
    expect(size(setOf(scattered(500)))).toBeLessThanOrEqual(560);
    expect(size(setOf(blueNoise(500)))).toBeLessThanOrEqual(545);
    const strip = Array.from({ length: 1280 }, (_, i) => 176 * 320 + i);
    const column = Array.from({ length: 720 }, (_, i) => (i >> 2) * 320 + 316 + (i & 3));
    expect(size(setOf([...new Set([...strip, ...column])].sort((a, b) => a - b)))).toBeLessThanOrEqual(25);
    const part = { seed: 77, count: 400, kind: 0, tier: 3 } as const;
    const none = createSampleSet(0);
    expect(size(none, [{ ...part, density: new Uint8Array(144).fill(3) }])).toBeLessThanOrEqual(16);
    expect(
      size(none, [{ ...part, density: Uint8Array.from({ length: 144 }, () => Math.floor(random() * 16)) }]),
    ).toBeLessThanOrEqual(100);
  });

  it('never takes a frame twice for a batch: shared maps cost once', () => {
    const density = Uint8Array.from({ length: 144 }, (_, i) => (i * 7) % 16);
    const seeded = (seed: number): SeededSamples => ({ seed, count: 300, kind: 0, tier: 3, density });
    const one = codec.encode([request(createSampleSet(0), [seeded(1)], 1)]).length;
    const four = codec.encode([1, 2, 3, 4].map((frame) => request(createSampleSet(0), [seeded(frame)], frame))).length;
    expect(four).toBeLessThan(one + 30);
  });

  it('refuses requests that cannot be coded', () => {
    const code = (run: () => unknown) => {
      try {
        run();
      } catch (error) {
        return isSgapsError(error) ? error.code : error;
      }
      return 'none';
    };
    expect(code(() => codec.encode([]))).toBe('LIMIT_EXCEEDED');
    expect(code(() => codec.encode([request(setOf([pixels]))]))).toBe('ARGUMENT_INVALID');
    expect(code(() => codec.encode([request(setOf([0], 1, 5))]))).toBe('ARGUMENT_INVALID');
    expect(code(() => codec.encode([request(createSampleSet(0), [], -1)]))).toBe('ARGUMENT_INVALID');
    const many = { seed: 1, count: LIMITS.samplesPerFrame, kind: 0, tier: 3, density: new Uint8Array(144).fill(1) } as const;
    expect(code(() => codec.encode([request(setOf([0]), [many])]))).toBe('LIMIT_EXCEEDED');
    expect(code(() => codec.encode([request(createSampleSet(0), [{ ...many, density: new Uint8Array(143) }])]))).toBe(
      'ARGUMENT_INVALID',
    );
    expect(code(() => codec.decode(new Uint8Array(0)))).toBe('BYTES_TRUNCATED');
    expect(code(() => codec.decode(Uint8Array.of(0x10, 0)))).toBe('VERSION_UNSUPPORTED');
    expect(code(() => codec.decode(new Uint8Array(LIMITS.coordinatePacketBytes + 1)))).toBe('LIMIT_EXCEEDED');
  });

  it('survives random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        attempt(bytes);
        attempt(Uint8Array.of(0x10, ...bytes));
      }),
      { numRuns: 400 },
    );
  });

  it('survives mutated packets', () => {
    fc.assert(
      fc.property(
        anyRequest,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (one, flips, cut) => {
          const bytes = codec.encode([one]);
          for (const [at, flip] of flips) bytes[at % bytes.length] ^= flip;
          attempt(bytes);
          attempt(bytes.subarray(0, cut % (bytes.length + 1)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is bounded in time for the worst packets', () => {
    // All-zero and all-one streams drive adaptive counts to their extremes.
    for (const fill of [0, 0xff, 0x55, 0xaa]) {
      const bytes = new Uint8Array(LIMITS.coordinatePacketBytes).fill(fill);
      bytes[0] = 0x2f;
      const start = performance.now();
      attempt(bytes);
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });

  it('says 4×4 squares locked anywhere, cut by the border or not, for less than a byte a square and pixel left over', () => {
    const random = generator(11);
    for (const [phaseU, phaseV] of [
      [0, 0],
      [3, 1],
      [2, 2],
    ]) {
      const keys = new Set<number>();
      for (let n = 0; n < 120; n++) {
        const x = Math.floor(random() * 81) * 4 - phaseU;
        const y = Math.floor(random() * 46) * 4 - phaseV;
        for (let v = Math.max(0, y); v < Math.min(180, y + 4); v++)
          for (let u = Math.max(0, x); u < Math.min(320, x + 4); u++) keys.add(v * 320 + u);
      }
      for (const key of scattered(40, phaseU + 1)) keys.add(key);
      const set = setOf([...keys].sort((a, b) => a - b));
      const codec = new CoordinateCodec(grid);
      const bytes = codec.encode([request(set)]);
      expect(plain(codec.decode(bytes)[0].explicit)).toEqual(plain(set));
      expect(bytes.length).toBeLessThan(200);
    }
  });

  it('says the means of such squares as corners', () => {
    const keys: number[] = [];
    for (let y = 0; y < 46; y++)
      for (let x = 0; x < 81; x++) if ((x * y) % 7 === 1) keys.push(Math.max(0, 4 * y - 1) * 320 + Math.max(0, 4 * x - 3));
    const set = setOf(
      keys.sort((a, b) => a - b),
      1,
      2,
    );
    const codec = new CoordinateCodec(grid);
    const bytes = codec.encode([request(set)]);
    expect(plain(codec.decode(bytes)[0].explicit)).toEqual(plain(set));
    expect(bytes.length).toBeLessThan(keys.length);
  });
});

describe('the byte budget of a request', () => {
  const codec = new CoordinateCodec({ width: 320, height: 180 });
  const ask = (quantiser: number, budget: number, kind = 8) => {
    const explicit = createSampleSet(1);
    explicit.count = 1;
    explicit.kind[0] = kind;
    return { frameId: 1, explicit: Object.assign(explicit, { quantiser, budget }), seeded: [] };
  };

  it('comes back with the quantiser, rounded up to 16 bytes, at most 64 KiB, and is left alone in what was encoded', () => {
    fc.assert(
      fc.property(fc.nat(31), fc.double({ min: 0, max: 200_000, noNaN: true }), (quantiser, budget) => {
        const request = ask(quantiser, budget);
        const [{ explicit }] = codec.decode(codec.encode([request]));
        expect(explicit.budget).toBe(Math.min(65_536, 16 * Math.ceil(budget / 16)));
        expect(explicit.quantiser).toBe(quantiser);
        expect(codec.expand({ ...request, explicit })).toMatchObject({ budget: explicit.budget, quantiser, count: 64 });
        expect(request.explicit.budget).toBe(budget);
      }),
    );
    // Without blocks there is nothing to be fitted.
    expect(codec.decode(codec.encode([ask(0, 500, 0)]))[0].explicit.budget).toBe(0);
  });

  it.each([
    [0, -1],
    [0, Number.NaN],
    [32, 0],
    [-1, 0],
    [2.5, 0],
  ])('is refused where it makes no sense: quantiser %f, budget %f', (quantiser, budget) => {
    expect(() => codec.encode([ask(quantiser, budget)])).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });
});
