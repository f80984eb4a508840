import { describe, expect, it } from 'vitest';
import { ROAD, TRACK } from './Track.js';

const PLACES = TRACK.places;

describe('the circuit', () => {
  it('is closed, in even steps', () => {
    PLACES.forEach((place, i) => {
      const next = PLACES[(i + 1) % PLACES.length];
      const step = Math.hypot(next.x - place.x, next.z - place.z);
      expect(step).toBeGreaterThan(1.7);
      expect(step).toBeLessThan(2.2);
      expect(Math.abs(next.y - place.y)).toBeLessThan(0.35);
    });
  });

  it('has bends that leave room for the inner barrier, and one turn to the left in all', () => {
    for (const { curvature } of PLACES) expect(Math.abs(curvature)).toBeLessThan(1 / (ROAD.wall + 1));
    const turned = PLACES.reduce((sum, { curvature }) => sum + curvature * 2, 0);
    expect(turned).toBeCloseTo(-2 * Math.PI, 0);
  });

  it('comes nowhere near another part of itself', () => {
    const gaps = PLACES.flatMap((a, i) =>
      PLACES.flatMap((b, j) => {
        const between = Math.min(Math.abs(i - j), PLACES.length - Math.abs(i - j)) * 2;
        return between > 60 ? [Math.hypot(a.x - b.x, a.z - b.z)] : [];
      }),
    );
    expect(Math.min(...gaps)).toBeGreaterThan(2 * ROAD.wall + 2);
  });

  it('finds again where something stands', () => {
    for (const along of [0, 1, 123.4, 400.9, TRACK.length - 0.5]) {
      for (const across of [-9, 0, 5.5]) {
        const { x, z, heading } = TRACK.at(along);
        const found = TRACK.locate(x + Math.cos(heading) * across, z - Math.sin(heading) * across, along + 4);
        expect(Math.abs(Math.sin((Math.PI * (found.along - along)) / TRACK.length))).toBeLessThan(0.006);
        expect(found.across).toBeCloseTo(across, 0);
      }
    }
  });
});
