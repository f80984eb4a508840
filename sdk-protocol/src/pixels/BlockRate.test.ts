import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockRate } from './BlockRate.js';
import { QUANTISER_LIMIT } from './blockSteps.js';

/** A rate that was told of blocks of these expected errors. */
function rateOf(errors: readonly number[]): BlockRate {
  const rate = new BlockRate();
  rate.begin();
  for (const error of errors) rate.add(error);
  return rate;
}

const errors = fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { minLength: 1, maxLength: 1024 });

describe('BlockRate', () => {
  it('codes finer the more bits there are, never beyond them unless at its coarsest, never finer than asked', () => {
    const bits = fc.integer({ min: 0, max: 200_000 });
    fc.assert(
      fc.property(errors, bits, bits, fc.integer({ min: 0, max: QUANTISER_LIMIT }), (list, a, b, finest) => {
        const rate = rateOf(list);
        const coarse = rate.quantiserFor(finest, Math.min(a, b));
        const fine = rate.quantiserFor(finest, Math.max(a, b));
        expect(fine).toBeLessThanOrEqual(coarse);
        expect(fine).toBeGreaterThanOrEqual(finest);
        expect(coarse).toBeLessThanOrEqual(QUANTISER_LIMIT);
        if (coarse < QUANTISER_LIMIT) expect(rate.bitsAt(coarse)).toBeLessThanOrEqual(Math.min(a, b));
        if (coarse > finest) expect(rate.bitsAt(coarse - 1)).toBeGreaterThan(Math.min(a, b));
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
      rate.feedback(rate.modelBits(12), factor * model);
    }
    expect(rate.bitsAt(12) / model).toBeCloseTo(factor, 2);
    rate.reset();
    expect(rate.bitsAt(12)).toBeCloseTo(model, 6);
  });

  it.each([0, 1e12])('keeps its head where frames cost what no model foretells, here %f bits', (cost) => {
    const rate = rateOf([100, 200]);
    const model = rate.bitsAt(12);
    for (let t = 0; t < 90; t++) rate.feedback(rate.modelBits(12), cost);
    expect(rate.bitsAt(12) / model).toBeGreaterThan(0.05);
    expect(rate.bitsAt(12) / model).toBeLessThan(10);
  });
});
