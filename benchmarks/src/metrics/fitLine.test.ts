import { expect, it } from 'vitest';
import { fitLine } from './fitLine.js';

it('finds a line through scattered points, and how sure it is', () => {
  const x = Array.from({ length: 40 }, (_, i) => i);
  const exact = fitLine(
    x,
    x.map((value) => 3 + 2 * value),
  );
  expect(exact.slope).toBeCloseTo(2, 10);
  expect(exact.intercept).toBeCloseTo(3, 10);
  expect(exact.slopeError).toBeCloseTo(0, 6);
  expect(exact.r2).toBeCloseTo(1, 10);
  const scattered = fitLine(
    x,
    x.map((value, i) => 3 + 2 * value + (i % 2 === 0 ? 5 : -5)),
  );
  expect(Math.abs(scattered.slope - 2)).toBeLessThan(scattered.slopeError);
  // By the book: t · s / √Σ(x − x̄)².
  expect(scattered.slopeError).toBeCloseTo((1.96 * 5 * Math.sqrt(40 / 38)) / Math.sqrt(5330), 1);
  expect(fitLine([1, 2], [1, 3])).toMatchObject({ slope: 2, slopeError: Number.NaN });
  expect(fitLine([1, 1], [1, 3]).slope).toBeNaN();
});
