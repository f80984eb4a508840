import { describe, expect, it } from 'vitest';
import { isNear, shifted, squaredError, towards } from './colours.js';

describe('colours of points', () => {
  it('are near when no channel differs by more', () => {
    expect(isNear(0x102030, 0x1e1222, 14)).toBe(true);
    expect(isNear(0x102030, 0x1f2030, 14)).toBe(false);
    expect(isNear(0x102030, 0x102f30, 14)).toBe(false);
    expect(isNear(0x102030, 0x10203f, 14)).toBe(false);
  });

  it('differ by what lies outside the quantisation cell', () => {
    expect(squaredError(0x102030, 0x132030, 0.5)).toBe(3);
    expect(squaredError(0x102030, 0x162626, 4)).toBe((4 + 4 + 36) / 3);
  });

  it('move a share of the way, and by steps within 0 … 255', () => {
    expect(towards(0x0a1464, 0x1e0064, 0.25)).toBe(0x0f0f64);
    expect(shifted(0x05f080, -9, 20, 1)).toBe(0x00ff81);
  });
});
