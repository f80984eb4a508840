import { ByteReader, ByteWriter, SgapsError } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { MIDDLE, PLACE_BITS, PointPicture, SURE_SHIFT } from './PointPicture.js';

describe('PointPicture', () => {
  it('comes back from a snapshot, what it knew before forgotten', () => {
    const points = new PointPicture(4, 2);
    points.write(1, 0.25, 0x123456, 77, -3);
    points.write(6, 0, 0xffffff, 255, 9);
    points.spot[6] = (255 << SURE_SHIFT) | (0 << PLACE_BITS) | 127;
    points.write(7, 1, 0, 128, 1);
    points.forget(7);
    const writer = new ByteWriter(64);
    points.save(writer);
    const other = new PointPicture(4, 2);
    other.write(3, 1, 1, 200, 1);
    other.restore(new ByteReader(writer.toBytes()));
    expect(other.spot).toEqual(points.spot);
    expect(other.spot[1]).toBe((77 << SURE_SHIFT) | MIDDLE);
    for (const at of [1, 6])
      expect([other.nearness[at], other.colour[at], other.seen[at]]).toEqual([
        points.nearness[at],
        points.colour[at],
        points.seen[at],
      ]);
    points.clear();
    expect(points.confidence(1)).toBe(0);
  });

  it('refuses what no nearness is', () => {
    const points = new PointPicture(1, 1);
    points.write(0, Number.NaN, 0, 200, 0);
    const writer = new ByteWriter(64);
    points.save(writer);
    expect(() => points.restore(new ByteReader(writer.toBytes()))).toThrow(SgapsError);
  });
});
