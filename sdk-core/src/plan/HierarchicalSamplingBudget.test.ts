import { type FrameState, Tier, type TrackedObject } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockGrid } from './BlockGrid.js';
import { HierarchicalSamplingBudget } from './HierarchicalSamplingBudget.js';
import { TierTags } from './TierTags.js';

const columns = 20;
const rows = 12;
const count = columns * rows;

const maps = fc.record({
  importance: fc.array(fc.oneof(fc.constant(0), fc.float({ min: 0, max: 5000, noNaN: true })), {
    minLength: count,
    maxLength: count,
  }),
  tags: fc.array(fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) }), {
    minLength: count,
    maxLength: count,
  }),
  capacity: fc.array(fc.integer({ min: 0, max: 64 }), { minLength: count, maxLength: count }),
  total: fc.integer({ min: 0, max: 20_000 }),
  turn: fc.nat(1000),
});

function ranked({ importance, tags, turn }: { importance: number[]; tags: number[]; turn: number }) {
  const budget = new HierarchicalSamplingBudget({ columns, rows });
  budget.rank(Float32Array.from(importance), Uint8Array.from(tags), turn);
  return budget;
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('HierarchicalSamplingBudget', () => {
  it('hands out exactly N, or all there is (S5)', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const budget = ranked(map);
        const left = budget.spread(map.total, Int32Array.from(map.capacity));
        const most = sum(map.capacity);
        expect(sum(budget.grant)).toBe(Math.min(map.total, most));
        expect(left).toBe(map.total - Math.min(map.total, most));
        expect(sum(budget.spent)).toBe(sum(budget.grant));
        budget.grant.forEach((granted, b) => expect(granted <= map.capacity[b] && granted >= 0).toBe(true));
      }),
    );
  });

  it('never spends more on whole blocks than there is, and leaves less than any block turned away costs', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const budget = ranked(map);
        const left = budget.choose(map.total, Int32Array.from(map.capacity));
        expect(sum(budget.grant) + left).toBe(map.total);
        budget.grant.forEach((granted, b) => {
          expect(granted === 0 || granted === map.capacity[b]).toBe(true);
          if (granted === 0 && map.capacity[b] > 0) expect(map.capacity[b]).toBeGreaterThan(left);
        });
      }),
    );
  });

  it('is monotone in importance, to within a step of an eighth', () => {
    fc.assert(
      fc.property(maps, (map) => {
        const budget = ranked(map);
        budget.spread(map.total, new Int32Array(count).fill(64));
        const spread = budget.grant.slice();
        budget.choose(map.total, new Int32Array(count).fill(64));
        for (let a = 0; a < count; a++) {
          for (const b of [(a * 7 + 3) % count, (a + 1) % count]) {
            if (map.tags[a] !== 0 || map.tags[b] !== 0 || !(map.importance[a] > 1e-30 + 1.13 * map.importance[b])) continue;
            expect(budget.tier[a]).toBeLessThanOrEqual(budget.tier[b]);
            if (budget.tier[a] !== budget.tier[b]) continue;
            // Rounding may give one unit more to the lesser.
            expect(spread[a] + 1).toBeGreaterThanOrEqual(spread[b]);
            expect(budget.grant[a]).toBeGreaterThanOrEqual(budget.grant[b]);
          }
        }
      }),
    );
  });

  it('puts untagged blocks into tiers of 10, 20, 30 and 40 %', () => {
    const budget = ranked({ importance: Array.from({ length: count }, (_, b) => b), tags: Array(count).fill(0), turn: 3 });
    const sizes = [0, 1, 2, 3].map((tier) => budget.tier.filter((t) => t === tier).length);
    expect(sizes).toEqual([24, 48, 72, 96]);
    budget.spread(1000, new Int32Array(count).fill(64));
    expect([...budget.spent]).toEqual([100, 200, 300, 400]);
  });

  it('honours tags: a tagged block is in its tier and is served before the rest', () => {
    const importance = Array.from({ length: count }, (_, b) => 100 + b);
    importance[5] = 0.01;
    const tags = Array(count).fill(0);
    tags[5] = Tier.critical + 1;
    tags[count - 1] = Tier.optional + 1;
    const budget = ranked({ importance, tags, turn: 0 });
    expect(budget.tier[5]).toBe(Tier.critical);
    expect(budget.tier[count - 1]).toBe(Tier.optional);
    budget.choose(2 * 64 * 240, new Int32Array(count).fill(64));
    expect(budget.grant[5]).toBe(64);
  });

  it('lets what a tier cannot use flow down, and what is left over go back to the top', () => {
    const importance = Array.from({ length: count }, (_, b) => count - b);
    const budget = ranked({ importance, tags: Array(count).fill(0), turn: 0 });
    const capacity = new Int32Array(count).fill(64);
    // The critical tier can take 24 units only.
    budget.tier.forEach((tier, b) => {
      if (tier === Tier.critical) capacity[b] = 1;
    });
    expect(budget.spread(1000, capacity)).toBe(0);
    expect([...budget.spent]).toEqual([24, 276, 300, 400]);
    // Nobody below the critical tier can take anything.
    budget.tier.forEach((tier, b) => (capacity[b] = tier === Tier.critical ? 64 : 0));
    expect(budget.spread(1000, capacity)).toBe(0);
    expect([...budget.spent]).toEqual([1000, 0, 0, 0]);
  });

  it('serves equals far from each other, and others first each time', () => {
    const map = { importance: Array(count).fill(3), tags: Array(count).fill(0) };
    const chosen = (turn: number) => {
      const budget = ranked({ ...map, turn });
      budget.choose(24, new Int32Array(count).fill(1));
      return [...budget.grant.keys()].filter((b) => budget.grant[b] > 0);
    };
    const first = chosen(1);
    // Tiers take 2, 5, 7 and 10: stretches of the blue-noise order.
    const halves = first.filter((b) => b % columns < columns / 2).length;
    expect(halves).toBeGreaterThan(6);
    expect(halves).toBeLessThan(18);
    expect(chosen(2)).not.toEqual(first);
  });

  it('refuses shares that do not add up', () => {
    for (const shares of [
      [0.1, 0.2, 0.3, 0.5],
      [-0.1, 0.3, 0.4, 0.4],
      [Number.NaN, 0, 0, 1],
    ] as const)
      expect(() => new HierarchicalSamplingBudget({ columns, rows, shares })).toThrow(
        expect.objectContaining({ code: 'ARGUMENT_INVALID' }),
      );
  });
});

