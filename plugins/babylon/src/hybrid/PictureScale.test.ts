import { describe, expect, it } from 'vitest';
import { PictureScale } from './PictureScale.js';

describe('the size of remote pictures', () => {
  it('follows a canvas once that keeps its size', () => {
    const scale = new PictureScale(0.5, 0.1);
    expect(scale.of(640, 360, 0)).toEqual({ width: 320, height: 180 });
    for (let i = 1; i <= 10; i++) expect(scale.of(640 + 10 * i, 360, 100 * i)).toEqual({ width: 320, height: 180 });
    expect(scale.of(740, 360, 1199)).toEqual({ width: 320, height: 180 });
    expect(scale.of(740, 360, 1200)).toEqual({ width: 370, height: 180 });
  });

  it('is one object, which each frame may ask for', () => {
    const scale = new PictureScale(1, 0.1);
    for (let i = 0; i < 3; i++) expect(scale.of(640 + i, 360, 1000 * i)).toBe(scale.size);
  });

  it('is never beyond what a transport takes, margins and all, and never nothing', () => {
    for (const margin of [0, 0.1, 0.5]) {
      const { width, height } = new PictureScale(2, margin).of(7680, 4320, 0);
      expect(width + 2 * Math.round(margin * width)).toBeLessThanOrEqual(4096);
      expect(width / height).toBeCloseTo(16 / 9, 2);
    }
    expect(new PictureScale(1, 0.1).of(0, 0, 0)).toEqual({ width: 1, height: 1 });
  });
});
