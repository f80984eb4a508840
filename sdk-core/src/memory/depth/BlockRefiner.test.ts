import { describe, expect, it } from 'vitest';
import { BlockRefiner } from './BlockRefiner.js';

/** A look at a flat grey block, from sample 2 on. */
const look = new Uint8Array(3 * 66).fill(100);

describe('BlockRefiner (S15)', () => {
  it('keeps detail that lies within the cells of a coarse look', () => {
    const refiner = new BlockRefiner();
    const known = Int32Array.from({ length: 64 }, (_, k) => (k & 1 ? 0x636465 : 0x656463));
    refiner.known.set(known);
    expect(refiner.refine(look, 6, 16)).toBe(true);
    expect(refiner.known).toEqual(known);
  });

  it('brings what is off to the edge of its cell and keeps the rest', () => {
    const refiner = new BlockRefiner();
    // 7 steps brighter as a whole: a coefficient of 56, of which 1.8 · 24 are within the cell; and a little detail.
    refiner.known.set(Int32Array.from({ length: 64 }, (_, k) => (k & 1 ? 0x6c6c6c : 0x6a6a6a)));
    expect(refiner.refine(look, 6, 24)).toBe(true);
    expect((refiner.known[0] >> 16) & 255).toBeGreaterThan(103);
    expect((refiner.known[0] >> 16) & 255).toBeLessThan(106);
    expect((refiner.known[1] & 255) - (refiner.known[0] & 255)).toBe(2);
  });

  it('leaves alone what something else must have been', () => {
    const refiner = new BlockRefiner();
    refiner.known.fill(0xd0d0d0);
    expect(refiner.refine(look, 6, 4)).toBe(false);
    expect(refiner.known[9]).toBe(0xd0d0d0);
  });
});
