import { describe, expect, it } from 'vitest';
import { FULL_DETAIL } from '../Composition.js';
import { PLACE_BITS, PLACE_MASK, PointPicture } from './PointPicture.js';
import { PointWarp } from './PointWarp.js';

/** Moves points by (x, y) pixels, and those of nearness q by q · 4 pixels to the right besides. */
const motion = (x: number, y: number, near = 0) => Float64Array.of(1, 0, x, 0, 1, y, 0, 0, 1, near, 0, 0);

/** A row of points of the given nearness, colours 1, 2, … */
function row(...nearness: number[]): PointPicture {
  const points = new PointPicture(nearness.length, 1);
  nearness.forEach((q, at) => {
    if (q >= 0) points.write(at, q, at + 1, 200, at);
  });
  return points;
}

function carried(from: PointPicture, by: Float64Array): PointPicture {
  const to = new PointPicture(from.width, from.height);
  to.spot.fill(12345);
  new PointWarp(from.width, from.height).carry(from, by, to, FULL_DETAIL);
  return to;
}

describe('PointWarp', () => {
  it('carries points to where they lie between the pixels, and forgets those that leave', () => {
    const to = carried(row(1, 1, -1, 1), motion(1.25, 0));
    expect([0, 1, 2, 3].map((at) => to.confidence(at))).toEqual([0, 200, 200, 0]);
    expect([to.colour[1], to.colour[2], to.seen[2]]).toEqual([1, 2, 1]);
    expect((to.spot[1] >> PLACE_BITS) & PLACE_MASK).toBe(64 + 32);
    expect(to.spot[1] & PLACE_MASK).toBe(64);
  });

  it('shows the nearer of two things, and of one surface the fresher look', () => {
    expect(carried(row(1, 0.1, 0.1, -1), motion(0, 0, 2)).colour[2]).toBe(1);
    const shrink = Float64Array.of(0.2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0);
    const same = row(1, 0.99);
    expect(carried(same, shrink).colour[0]).toBe(2);
    same.seen[0] = 7;
    expect(carried(same, shrink).colour[0]).toBe(1);
  });

  it('drops what comes to lie behind the camera', () => {
    expect(carried(row(1, 1), Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, -2)).spot.every((spot) => spot === 0)).toBe(true);
  });
});
