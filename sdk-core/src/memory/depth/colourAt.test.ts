import { describe, expect, it } from 'vitest';
import { colourAt, readColours } from './colourAt.js';
import { PLACE_BITS, PLACES, PointPicture, SURE_SHIFT } from './PointPicture.js';

/** A point of pixel `at`, so many 1/128 pixels right of and below its middle. */
function put(points: PointPicture, at: number, dx: number, dy: number, colour: number, nearness = 1): void {
  points.write(at, nearness, colour, 200, 0);
  points.spot[at] = (200 << SURE_SHIFT) | ((PLACES / 2 + dx) << PLACE_BITS) | (PLACES / 2 + dy);
}

describe('colourAt', () => {
  it('is a point’s own in the middle of its pixel and without neighbours', () => {
    const points = new PointPicture(3, 3);
    put(points, 4, 0, 0, 0x102030);
    expect(colourAt(points, 4, 1, 1)).toBe(0x102030);
    put(points, 4, 20, -30, 0x102030);
    expect(colourAt(points, 4, 1, 1)).toBe(0x102030);
  });

  it('lies on the slope to the neighbours on whose side the middle is', () => {
    const points = new PointPicture(3, 3);
    // Points a quarter pixel right of the middles: a quarter of what the left one shows.
    put(points, 3, 32, 0, 0x000000);
    put(points, 4, 32, 0, 0x804020);
    put(points, 5, 32, 0, 0xffffff);
    expect(colourAt(points, 4, 1, 1)).toBe(0x603018);
    put(points, 1, 0, 32, 0x804020);
    put(points, 4, 0, 32, 0x000000);
    expect(colourAt(points, 4, 1, 1)).toBe(0x201008);
    // A quarter above it: the one below.
    put(points, 7, 0, -32, 0x804020);
    put(points, 4, 0, -32, 0x000000);
    expect(colourAt(points, 4, 1, 1)).toBe(0x201008);
  });

  it('takes nothing of another surface and from beyond the edge', () => {
    const points = new PointPicture(3, 1);
    put(points, 0, 32, 0, 0x000000, 0.5);
    put(points, 1, 32, 0, 0x804020, 1);
    expect(colourAt(points, 1, 1, 0)).toBe(0x804020);
    put(points, 0, 40, 0, 0xff0000);
    put(points, 2, -40, 0, 0x00ff00);
    expect([colourAt(points, 0, 0, 0), colourAt(points, 2, 2, 0)]).toEqual([0xff0000, 0x00ff00]);
  });

  it('is half of one neighbour and half of the other in the farthest corner', () => {
    const points = new PointPicture(2, 2);
    put(points, 0, -64, -64, 0xff00ff);
    put(points, 1, -64, 0, 0x00ff00);
    put(points, 2, 0, -64, 0x0000ff);
    expect(colourAt(points, 0, 0, 0)).toBe(0x008080);
  });

  it('is what rows of colours are of', () => {
    const points = new PointPicture(9, 7);
    for (let at = 0; at < 63; at++)
      if (at % 5 !== 0) put(points, at, ((at * 29) % 127) - 63, ((at * 53) % 127) - 63, (at * 0x061203) & 0xffffff);
    const row = new Int32Array(9);
    for (let v = 0; v < 7; v++) {
      readColours(points, v, 0, 9, row);
      for (let u = 0; u < 9; u++) {
        const at = 9 * v + u;
        expect(row[u]).toBe(points.spot[at] === 0 ? -1 : colourAt(points, at, u, v));
      }
      const part = new Int32Array(3);
      readColours(points, v, 4, 7, part);
      expect([...part]).toEqual([...row.subarray(4, 7)]);
    }
  });
});
