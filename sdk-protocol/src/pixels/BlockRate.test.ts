import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockRate, COARSEST } from './BlockRate.js';

/** A rate that was told of blocks of these expected errors. */
function rateOf(errors: readonly number[]): BlockRate {
  const rate = new BlockRate();
  rate.begin();
  for (const error of errors) rate.add(error);
  return rate;
}

const errors = fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { minLength: 1, maxLength: 252 });

describe('BlockRate', () => {
  it('codes finer the more bits there are, never beyond them unless at its coarsest', () => {
    fc.assert(
      fc.property(errors, fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 0, max: 200_000 }), (list, a, b) => {
        const rate = rateOf(list);
        const coarse = rate.quantiserFor(Math.min(a, b));
        const fine = rate.quantiserFor(Math.max(a, b));
        expect(fine).toBeLessThanOrEqual(coarse);
        expect(fine).toBeGreaterThanOrEqual(2);
        expect(coarse).toBeLessThanOrEqual(COARSEST);
        if (coarse < COARSEST) expect(rate.bitsAt(coarse)).toBeLessThanOrEqual(Math.min(a, b));
        const part = rate.affordable(Math.min(a, b));
        expect(part).toBeLessThanOrEqual(1);
        if (part < 1) expect(rate.bitsAt(COARSEST) * part).toBeCloseTo(Math.min(a, b), 6);
      }),
    );
  });

  it('expects more bits of more blocks, of larger errors and of finer quantisers', () => {
    const bits = (list: number[], quantiser = 12) => rateOf(list).bitsAt(quantiser);
    expect(bits([100, 100])).toBeCloseTo(2 * bits([100]), 6);
    expect(bits([400])).toBeGreaterThan(bits([100]) + 20);
    expect(bits([100], 8)).toBeGreaterThan(bits([100], 16) + 20);
    expect(bits([0])).toBeLessThan(2);
    expect(bits([Number.NaN])).toBe(bits([0]));
  });

  it('starts each request afresh', () => {
    const rate = rateOf([500, 500, 500]);
    rate.begin();
    rate.add(500);
    expect(rate.bitsAt(10)).toBe(rateOf([500]).bitsAt(10));
  });

  it.each([0.4, 2.5])('follows what frames really cost, here %f times what it thought', (factor) => {
    const rate = new BlockRate();
    const list = Array.from({ length: 100 }, (_, i) => 10 + 7 * i);
    const model = rateOf(list).bitsAt(12);
    for (let t = 0; t < 60; t++) {
      rate.begin();
      for (const error of list) rate.add(error);
      rate.note(t, 12);
      rate.feedback(t, (factor * model) / 8);
    }
    expect(rate.bitsAt(12) / model).toBeCloseTo(factor, 2);
    // Frames that nobody noted, or that were taken in already, teach nothing.
    rate.feedback(59, 1e6);
    rate.feedback(1000, 1e6);
    rate.feedback(-1, 1e6);
    expect(rate.bitsAt(12) / model).toBeCloseTo(factor, 2);
  });
});
