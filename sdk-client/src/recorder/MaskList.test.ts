import { describe, expect, it } from 'vitest';
import { MaskList } from './MaskList.js';

describe('MaskList', () => {
  it('rounds outward, one pixel more, and stays on the canvas', () => {
    const masks = new MaskList();
    masks.clear(640, 360);
    masks.add(10.4, 20.6, 5.2, 3);
    masks.add(-50, -50, 60, 60);
    masks.add(630.5, 350, 100, 100);
    masks.add(700, 10, 5, 5);
    expect(masks.rects).toEqual([
      { x: 9, y: 19, width: 8, height: 6 },
      { x: 0, y: 0, width: 11, height: 11 },
      { x: 629, y: 349, width: 11, height: 11 },
    ]);
    masks.clear(640, 360);
    expect(masks.rects).toEqual([]);
  });

  it('hides everything rather than too little', () => {
    const masks = new MaskList();
    masks.clear(640, 360);
    masks.add(Number.NaN, 0, 10, 10);
    expect(masks.rects).toEqual([{ x: 0, y: 0, width: 640, height: 360 }]);
    masks.clear(640, 360);
    for (let i = 0; i < 65; i++) masks.add(3 * i, 3 * i, 1, 1);
    expect(masks.rects).toEqual([{ x: 0, y: 0, width: 640, height: 360 }]);
    masks.clear(640, 360);
    masks.add(0, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    expect(masks.rects).toEqual([{ x: 0, y: 0, width: 640, height: 360 }]);
  });
});
