import { crc32c } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import type { HarmonicDegree, SplatCloud } from '../cloud/SplatCloud.js';
import { renderReference } from '../reference/renderReference.js';
import { makeScatter } from './makeScatter.js';
import { LAMP, ROOM_HIGH, ROOM_LOW, room } from './room.js';
import { scatterCamera } from './scatterCamera.js';
import type { SurfacePoint } from './surfaces.js';

const checksum = ({ positions, scales, rotations, opacities, harmonics }: SplatCloud) =>
  [positions, scales, rotations, opacities, harmonics].map((values) => crc32c(new Uint8Array(values.buffer)));

describe('makeScatter', () => {
  it('makes the same scene for the same arguments, and another for another seed', () => {
    expect(checksum(makeScatter(500, 7, 1))).toEqual(checksum(makeScatter(500, 7, 1)));
    expect(checksum(makeScatter(500, 8, 1))).not.toEqual(checksum(makeScatter(500, 7, 1)));
  });

  it('makes clouds that keep to their ranges, at any degree and count', () => {
    for (const degree of [0, 1, 2, 3] as HarmonicDegree[])
      for (const count of [0, 1, 300]) {
        const { positions, scales, rotations, opacities, harmonics, ...cloud } = makeScatter(count, 2, degree);
        expect(cloud).toEqual({ count, degree });
        expect(harmonics).toHaveLength(3 * (degree + 1) ** 2 * count);
        for (const values of [positions, scales, rotations, harmonics]) expect(values.every(Number.isFinite)).toBe(true);
        expect(scales.every((scale) => scale > 0)).toBe(true);
        expect(opacities.every((opacity) => opacity > 0 && opacity <= 1)).toBe(true);
        for (let splat = 0; splat < count; splat++)
          expect(Math.hypot(...rotations.subarray(4 * splat, 4 * splat + 4))).toBeCloseTo(1, 6);
      }
    expect(makeScatter(300, 2, 3).harmonics.some((value, at) => at % 48 >= 30 && value !== 0)).toBe(true);
    expect(() => makeScatter(16_000_001)).toThrow('limit');
  });

  it.each([10_000, 100_000])('covers the picture at %i splats, from wherever its camera looks', (count) => {
    const cloud = makeScatter(count);
    for (const turn of [0, 1, 2, 3, 4, 5]) {
      const { alpha, depth, colour } = renderReference(cloud, scatterCamera(160, 90, turn));
      const mean = alpha.reduce((sum, value) => sum + value, 0) / alpha.length;
      expect(mean).toBeGreaterThan(0.98);
      expect(Math.min(...alpha)).toBeGreaterThan(0.5);
      expect(Math.min(...depth)).toBeGreaterThan(0.8);
      expect(Math.max(...depth)).toBeLessThan(20);
      // It has colours: the picture is not of one tone.
      const tone = colour.reduce((sum, value) => sum + value, 0) / colour.length;
      const spread = Math.sqrt(colour.reduce((sum, value) => sum + (value - tone) ** 2, 0) / colour.length);
      expect(spread).toBeGreaterThan(0.05);
    }
  });

  it('lays flat splats along its surfaces: the shortest axis is the normal', () => {
    const { positions, scales, rotations } = makeScatter(4000);
    let onFloor = 0;
    for (let splat = 0; splat < 4000; splat++) {
      if (Math.abs(positions[3 * splat + 1] - ROOM_HIGH[1]) > 1e-6) continue;
      onFloor++;
      const [w, x, y, z] = rotations.subarray(4 * splat, 4 * splat + 4);
      // The third column of the rotation matrix.
      expect(2 * (x * z + w * y)).toBeCloseTo(0, 5);
      expect(2 * (y * z - w * x)).toBeCloseTo(-1, 5);
      expect(scales[3 * splat + 2]).toBeLessThan(scales[3 * splat + 1]);
    }
    // 192 of about 690 square units are floor.
    expect(onFloor).toBeGreaterThan(1040);
    expect(onFloor).toBeLessThan(1150);
  });
});

describe('the room', () => {
  it('turns every surface to where it is seen from', () => {
    const point: SurfacePoint = {
      position: new Float64Array(3),
      normal: new Float64Array(3),
      colour: new Float64Array(3),
      gloss: 0,
    };
    const surfaces = room();
    surfaces.forEach((surface, index) => {
      for (let step = 0; step < 50; step++) {
        surface.at((step * 0.37) % 1, (step * 0.61) % 1, point);
        const { position, normal, colour } = point;
        expect(Math.hypot(...normal)).toBeCloseTo(1, 9);
        for (let axis = 0; axis < 3; axis++) {
          expect(position[axis]).toBeGreaterThanOrEqual(ROOM_LOW[axis] - 1e-9);
          expect(position[axis]).toBeLessThanOrEqual(ROOM_HIGH[axis] + 1e-9);
          expect(colour[axis]).toBeGreaterThanOrEqual(0);
          expect(colour[axis]).toBeLessThanOrEqual(1.2);
        }
        // The six sides of the room face its lamp.
        if (index < 6)
          expect(normal.reduce((sum, value, axis) => sum + value * (LAMP[axis] - position[axis]), 0)).toBeGreaterThan(0);
      }
    });
  });

  it('has balls and blocks that face outward', () => {
    const point: SurfacePoint = {
      position: new Float64Array(3),
      normal: new Float64Array(3),
      colour: new Float64Array(3),
      gloss: 0,
    };
    const surfaces = room();
    // Three blocks of five sides, then balls: from the middle of each thing the normal points away.
    for (let first = 6; first < surfaces.length; first += first < 21 ? 5 : 1) {
      const sides = surfaces.slice(first, first < 21 ? first + 5 : first + 1);
      const places = sides.flatMap((side) =>
        [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((s) =>
          [0.1, 0.5, 0.9].map((t) => {
            side.at(s, t, point);
            return { position: [...point.position], normal: [...point.normal] };
          }),
        ),
      );
      const low = [0, 1, 2].map((axis) => Math.min(...places.map(({ position }) => position[axis])));
      const high = [0, 1, 2].map((axis) => Math.max(...places.map(({ position }) => position[axis])));
      for (const { position, normal } of places)
        expect(
          normal.reduce((sum, value, axis) => sum + value * (position[axis] - (low[axis] + high[axis]) / 2), 0),
        ).toBeGreaterThan(0);
    }
  });
});

describe('scatterCamera', () => {
  it('looks at the middle of the room from inside it, upright', () => {
    for (const turn of [0, 1, 2, 3, 4, 5, 6]) {
      const { view, fx, fy, cx, cy } = scatterCamera(640, 360, turn);
      const [x, y, z] = [0, 0.7, 0];
      const at = [0, 1, 2].map((row) => view[row] * x + view[4 + row] * y + view[8 + row] * z + view[12 + row]);
      expect(at[0]).toBeCloseTo(0, 5);
      expect(at[1]).toBeCloseTo(0, 5);
      expect(at[2]).toBeGreaterThan(4);
      // Down in the world is down in the picture.
      expect(view[5]).toBeGreaterThan(0.9);
      expect(view[4]).toBeCloseTo(0, 6);
      expect([fx, fy, cx, cy]).toEqual([512, 512, 320, 180]);
    }
    expect(() => scatterCamera(0, 10)).toThrow('pixels');
  });
});
