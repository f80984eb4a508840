import { BLOCK_KIND, createSampleSet, levelOf, SampleKind, type SampleSet, Tier } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockChooser, type RatedBlocks } from './BlockChooser.js';
import { BLOCK, BlockGrid } from './BlockGrid.js';

interface Case {
  readonly blocks: BlockGrid;
  readonly rated: RatedBlocks;
  readonly most: number;
  readonly turn: number;
  readonly coarse: boolean;
}

/** Ratings of any kind for grids of any size, locked to any place of the world. */
const cases = fc
  .record({
    width: fc.integer({ min: 1, max: 90 }),
    height: fc.integer({ min: 1, max: 70 }),
    x: fc.integer({ min: -40, max: 40 }),
    y: fc.integer({ min: -40, max: 40 }),
    most: fc.integer({ min: 1, max: 120 }),
    turn: fc.nat(1000),
    coarse: fc.boolean(),
    seed: fc.nat(),
  })
  .map(({ width, height, x, y, most, turn, coarse, seed }): Case => {
    const blocks = new BlockGrid({ width, height });
    blocks.lock(x, y);
    let h = seed;
    const random = () => {
      h = (Math.imul(h, 1664525) + 1013904223) >>> 0;
      return h / 2 ** 32;
    };
    const { count } = blocks;
    const unknown = random();
    const rated: RatedBlocks = {
      errors: Float32Array.from({ length: count }, () => (random() < 0.2 ? 0 : 3000 * random() ** 4)),
      nothing: Float32Array.from({ length: count }, () => (random() < unknown ? 1 : 0)),
      tags: Uint8Array.from({ length: count }, () => (random() < 0.5 ? 0 : Math.floor(5 * random()))),
      due: Uint8Array.from({ length: count }, () => (random() < 0.1 ? 1 : 0)),
      age: Uint8Array.from({ length: count }, () => Math.floor(40 * random())),
    };
    return { blocks, rated, most, turn, coarse };
  });

/** With `coarse`, as many may be new at full detail as may be asked for at all. */
function choose({ blocks, rated, most, turn, coarse }: Case): SampleSet {
  const set = createSampleSet(most);
  new BlockChooser(blocks.grid, blocks).choose(set, rated, { most, fresh: coarse ? most : Number.POSITIVE_INFINITY, turn });
  return set;
}

/** The block that a sample of kind `block0` is. */
const blockOf = (blocks: BlockGrid, set: SampleSet, i: number) => blocks.at(set.u[i], set.v[i]);

const even = (blocks: BlockGrid, change: Partial<RatedBlocks> = {}): RatedBlocks => ({
  errors: new Float32Array(blocks.count).fill(50),
  nothing: new Float32Array(blocks.count),
  tags: new Uint8Array(blocks.count),
  due: new Uint8Array(blocks.count),
  age: new Uint8Array(blocks.count).fill(30),
  ...change,
});

