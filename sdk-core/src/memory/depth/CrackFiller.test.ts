import { describe, expect, it } from 'vitest';
import { FULL_DETAIL } from '../Composition.js';
import { CrackFiller } from './CrackFiller.js';
import { MIDDLE, PointPicture, SURE_SHIFT } from './PointPicture.js';

/** Points of one surface, a colour a column, but for the given holes. */
function surface(holes: readonly number[]): PointPicture {
  const points = new PointPicture(5, 5);
  points.nearness.fill(-1);
  for (let at = 0; at < 25; at++) if (!holes.includes(at)) points.write(at, 0.5, 0x020202 * (at % 5), 160, 10 + (at % 5));
  return points;
}

describe('CrackFiller', () => {
  it('fills a crack by the mean of what is beside it, less surely, and as seen when the older was', () => {
    const points = surface([12]);
    new CrackFiller(5, 5).fill(points, FULL_DETAIL);
    expect(points.spot[12]).toBe((120 << SURE_SHIFT) | MIDDLE);
    expect([points.nearness[12], points.colour[12], points.seen[12]]).toEqual([0.5, 0x040404, 11]);
  });

  it('fills a crack of two columns from above and below, where one of a row goes through', () => {
    const points = surface([11, 12]);
    new CrackFiller(5, 5).fill(points, FULL_DETAIL);
    expect([points.colour[11], points.colour[12]]).toEqual([0x020202, 0x040404]);
  });

  it('covers what shines through, and leaves what stands before', () => {
    const points = surface([]);
    points.write(12, 0.1, 0xff0000, 255, 20);
    points.write(6, 2, 0xff0000, 255, 20);
    new CrackFiller(5, 5).fill(points, FULL_DETAIL);
    expect([points.colour[12], points.colour[6]]).toEqual([0x040404, 0xff0000]);
  });

  it('leaves holes, and what lies between different surfaces', () => {
    const points = surface([6, 7, 8, 11, 12, 13, 16, 17, 18]);
    new CrackFiller(5, 5).fill(points, FULL_DETAIL);
    expect(points.confidence(12)).toBe(0);
    const between = surface([12]);
    between.write(11, 2, 0, 160, 1);
    between.write(7, 2, 0, 160, 1);
    new CrackFiller(5, 5).fill(between, FULL_DETAIL);
    expect(between.confidence(12)).toBe(0);
  });

  it('fills from what landed, not from what was filled, and only the rows wanted', () => {
    const points = surface([11, 13, 17]);
    new CrackFiller(5, 5).fill(points, { rowStep: 2, firstRow: 0 });
    expect([points.confidence(11), points.confidence(13), points.confidence(17)]).toEqual([120, 120, 0]);
  });
});
