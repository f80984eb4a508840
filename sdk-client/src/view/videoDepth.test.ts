import { depthToLuma, stackedLayout } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { readVideoDepth, sizeOfStacked } from './videoDepth.js';

/** Of a `VideoFrame`, what is read: one plane of luma. */
function frameOf(width: number, height: number, luma: (x: number, y: number) => number): VideoFrame {
  const layout = stackedLayout(width, height);
  const stride = layout.width + 3;
  return {
    format: 'NV12',
    allocationSize: () => 7 + 2 * stride * layout.height,
    copyTo: async (out: Uint8Array) => {
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) out[7 + stride * (layout.depthTop + y) + x] = luma(x, y);
      return [{ offset: 7, stride }];
    },
  } as unknown as VideoFrame;
}

describe('depth in a video', () => {
  it('is read from below the colours, wherever they end', async () => {
    const [width, height] = [5, 3];
    const out = new Float32Array(width * height);
    await readVideoDepth(
      frameOf(width, height, (x, y) => (x === 4 ? 16 : depthToLuma(1 + x + y))),
      { width, height },
      out,
    );
    for (let y = 0; y < height; y++) {
      expect(out[width * y + 4]).toBe(Number.POSITIVE_INFINITY);
      for (let x = 0; x < 4; x++) expect(Math.abs(out[width * y + x] / (1 + x + y) - 1)).toBeLessThan(0.06);
    }
  });

  it('has the size that was asked for, or that of the scene, or one that fits', () => {
    const sizes = [
      { width: 321, height: 181 },
      { width: 160, height: 90 },
    ];
    expect(sizeOfStacked({ width: 322, height: 364 }, sizes)).toEqual(sizes[0]);
    expect(sizeOfStacked({ width: 160, height: 180 }, sizes)).toEqual(sizes[1]);
    expect(sizeOfStacked({ width: 64, height: 72 }, sizes)).toEqual({ width: 64, height: 36 });
    expect(() => sizeOfStacked({ width: 64, height: 73 }, sizes)).toThrow(expect.objectContaining({ code: 'BYTES_MALFORMED' }));
  });
});
