import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isKnown } from './isKnown.js';

const WIDTH = 96;
const HEIGHT = 64;

describe('isKnown', () => {
  it('allows the very places whose pixels were all coded before', () => {
    const place = fc.record({
      column: fc.nat({ max: WIDTH / 16 - 1 }),
      row: fc.nat({ max: HEIGHT / 16 - 1 }),
      quarter: fc.nat({ max: 3 }),
      isWhole: fc.boolean(),
      moveX: fc.integer({ min: -110, max: 110 }),
      moveY: fc.integer({ min: -80, max: 30 }),
    });
    fc.assert(
      fc.property(place, ({ column, row, quarter, isWhole, moveX, moveY }) => {
        const size = isWhole ? 16 : 8;
        const x = 16 * column + (isWhole ? 0 : 8 * (quarter & 1));
        const y = 16 * row + (isWhole ? 0 : 8 * (quarter >> 1));
        let areAll = true;
        for (let v = y + moveY; v < y + moveY + size; v++)
          for (let u = x + moveX; u < x + moveX + size; u++) {
            const isInside = u >= 0 && u < WIDTH && v >= 0 && v < HEIGHT;
            const cube = Math.floor(v / 16) * (WIDTH / 16) + Math.floor(u / 16);
            if (!isInside || cube >= row * (WIDTH / 16) + column) areAll = false;
          }
        expect(isKnown(4 * moveX, 4 * moveY, x, y, size, 16 * column, 16 * row, WIDTH)).toBe(areAll);
      }),
      { numRuns: 2000 },
    );
  });

  it('allows whole pixels only', () => {
    expect(isKnown(-64, 0, 16, 0, 16, 16, 0, WIDTH)).toBe(true);
    for (const off of [1, 2, 3]) {
      expect(isKnown(-64 - off, 0, 32, 0, 16, 32, 0, WIDTH)).toBe(false);
      expect(isKnown(-64, -off, 32, 16, 16, 32, 16, WIDTH)).toBe(false);
    }
  });
});
