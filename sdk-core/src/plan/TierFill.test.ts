import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockGrid } from './BlockGrid.js';
import { TierFill } from './TierFill.js';

const grid = { width: 62, height: 37 };
const pixels = grid.width * grid.height;

describe('TierFill', () => {
  it('marks exactly as many free pixels as asked, or all there are, whatever is taken, important and tagged', () => {
    const blocks = new BlockGrid(grid);
    const fill = new TierFill(blocks);
    const scroll = fc.integer({ min: -50, max: 50 });
    fc.assert(
      fc.property(scroll, scroll, fc.nat(2 * pixels), fc.nat(100), fc.nat(1000), (x, y, count, part, turn) => {
        blocks.lock(x, y);
        const take = Uint8Array.from({ length: pixels }, (_, at) =>
          (Math.imul(at + turn, 0x9e3779b1) >>> 8) % 100 < part ? 1 : 0,
        );
        const before = take.slice();
        const importance = Float32Array.from({ length: pixels }, (_, at) => (at % 7 === 0 ? 0 : (at * 31) % 1000));
        const tags = Uint8Array.from({ length: blocks.count }, (_, b) => (b + turn) % 5);
        fill.fill(take, count, { importance, tags, turn });
        const free = before.filter((taken) => taken === 0).length;
        expect(take.filter((taken) => taken === 1).length).toBe(pixels - free + Math.min(free, count));
        expect(before.every((taken, at) => taken === 0 || take[at] === 1)).toBe(true);
      }),
    );
  });

  it('gives what is tagged critical more than its area, and spreads what is alike evenly', () => {
    const blocks = new BlockGrid({ width: 320, height: 180 });
    const fill = new TierFill(blocks);
    const take = new Uint8Array(320 * 180);
    const tags = new Uint8Array(blocks.count);
    for (let y = 4; y < 8; y++) for (let x = 4; x < 8; x++) tags[y * blocks.columns + x] = 1;
    // What is tagged counts for more, as the planner weighs it.
    const importance = new Float32Array(320 * 180).fill(100);
    for (let v = 32; v < 64; v++) importance.fill(1600, v * 320 + 32, v * 320 + 64);
    fill.fill(take, 640, { importance, tags, turn: 3 });
    const within = (left: number, top: number) => {
      let count = 0;
      for (let v = top; v < top + 32; v++) for (let u = left; u < left + 32; u++) count += take[v * 320 + u];
      return count;
    };
    // Most of the top tier's tenth of the budget, though it has less than a fiftieth of the picture.
    expect(within(32, 32)).toBeGreaterThan(32);
    // Elsewhere about one in a hundred pixels, none of them beside another.
    for (const [left, top] of [
      [100, 100],
      [200, 32],
      [32, 120],
    ])
      expect(within(left, top)).toBeLessThan(25);
    let beside = 0;
    for (let v = 0; v < 180; v++) for (let u = 100; u < 319; u++) if (take[v * 320 + u] && take[v * 320 + u + 1]) beside++;
    expect(beside).toBe(0);
  });
});
