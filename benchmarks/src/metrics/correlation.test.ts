import { describe, expect, it } from 'vitest';
import { pearson, spearman } from './correlation.js';

describe('correlation', () => {
  it('is 1 for what rises together, −1 for what falls, 0 for what has nothing to do with each other', () => {
    expect(pearson([1, 2, 3, 4], [3, 5, 7, 9])).toBeCloseTo(1, 12);
    expect(pearson([1, 2, 3, 4], [9, 7, 5, 3])).toBeCloseTo(-1, 12);
    expect(pearson([1, 2, 1, 2], [5, 5, 6, 6])).toBeCloseTo(0, 12);
    expect(pearson([1, 1, 1], [1, 2, 3])).toBeNaN();
  });

  it('knows ranks, with ties', () => {
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 2, 4], [10, 20, 20, 30])).toBeCloseTo(1, 12);
  });
});
