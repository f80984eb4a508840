import { CoordinateDecoder, createSampleSet, levelOf, SampleKind, type SampleSet } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { AreaGather } from './areaSample.js';
import { CoordinateStore } from './CoordinateStore.js';
import { packSample } from './Sampler.js';
import { MOST_RUNS, packSet } from './sampleRuns.js';

const GRID = { width: 324, height: 182 };

function setOf(entries: readonly (readonly [u: number, v: number, kind: number])[]): SampleSet {
  const explicit = createSampleSet(entries.length);
  explicit.count = entries.length;
  entries.forEach(([u, v, kind], i) => {
    explicit.u[i] = u;
    explicit.v[i] = v;
    explicit.kind[i] = kind;
  });
  return new CoordinateDecoder(GRID).expand({ frameId: 1, explicit, seeded: [] });
}

/** What a sampler gives for a set, and what its samples are one by one. */
function gathered(set: SampleSet, scale: number) {
  const [width, height] = [GRID.width * scale, GRID.height * scale];
  const picture = Uint8Array.from({ length: 4 * width * height }, (_, i) => Math.imul(i, 2654435761) >>> 24);
  const gather = new AreaGather(width, height, GRID, true);
  const store = new CoordinateStore();
  store.load([packSet(setOf([[3, 3, 0]]))]);
  const packed = packSet(set);
  const [loaded] = store.load([packed]);
  const values = new Uint8Array(4 * set.count);
  gather.runs(picture, store.words, store.placeOf(loaded), loaded.runs, values, 0);
  const singly = new Uint8Array(4 * set.count);
  const words = Uint32Array.from({ length: set.count }, (_, i) => packSample(set.u[i], set.v[i], levelOf(set.kind[i])));
  gather.words(picture, words, 0, set.count, singly, 0);
  for (let i = 3; i < values.length; i += 4) values[i] = singly[i] = 0;
  return { packed, loaded, values, singly };
}

describe('packSet', () => {
  it('takes a word for each block, and gives the values of its samples', () => {
    const entries: [number, number, number][] = [];
    for (let v = 0; v < GRID.height; v += 8) for (let u = 0; u < GRID.width; u += 8) entries.push([u, v, SampleKind.block0]);
    for (let i = 0; i < 100; i++) entries.push([3 * i, i, i % 5]);
    entries.push([300, 160, SampleKind.block2], [11, 13, SampleKind.block1]);
    const set = setOf(entries);
    for (const scale of [1, 2, 1.5]) {
      const { packed, loaded, values, singly } = gathered(set, scale);
      expect(packed.words.length).toBeLessThan(1200);
      expect(packed.count).toBe(set.count);
      expect(loaded.depths).toBe(entries.length);
      expect(Buffer.compare(values, singly)).toBe(0);
    }
  });

  it('writes a set out that changes too often between blocks and single samples', () => {
    const set = setOf(Array.from({ length: 40 }, (_, i) => [4 * i, 8, i % 2 === 0 ? SampleKind.point : SampleKind.block0]));
    const { packed, loaded, values, singly } = gathered(set, 2);
    expect(loaded.runs.length).toBeLessThanOrEqual(MOST_RUNS);
    expect(packed.words.length).toBe(set.count);
    expect(Buffer.compare(values, singly)).toBe(0);
  });
});
