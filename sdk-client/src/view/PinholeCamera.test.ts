import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lensOf, lookAt, type PinholeCamera, projectionOf, widen } from './PinholeCamera.js';

const place = fc.tuple(...([-5, -5, -5] as const).map((min) => fc.double({ min, max: 5, noNaN: true }))) as fc.Arbitrary<
  [number, number, number]
>;

/** A point in a camera's own axes. */
function inCamera({ view }: PinholeCamera, [x, y, z]: readonly number[]): number[] {
  return [0, 1, 2].map((row) => view[row] * x + view[4 + row] * y + view[8 + row] * z + view[12 + row]);
}

describe('a pinhole camera', () => {
  it('looks where it is told, the right way up', () => {
    const camera = { ...lensOf(1, 200, 100), view: lookAt([1, 2, 3], [1, 2, 9]) };
    expect(inCamera(camera, [1, 2, 9])).toEqual([0, 0, 6]);
    // To the right is +x; down is +y.
    expect(inCamera(camera, [4, 2, 3])[0]).toBeCloseTo(3);
    expect(inCamera(camera, [1, 4, 3])[1]).toBeCloseTo(2);
    const turned = { ...camera, view: lookAt([0, 0, 0], [0, 0, 1], [0, 1, 0]) };
    expect(inCamera(turned, [0, 1, 0])[1]).toBeCloseTo(-1);
  });

  it('has a view that turns and moves, and does nothing else', () => {
    fc.assert(
      fc.property(place, place, (from, to) => {
        fc.pre(Math.hypot(to[0] - from[0], to[2] - from[2]) > 0.01);
        const view = lookAt(from, to);
        for (const a of [0, 4, 8])
          for (const b of [0, 4, 8]) {
            const dot = view[a] * view[b] + view[a + 1] * view[b + 1] + view[a + 2] * view[b + 2];
            expect(Math.abs(dot - (a === b ? 1 : 0))).toBeLessThan(1e-4);
          }
        const [a, b, c, , d, e, f, , g, h, i] = view;
        expect(a * (e * i - f * h) - d * (b * i - c * h) + g * (b * f - c * e)).toBeCloseTo(1, 4);
      }),
    );
  });

  it('is projected by WebGL to the pixel that its numbers say', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.2, max: 2.5, noNaN: true }), place, (fieldOfView, [x, y, away]) => {
        const z = 6 + away;
        const lens = { ...lensOf(fieldOfView, 320, 180), cx: 150, cy: 100 };
        const projection = projectionOf(lens, 0.5, 50);
        const clip = [0, 1, 2, 3].map(
          (row) => projection[row] * x + projection[4 + row] * y + projection[8 + row] * z + projection[12 + row],
        );
        expect(160 * (1 + clip[0] / clip[3])).toBeCloseTo(lens.cx + (lens.fx * x) / z, 2);
        expect(90 * (1 - clip[1] / clip[3])).toBeCloseTo(lens.cy + (lens.fy * y) / z, 2);
      }),
    );
    const ends = [0.5, 50].map((z) => {
      const p = projectionOf(lensOf(1, 10, 10), 0.5, 50);
      return (p[10] * z + p[14]) / (p[11] * z);
    });
    expect(ends[0]).toBeCloseTo(-1, 5);
    expect(ends[1]).toBeCloseTo(1, 5);
  });

  it('is widened by whole pixels, and what both see has the same pixels', () => {
    const camera = { ...lensOf(1, 101, 57), view: lookAt([0, 0, 0], [0, 0, 1]) };
    const wide = widen(camera, 0.1);
    expect([wide.width, wide.height]).toEqual([121, 69]);
    expect([wide.fx, wide.cx - camera.cx, wide.cy - camera.cy]).toEqual([camera.fx, 10, 6]);
    expect(widen(camera, 0)).toEqual(camera);
  });

  it('is refused where it cannot be one', () => {
    for (const wrong of [0, -1, Math.PI, Number.NaN])
      expect(() => lensOf(wrong, 10, 10)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    expect(() => lookAt([1, 1, 1], [1, 1, 1])).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    expect(() => lookAt([0, 0, 0], [0, 5, 0])).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    const camera = { ...lensOf(1, 10, 10), view: lookAt([0, 0, 0], [0, 0, 1]) };
    for (const margin of [-0.1, 0.6, Number.NaN])
      expect(() => widen(camera, margin)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
    for (const [near, far] of [
      [0, 1],
      [2, 1],
      [1, Number.NaN],
    ])
      expect(() => projectionOf(camera, near, far)).toThrow(expect.objectContaining({ code: 'ARGUMENT_INVALID' }));
  });
});
