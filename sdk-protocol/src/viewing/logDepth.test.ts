import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromFloat16, toFloat16 } from './float16.js';
import { DEPTH_FAR, depthToHalf, depthToLuma, distanceOf, halvesToDepth, logDepth, lumaToDepth } from './logDepth.js';
import { stackedLayout } from './stackedVideo.js';

/** Node's own half floats; TypeScript's library does not know them yet. */
const own = new DataView(new ArrayBuffer(2)) as DataView & {
  getFloat16(at: number): number;
  setFloat16(at: number, value: number): void;
};

describe('half floats', () => {
  it('are read as Node reads them, all 65,536, and written back to the same bits', () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 0x10000; bits++) {
      own.setUint16(0, bits);
      const value = own.getFloat16(0);
      const back = Number.isNaN(value) ? 0x7e00 : bits;
      if (!Object.is(fromFloat16(bits), value) || toFloat16(value) !== back) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  it('are rounded as Node rounds them: any number, and what lies halfway between two', () => {
    const bitsByNode = (value: number) => {
      own.setFloat16(0, value);
      return own.getUint16(0);
    };
    for (let bits = 0; bits < 0x7bff; bits++) {
      const halfway = (fromFloat16(bits) + fromFloat16(bits + 1)) / 2;
      for (const value of [halfway, halfway * (1 + 2 ** -40), halfway * (1 - 2 ** -40)])
        if (toFloat16(value) !== bitsByNode(value)) expect.fail(`${value}: ${toFloat16(value)}, Node has ${bitsByNode(value)}`);
    }
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true }), fc.float({ noNaN: true, min: -70000, max: 70000 })), (value) => {
        expect(toFloat16(value)).toBe(bitsByNode(value));
      }),
    );
  });
});

describe('log depth', () => {
  const distance = fc.double({ min: 1e-6, max: DEPTH_FAR, noNaN: true, maxExcluded: true });

  it('runs from 0 at the camera to 1 for nothing there, and back', () => {
    expect([0, 99, DEPTH_FAR, Number.POSITIVE_INFINITY, -1, Number.NaN].map(logDepth)).toEqual([
      0,
      expect.closeTo(0.5, 3),
      1,
      1,
      1,
      1,
    ]);
    expect([-0.1, 0, 1, 2].map(distanceOf)).toEqual([0, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    fc.assert(
      fc.property(distance, (z) => {
        expect(Math.abs(distanceOf(logDepth(z)) - z)).toBeLessThan(1e-12 * (1 + z));
      }),
    );
  });

  it('comes back from a half float within 0.23 % of 1 + z, or as nothing where it is as near to 10,000', () => {
    fc.assert(
      fc.property(fc.array(distance, { maxLength: 20 }), (all) => {
        const back = halvesToDepth(Uint16Array.from(all, depthToHalf));
        for (const [i, z] of all.entries()) {
          const read = back[i] === Number.POSITIVE_INFINITY ? DEPTH_FAR : back[i];
          expect(Math.abs(read - z)).toBeLessThan(0.0023 * (1 + z));
        }
      }),
    );
    expect(halvesToDepth(Uint16Array.of(depthToHalf(Number.POSITIVE_INFINITY), 0))).toEqual(
      Float32Array.of(Number.POSITIVE_INFINITY, 0),
    );
  });

  it('comes back from luma within half a step of 4.3 % of 1 + z', () => {
    fc.assert(
      fc.property(distance, (z) => {
        const luma = depthToLuma(z);
        expect(luma).toBeGreaterThanOrEqual(16);
        expect(luma).toBeLessThanOrEqual(235);
        const read = Math.min(DEPTH_FAR, lumaToDepth(luma));
        expect(Math.abs(read - z)).toBeLessThan(0.0215 * (1 + z));
      }),
    );
    expect([235, 16, 3].map(lumaToDepth)).toEqual([expect.closeTo(0, 9), Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect([depthToLuma(0), depthToLuma(Number.POSITIVE_INFINITY)]).toEqual([235, 16]);
  });

  it('never swaps two distances', () => {
    fc.assert(
      fc.property(distance, distance, (a, b) => {
        const [near, far] = a < b ? [a, b] : [b, a];
        expect(depthToHalf(near)).toBeLessThanOrEqual(depthToHalf(far));
        expect(depthToLuma(near)).toBeGreaterThanOrEqual(depthToLuma(far));
      }),
    );
  });
});

describe('colour over depth', () => {
  it('has even sides, and depth begins at an even row', () => {
    expect(stackedLayout(320, 180)).toEqual({ width: 320, height: 360, depthTop: 180 });
    expect(stackedLayout(321, 181)).toEqual({ width: 322, height: 364, depthTop: 182 });
  });
});
