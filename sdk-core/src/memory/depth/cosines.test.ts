import { describe, expect, it } from 'vitest';
import { fromCosines, toCosines } from './cosines.js';

/** A block that is alike in every run. */
const block = () => Float64Array.from({ length: 64 }, (_, k) => ((k * 37) % 101) - 50);

describe('cosines', () => {
  it('are the orthonormal DCT-II but for the rounding of its cosines', () => {
    const found = block();
    toCosines(found);
    const from = block();
    for (let v = 0; v < 8; v++) {
      for (let u = 0; u < 8; u++) {
        let sum = 0;
        for (let y = 0; y < 8; y++)
          for (let x = 0; x < 8; x++)
            sum += from[8 * y + x] * Math.cos(((2 * x + 1) * u * Math.PI) / 16) * Math.cos(((2 * y + 1) * v * Math.PI) / 16);
        const scale = ((u === 0 ? Math.SQRT1_2 : 1) * (v === 0 ? Math.SQRT1_2 : 1)) / 4;
        expect(Math.abs(found[8 * v + u] - scale * sum)).toBeLessThan(0.2);
      }
    }
  });

  it('come back', () => {
    const there = block();
    toCosines(there);
    fromCosines(there);
    for (const [k, value] of block().entries()) expect(Math.abs(there[k] - value)).toBeLessThan(0.2);
  });
});