describe('TierTags', () => {
  const grid = { width: 320, height: 180 };
  const object = (more: Partial<TrackedObject>): TrackedObject => ({
    id: 1,
    texture: 'hero',
    frame: '',
    x: 40,
    y: 40,
    width: 16,
    height: 16,
    originX: 0,
    originY: 0,
    rotation: 0,
    flipX: false,
    flipY: false,
    alpha: 1,
    tint: 0xffffff,
    scrollFactorX: 1,
    scrollFactorY: 1,
    tileX: 0,
    tileY: 0,
    tag: 0,
    ...more,
  });
  const state = (objects: TrackedObject[], viewX = 0): FrameState => ({
    cameras: [{ id: 0, viewX, viewY: 0, zoom: 1, rotation: 0, x: 0, y: 0, ...grid }],
    cameras3d: [],
    objects,
    values: [],
  });

  it('tags the blocks an object touches, where the camera sees it', () => {
    const tags = new TierTags(new BlockGrid(grid));
    expect(tags.read(state([object({ tag: 1 })]))).toBe(true);
    const tagged = [...tags.tags.keys()].filter((b) => tags.tags[b] !== 0);
    expect(tagged).toEqual([210, 211, 251, 252]);
    tags.read(state([object({ tag: 1 })], 4));
    expect([...tags.tags].filter((tag) => tag === 1)).toHaveLength(6);
    expect(tags.read(state([object({ tag: 0 })]))).toBe(false);
    expect(tags.tags.every((tag) => tag === 0)).toBe(true);
  });

  it('reads screen regions, which have no texture, and passes over what is invisible', () => {
    const tags = new TierTags(new BlockGrid(grid));
    const region = object({ texture: '', alpha: 0, x: 0, y: 0, width: 320, height: 16, scrollFactorX: 0, tag: 2 });
    tags.read(state([region, object({ alpha: 0, tag: 1 })], 100));
    expect([...tags.tags].filter((tag) => tag === 2)).toHaveLength(80);
    expect([...tags.tags].filter((tag) => tag === 1)).toHaveLength(0);
  });

  it('lets the highest of several tags count, and low tags lower only what they cover wholly', () => {
    const tags = new TierTags(new BlockGrid(grid));
    tags.read(state([object({ tag: 4, x: 36, y: 40, width: 24, height: 8 }), object({ id: 2, tag: 1, width: 8, height: 8 })]));
    expect(tags.tags[210]).toBe(1);
    expect(tags.tags[211]).toBe(4);
    expect(tags.tags[209]).toBe(0);
  });
});
