import { describe, expect, it } from 'vitest';
import { squaredError } from './squaredError.js';

describe('the squared error of a log-variance', () => {
  it('is its exponential, to one part in a thousand', () => {
    for (let log = -12; log <= 12; log += 0.0137) expect(Math.abs(squaredError(log) / Math.exp(log) - 1)).toBeLessThan(1e-3);
  });

  it('stays at the ends beyond them', () => {
    expect(squaredError(-40)).toBe(squaredError(-12));
    expect(squaredError(90)).toBe(squaredError(12));
    expect(squaredError(Number.NaN)).toBe(squaredError(12));
  });
});