describe('BlockChooser', () => {
  it('asks for as many as it may at most, inside the grid, none twice', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const set = choose(one);
        expect(set.count).toBeLessThanOrEqual(one.most);
        const seen = new Set<string>();
        for (let i = 0; i < set.count; i++) {
          expect(set.u[i]).toBeLessThan(one.blocks.grid.width);
          expect(set.v[i]).toBeLessThan(one.blocks.grid.height);
          expect(set.kind[i]).toBeGreaterThanOrEqual(BLOCK_KIND);
          seen.add(`${set.u[i]},${set.v[i]},${set.kind[i]}`);
          if (set.kind[i] === SampleKind.block0) expect(one.blocks.area(blockOf(one.blocks, set, i))).toBeGreaterThan(0);
        }
        expect(seen.size).toBe(set.count);
      }),
      { numRuns: 400 },
    );
  });

  it('takes all it may while there is something to be learnt, the worst first', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const { blocks, rated, most } = one;
        const plain = {
          ...one,
          coarse: false,
          rated: { ...rated, due: new Uint8Array(blocks.count), tags: new Uint8Array(blocks.count) },
        };
        const set = choose(plain);
        const worth = Array.from(rated.errors, (error, block) => (error * blocks.area(block)) / 64);
        expect(set.count).toBe(Math.min(most, worth.filter((value) => value > 0.3).length));
        const taken = new Set(Array.from({ length: set.count }, (_, i) => blockOf(blocks, set, i)));
        const least = Math.min(...[...taken].map((block) => worth[block]));
        // What is left is worth less, but for the quarter octave in which blocks count as equals.
        worth.forEach((value, block) => {
          if (!taken.has(block)) expect(value).toBeLessThanOrEqual(Math.max(0.3, least * 2 ** 0.26));
        });
      }),
      { numRuns: 300 },
    );
  });

  it('covers what is new by coarse blocks where whole ones would take too long', () => {
    for (const [x, y] of [
      [0, 0],
      [3, -5],
      [-1, 7],
    ]) {
      const grid = { width: 320, height: 180 };
      const blocks = new BlockGrid(grid);
      blocks.lock(x, y);
      const nothing = new Float32Array(blocks.count);
      // All of the right half is new.
      for (let block = 0; block < blocks.count; block++)
        if (blocks.left(block % blocks.columns) >= 160 && blocks.area(block) > 0) nothing[block] = 1;
      const rated = even(blocks, { nothing });
      const set = choose({ blocks, rated, most: 200, turn: 3, coarse: true });
      expect(set.count).toBe(200);
      const covered = new Uint8Array(grid.width * grid.height);
      for (let i = 0; i < set.count; i++) {
        const side = BLOCK << levelOf(set.kind[i]);
        for (let v = set.v[i]; v < Math.min(grid.height, set.v[i] + side); v++)
          covered.fill(1, v * grid.width + set.u[i], v * grid.width + Math.min(grid.width, set.u[i] + side));
      }
      for (let v = 0; v < grid.height; v++) for (let u = 168; u < grid.width; u++) expect(covered[v * grid.width + u]).toBe(1);
      const kinds = [...set.kind.subarray(0, set.count)];
      expect(kinds.filter((kind) => kind === SampleKind.block1).length).toBeLessThanOrEqual(160);
      expect(kinds.filter((kind) => kind === SampleKind.block0).length).toBeGreaterThanOrEqual(40);
      // A little that is new is read in full at once.
      const few = choose({ blocks, rated, most: blocks.count, turn: 3, coarse: true });
      expect(new Set(few.kind.subarray(0, few.count))).toEqual(new Set([SampleKind.block0]));
    }
  });

  it('looks at what is due before what is worse, unless it was just looked at', () => {
    const blocks = new BlockGrid({ width: 160, height: 96 });
    const due = new Uint8Array(blocks.count);
    const errors = new Float32Array(blocks.count).fill(900);
    for (const block of [5, 30, 70]) {
      due[block] = 1;
      errors[block] = 0;
    }
    const age = new Uint8Array(blocks.count).fill(30);
    age[70] = 4;
    const set = choose({ blocks, rated: even(blocks, { errors, due, age }), most: 20, turn: 1, coarse: true });
    const taken = Array.from({ length: set.count }, (_, i) => blockOf(blocks, set, i));
    expect(taken).toEqual(expect.arrayContaining([5, 30]));
    expect(taken).not.toContain(70);
    expect(taken).toHaveLength(20);
  });

  it('asks for tagged blocks before others of equal error, in the precision of their tier; optional ones last', () => {
    const blocks = new BlockGrid({ width: 160, height: 96 });
    const tags = new Uint8Array(blocks.count);
    const critical = [3, 40, 77, 100];
    const optional = [8, 9, 10, 50];
    for (const block of critical) tags[block] = Tier.critical + 1;
    for (const block of optional) tags[block] = Tier.optional + 1;
    const few = choose({ blocks, rated: even(blocks, { tags }), most: 4, turn: 9, coarse: true });
    expect(Array.from({ length: 4 }, (_, i) => blockOf(blocks, few, i)).sort((a, b) => a - b)).toEqual(critical);
    expect([...few.tier.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    const shown = 20 * 12;
    const most = choose({ blocks, rated: even(blocks, { tags }), most: shown - 4, turn: 9, coarse: true });
    const rest = Array.from({ length: most.count }, (_, i) => blockOf(blocks, most, i));
    for (const block of optional) expect(rest).not.toContain(block);
    const all = choose({ blocks, rated: even(blocks, { tags }), most: blocks.count, turn: 9, coarse: true });
    expect(all.count).toBe(shown);
    expect([...all.tier.subarray(0, all.count)].filter((tier) => tier === Tier.optional)).toHaveLength(4);
  });

  it('takes equals far from each other, others in every frame', () => {
    const blocks = new BlockGrid({ width: 320, height: 180 });
    const first = choose({ blocks, rated: even(blocks), most: 60, turn: 1, coarse: true });
    const second = choose({ blocks, rated: even(blocks), most: 60, turn: 2, coarse: true });
    const rows = new Set(Array.from({ length: 60 }, (_, i) => first.v[i]));
    const columns = new Set(Array.from({ length: 60 }, (_, i) => first.u[i]));
    expect(rows.size).toBeGreaterThan(15);
    expect(columns.size).toBeGreaterThan(25);
    expect([...second.u.subarray(0, 60)]).not.toEqual([...first.u.subarray(0, 60)]);
  });
});
