import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bandsOf } from './PictureBuffers.js';

it('parts a picture into bands that a device can bind, none too large, at offsets that WebGPU takes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4096 }),
      fc.integer({ min: 1, max: 4096 }),
      fc.integer({ min: 4, max: 200 }),
      (width, height, mebibytes) => {
        const most = mebibytes * 2 ** 20;
        let [row, byte] = [0, 0];
        for (const { firstRow, rows, offset, size } of bandsOf(width, height, most)) {
          expect([firstRow, offset]).toEqual([row, byte]);
          expect(offset % 256).toBe(0);
          expect(size).toBeLessThanOrEqual(most);
          row += rows;
          byte += size;
        }
        expect([row, byte]).toEqual([Math.ceil(height / 16), 12 * width * height]);
      },
    ),
  );
});
