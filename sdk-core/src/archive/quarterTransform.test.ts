import fc from 'fast-check';
import { expect, it } from 'vitest';
import { forwardQuarters, inverseQuarters } from './quarterTransform.js';

const block = fc.array(fc.integer({ min: -4080, max: 4080 }), { minLength: 64, maxLength: 64 });

it('gives back what it was given, and keeps its energy', () => {
  fc.assert(
    fc.property(block, (values) => {
      const coefficients = Int32Array.from(values);
      forwardQuarters(coefficients, coefficients);
      const energy = (of: Iterable<number>) => [...of].reduce((sum, value) => sum + value * value, 0);
      expect(Math.sqrt(energy(coefficients)) / 8).toBeCloseTo(Math.sqrt(energy(values)), -1);
      inverseQuarters(coefficients);
      expect(coefficients.every((value, i) => Math.abs(value - values[i]) <= 1)).toBe(true);
    }),
  );
});

it('puts what a quarter is on average first, and other quarters nowhere', () => {
  const values = new Int32Array(64);
  for (let y = 4; y < 8; y++) values.fill(100, 8 * y, 8 * y + 4);
  forwardQuarters(values, values);
  // The quarter in row 1 and column 0; 4 · 100 in 1/8.
  expect(values[8]).toBe(3200);
  expect(values.filter((value) => value !== 0)).toHaveLength(1);
});
