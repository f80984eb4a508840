import { describe, expect, it } from 'vitest';
import { sparsificationError } from './sparsification.js';

describe('sparsificationError', () => {
  const squared = Float64Array.from({ length: 4000 }, (_, i) => ((i * 7919) % 4000) ** 2 / 1e6);

  it('is 0 for the true order, whatever the scale, and for a picture without an error', () => {
    expect(sparsificationError(squared, squared)).toBeCloseTo(0, 12);
    expect(sparsificationError(squared.map(Math.sqrt), squared)).toBeCloseTo(0, 12);
    expect(sparsificationError(squared, new Float64Array(4000))).toBe(0);
  });

  it('is the larger the worse the order', () => {
    const blind = sparsificationError(
      squared.map((_, i) => (i * 104_729) % 4001),
      squared,
    );
    const reversed = sparsificationError(
      squared.map((value) => -value),
      squared,
    );
    expect(blind).toBeGreaterThan(0.3);
    expect(reversed).toBeGreaterThan(blind);
  });
});
