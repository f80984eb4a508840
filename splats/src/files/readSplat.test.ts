import { isSgapsError } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { BAND_0 } from '../reference/harmonics.js';
import { readSplat } from './readSplat.js';

function rowOf(floats: number[], bytes: number[]): Uint8Array {
  const row = new Uint8Array(32);
  const view = new DataView(row.buffer);
  floats.forEach((value, index) => {
    view.setFloat32(4 * index, value, true);
  });
  row.set(bytes, 24);
  return row;
}

const good = rowOf([1, -2, 3, 0.5, 0.25, 2], [255, 0, 51, 102, 128, 255, 128, 128]);

describe('readSplat', () => {
  it('reads rows of 32 bytes', () => {
    const bytes = Uint8Array.from([...good, ...rowOf([4, 5, 6, 1, 1, 0], [0, 0, 0, 255, 192, 192, 64, 64])]);
    const { positions, scales, rotations, opacities, harmonics, ...rest } = readSplat(bytes);
    expect(rest).toEqual({ count: 2, degree: 0 });
    expect([...positions]).toEqual([1, -2, 3, 4, 5, 6]);
    expect([...scales]).toEqual([0.5, 0.25, 2, 1, 1, 0]);
    expect([...rotations]).toEqual([0, 1, 0, 0, 0.5, 0.5, -0.5, -0.5]);
    expect(opacities[0]).toBeCloseTo(0.4, 7);
    expect(opacities[1]).toBe(1);
    // ½ + the harmonic is the colour of the bytes again.
    const colours = [...harmonics].map((value) => 0.5 + BAND_0 * value);
    [1, 0, 0.2, 0, 0, 0].forEach((value, at) => {
      expect(colours[at]).toBeCloseTo(value, 6);
    });
  });

  it('refuses what is cut, empty or no numbers', () => {
    const code = (bytes: Uint8Array) => {
      try {
        readSplat(bytes);
      } catch (error) {
        return isSgapsError(error) ? `${error.code} ${error.message}` : error;
      }
      return null;
    };
    expect(code(new Uint8Array(0))).toMatch(/^BYTES_TRUNCATED/);
    expect(code(good.subarray(0, 31))).toMatch(/^BYTES_TRUNCATED/);
    expect(code(Uint8Array.from([...good, 1]))).toMatch(/^BYTES_TRUNCATED/);
    const second = (floats: number[]) => Uint8Array.from([...good, ...rowOf(floats, [0, 0, 0, 0, 0, 0, 0, 0])]);
    expect(code(second([1, Number.NaN, 3, 1, 1, 1]))).toMatch(/^BYTES_MALFORMED .*splat 1: y is NaN/);
    expect(code(second([1, 2, 3, 1, 1, Number.POSITIVE_INFINITY]))).toMatch(/^BYTES_MALFORMED .*splat 1: scale_2 is Infinity/);
    expect(code(second([1, 2, 3, -1, 1, 1]))).toMatch(/^BYTES_MALFORMED .*splat 1: scale_0 is -1/);
    expect(code({ length: 32 * 16_000_001 } as Uint8Array)).toMatch(/^LIMIT_EXCEEDED/);
  });

  it('reads from the middle of a buffer', () => {
    const larger = new Uint8Array(50);
    larger.set(good, 9);
    expect(readSplat(larger.subarray(9, 41))).toEqual(readSplat(good));
  });
});
