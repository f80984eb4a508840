import { levelOf } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { createComposition } from '../memory/Composition.js';
import { BlockGrid } from './BlockGrid.js';
import { PointChooser } from './PointChooser.js';
import { SQUARE } from './SquareGrid.js';

const grid = { width: 64, height: 48 };
const SIZE = grid.width * grid.height;
const blocks = new BlockGrid(grid);
const tags = new Uint8Array(blocks.count);
/** Memory knows the left half, and expects little there. */
const ahead = createComposition(grid);
const importance = new Float32Array(SIZE).fill(2000);
for (let at = 0; at < SIZE; at++) {
  if (at % grid.width >= grid.width / 2) continue;
  ahead.confidence[at] = 200;
  importance[at] = 1;
}

function choose(doubt: Float32Array | null, means: boolean) {
  const chooser = new PointChooser(blocks, { exact: true, means });
  chooser.lock(0, 0);
  const { u, v, kind, count } = chooser.choose(600, { importance, tags }, ahead, 3, doubt);
  const points = new Set<number>();
  const meanAt: number[] = [];
  for (let i = 0; i < count; i++) {
    if (levelOf(kind[i]) === 0) points.add(v[i] * grid.width + u[i]);
    else meanAt.push(v[i] * grid.width + u[i]);
  }
  return { count, points, meanAt };
}

describe('squares that a model doubts', () => {
  const doubt = new Float32Array(SIZE).fill(10);
  for (let v = 8; v < 24; v++) doubt.fill(3000, v * grid.width + 4, v * grid.width + 12);
  const doubted = [...doubt.keys()].filter((at) => doubt[at] === 3000);

  it('are asked for whole, though memory is sure of them, and the rest is as without one', () => {
    const [plain, asked] = [choose(null, false), choose(doubt, false)];
    expect([plain.count, asked.count]).toEqual([600, 600]);
    expect(doubted.filter((at) => plain.points.has(at)).length).toBeLessThan(doubted.length / 4);
    expect(doubted.every((at) => asked.points.has(at))).toBe(true);
    const right = (at: number) => at % grid.width >= grid.width / 2;
    expect([...asked.points].filter(right).length).toBeGreaterThan(300);
  });

  it('are not asked for as means as well', () => {
    const all = new Float32Array(SIZE).fill(3000);
    const { points, meanAt } = choose(all, true);
    expect(meanAt.length).toBeGreaterThan(0);
    for (const at of meanAt) {
      const square = Array.from({ length: SQUARE * SQUARE }, (_, n) => at + (n >> 2) * grid.width + (n & 3));
      expect(square.every((pixel) => points.has(pixel))).toBe(false);
    }
  });
});
