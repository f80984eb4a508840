import { describe, expect, it } from 'vitest';
import { type Composition, createComposition, FULL_DETAIL } from '../memory/Composition.js';
import { DynamicMemory } from '../memory/DynamicMemory.js';
import { ImportanceAnalyzer } from './ImportanceAnalyzer.js';

const grid = { width: 320, height: 180 };

/** A picture known everywhere and looked at in the last frame. */
function known(): Composition {
  const composition = createComposition(grid);
  composition.rgb.fill(90);
  composition.confidence.fill(255);
  return composition;
}

function fillBlock(map: Uint8Array, x: number, y: number, value: number): void {
  for (let v = 8 * y; v < 8 * y + 8; v++) map.fill(value, v * grid.width + 8 * x, v * grid.width + 8 * x + 8);
}

describe('ImportanceAnalyzer', () => {
  it('rates the unknown above the vague, the vague above the old, the old above the fresh', () => {
    const ahead = known();
    fillBlock(ahead.confidence, 3, 4, 0);
    fillBlock(ahead.confidence, 10, 4, 80);
    fillBlock(ahead.age, 20, 4, 120);
    const analyzer = new ImportanceAnalyzer(grid);
    analyzer.rate(ahead, { firstRow: 0, framesAhead: 2 });
    const { expectedError, blockImportance, blocks } = analyzer;
    const order = [3, 10, 20, 30].map((x) => 4 * blocks.columns + x);
    for (const map of [expectedError, blockImportance]) {
      for (let i = 1; i < order.length; i++) expect(map[order[i - 1]]).toBeGreaterThan(map[order[i]]);
    }
  });

  it('rates what keeps changing above what stands still, the more the further ahead', () => {
    const analyzer = new ImportanceAnalyzer(grid);
    const { history, blocks } = analyzer;
    for (let t = 0; t < 90; t += 2) {
      history.observe(history.blockAt(84, 44), 900, t);
      history.observe(history.blockAt(204, 44), 1, t);
    }
    const rateAt = (framesAhead: number) => {
      analyzer.rate(known(), { firstRow: 0, framesAhead });
      return [analyzer.expectedError[blocks.at(84, 44)], analyzer.expectedError[blocks.at(204, 44)]];
    };
    const [moving, still] = rateAt(1);
    expect(moving).toBeGreaterThan(5 * still);
    expect(rateAt(5)[0]).toBeGreaterThan(moving);
    expect(analyzer.inconsistency[blocks.at(84, 44)]).toBeGreaterThan(0.6);
  });

  it('weighs its factors 0.4 / 0.3 / 0.3, or as told, and keeps all within 0 … 1', () => {
    const ahead = known();
    fillBlock(ahead.confidence, 3, 4, 0);
    for (const weights of [undefined, { uncertainty: 2, gap: 0, inconsistency: 2 }]) {
      const analyzer = new ImportanceAnalyzer(grid, { weights });
      analyzer.rate(ahead, { firstRow: 0, framesAhead: 2 });
      const { uncertainty, gap, inconsistency, blockImportance } = analyzer;
      const [a, b, c] = weights ? [0.5, 0, 0.5] : [0.4, 0.3, 0.3];
      blockImportance.forEach((value, i) => {
        expect(value).toBeCloseTo(a * uncertainty[i] + b * gap[i] + c * inconsistency[i], 5);
        for (const factor of [uncertainty[i], gap[i], inconsistency[i], value]) {
          expect(factor).toBeGreaterThanOrEqual(0);
          expect(factor).toBeLessThanOrEqual(1);
        }
      });
    }
    for (const weights of [
      { uncertainty: 0, gap: 0, inconsistency: 0 },
      { uncertainty: -1, gap: 1, inconsistency: 1 },
      { uncertainty: Number.NaN, gap: 1, inconsistency: 1 },
    ])
      expect(() => new ImportanceAnalyzer(grid, { weights })).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });

  it("takes a model's maps in place of its own and scales them by what is usual in them", () => {
    const analyzer = new ImportanceAnalyzer(grid, {
      sources: {
        uncertainty: { fill: (out) => out.forEach((_, b) => (out[b] = b * 1e-4)) },
        error: { fill: (out) => out.fill(7) },
      },
    });
    analyzer.rate(known(), { firstRow: 0, framesAhead: 2 });
    const { uncertainty, expectedError } = analyzer;
    expect(uncertainty[0]).toBe(0);
    expect(uncertainty[uncertainty.length - 1]).toBe(1);
    expect(uncertainty[uncertainty.length >> 1]).toBeGreaterThan(0.45);
    expect(uncertainty[uncertainty.length >> 1]).toBeLessThan(0.6);
    expect(expectedError[5]).toBe(7);
  });

  it('follows a world that scrolls, and rates nothing beyond the edge', () => {
    const ahead = known();
    for (let v = 0; v < grid.height; v++) ahead.confidence.fill(0, v * grid.width + 317, (v + 1) * grid.width);
    const analyzer = new ImportanceAnalyzer(grid);
    analyzer.blocks.lock(5, -3);
    analyzer.rate(ahead, { firstRow: 1, framesAhead: 2 });
    const { blocks, expectedError } = analyzer;
    expect(blocks.area(0)).toBe(9);
    expect(expectedError[blocks.at(318, 60)]).toBeGreaterThan(700);
    expect(expectedError[blocks.at(300, 60)]).toBeLessThan(20);
    analyzer.paint();
    expect(analyzer.importance[60 * 320 + 318]).toBe(expectedError[blocks.at(318, 60)]);
    expect(analyzer.importance[60 * 320 + 300]).toBe(expectedError[blocks.at(300, 60)]);
    analyzer.blocks.lock(0, 0);
    analyzer.rate(ahead, { firstRow: 0, framesAhead: 2 });
    expect(blocks.area(40)).toBe(0);
    expect(expectedError[40]).toBeLessThan(3);
  });

  it('still rates pixels', () => {
    const ahead = known();
    fillBlock(ahead.confidence, 3, 4, 0);
    const analyzer = new ImportanceAnalyzer(grid);
    analyzer.analyze(ahead, new DynamicMemory(320, 180), FULL_DETAIL);
    expect(analyzer.importance[33 * 320 + 25]).toBe(1500);
    expect(analyzer.importance[33 * 320 + 125]).toBe(0);
  });
});
