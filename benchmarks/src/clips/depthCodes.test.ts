import { depthToCode } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { depthCodes } from './depthCodes.js';

describe('depthCodes', () => {
  it('takes the texel in the middle of each pixel of the grid, from the bottom row first', () => {
    const [width, height, grid] = [8, 6, { width: 4, height: 2 }];
    const z = new Float32Array(4 * width * height).fill(-1);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) z[4 * (y * width + x)] = y === 0 ? 0 : 10 * y + x;
    // Columns 1, 3, 5, 7; from the top rows 1 and 4, which are rows 4 and 1 from the bottom.
    const want = [41, 43, 45, 47, 11, 13, 15, 17].map(depthToCode);
    expect([...depthCodes(z, width, height, grid, new Uint16Array(8))]).toEqual(want);
    expect([...depthCodes(z, width, height, { width: 8, height: 6 }, new Uint16Array(48))].slice(40)).toEqual(
      Array.from({ length: 8 }, () => 0),
    );
  });
});
