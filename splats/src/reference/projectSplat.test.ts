import { describe, expect, it } from 'vitest';
import type { SplatCamera } from '../camera/SplatCamera.js';
import { makeCloud, type SplatCloud } from '../cloud/SplatCloud.js';
import { makeProjectedSplat, projectSplat } from './projectSplat.js';

const identity = new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
const camera: SplatCamera = { width: 200, height: 100, fx: 100, fy: 100, cx: 100, cy: 50, view: identity };

function one(values: Partial<Record<'positions' | 'scales' | 'rotations', number[]>>, opacity = 1): SplatCloud {
  const cloud = makeCloud(1, 0);
  for (const [name, numbers] of Object.entries(values)) cloud[name as 'positions'].set(numbers);
  cloud.opacities[0] = opacity;
  return cloud;
}

function project(cloud: SplatCloud, seen: SplatCamera = camera, near?: number) {
  const splat = makeProjectedSplat();
  return projectSplat(cloud, 0, seen, splat, near) ? splat : null;
}

describe('projectSplat', () => {
  it('puts the mean and the covariance of a splat on the axis where the pinhole does', () => {
    const splat = project(one({ positions: [0, 0, 4], scales: [0.2, 0.4, 7] }));
    // Along x 100 · 0.2 / 4 = 5 pixels, along y 10; depth does not show on the axis.
    expect(splat).toMatchObject({ u: 100, v: 50, depth: 4, opacity: 1 });
    expect(splat?.xx).toBeCloseTo(25.3, 5);
    expect(splat?.yy).toBeCloseTo(100.3, 5);
    expect(splat?.xy).toBeCloseTo(0, 9);
    expect(splat?.a).toBeCloseTo(1 / 25.3, 8);
    expect(splat?.c).toBeCloseTo(1 / 100.3, 8);
    expect(splat?.halfWidth).toBeCloseTo(Math.sqrt(2 * Math.log(255) * 25.3), 5);
    expect(splat?.halfHeight).toBeCloseTo(Math.sqrt(2 * Math.log(255) * 100.3), 5);
  });

  it('has a focal length for each axis', () => {
    const splat = project(one({ positions: [1, 1, 4], scales: [0.2, 0.2, 0] }), { ...camera, fx: 80, fy: 40, cx: 10, cy: 20 });
    expect(splat).toMatchObject({ u: 30, v: 30 });
    expect(splat?.xx).toBeCloseTo(16.3, 5);
    expect(splat?.yy).toBeCloseTo(4.3, 5);
  });

  it('turns by the quaternion w, x, y, z', () => {
    // A quarter turn about z brings x to y.
    const half = Math.SQRT1_2;
    const turned = project(one({ positions: [0, 0, 4], scales: [0.2, 0.4, 0], rotations: [half, 0, 0, half] }));
    expect(turned?.xx).toBeCloseTo(100.3, 4);
    expect(turned?.yy).toBeCloseTo(25.3, 4);
    // 45° about z: along the diagonal that falls in the picture (y is down) the deviation is 5, across it 10.
    const [w, z] = [Math.cos(Math.PI / 8), Math.sin(Math.PI / 8)];
    const tilted = project(one({ positions: [0, 0, 4], scales: [0.2, 0.4, 0], rotations: [w, 0, 0, z] }));
    expect(tilted?.xx).toBeCloseTo(62.8, 4);
    expect(tilted?.yy).toBeCloseTo(62.8, 4);
    expect(tilted?.xy).toBeCloseTo((25 - 100) / 2, 4);
    // A quarter turn about x brings y to z, which does not show.
    const away = project(one({ positions: [0, 0, 4], scales: [0.2, 0.4, 0], rotations: [half, half, 0, 0] }));
    expect(away?.yy).toBeCloseTo(0.3, 4);
    // A quarter turn about y brings z to x.
    const side = project(one({ positions: [0, 0, 4], scales: [0, 0, 0.4], rotations: [half, 0, half, 0] }));
    expect(side?.xx).toBeCloseTo(100.3, 4);
  });

  it('moves and turns with the view', () => {
    // A camera at (5, 0, 0) that looks along −x: its right is z, its down is y.
    const view = new Float32Array([0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 5, 1]);
    const splat = project(one({ positions: [1, 1, 2], scales: [0, 0, 0.4] }), { ...camera, view });
    expect(splat).toMatchObject({ depth: 4, u: 150, v: 75 });
    // Along z, which is the camera's right: only x shows.
    expect(splat?.xx).toBeCloseTo(100.3, 4);
    expect(splat?.yy).toBeCloseTo(0.3, 4);
  });

  it('has the colour that its harmonics give from where the camera is, along the axes of the world', () => {
    const cloud = makeCloud(1, 1);
    cloud.positions.set([1, 1, 2]);
    // Red rises along +x, green along +y, blue along +z.
    const third = 0.4886025119029199;
    cloud.harmonics.set([0, 0, 0, 0, -0.3 / third, 0, 0, 0, 0.3 / third, -0.3 / third, 0, 0]);
    // The camera of the test above, at (5, 0, 0): the splat is (−4, 1, 2) from it.
    const view = new Float32Array([0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 5, 1]);
    const splat = project(cloud, { ...camera, view });
    const length = Math.sqrt(16 + 1 + 4);
    expect(splat?.red).toBeCloseTo(0.5 + (0.3 * -4) / length, 6);
    expect(splat?.green).toBeCloseTo(0.5 + 0.3 / length, 6);
    expect(splat?.blue).toBeCloseTo(0.5 + (0.3 * 2) / length, 6);
  });

  it('slants with the place in the picture', () => {
    // J = [[25, 0, −100·1/16], [0, 25, −100·0.5/16]] at (1, 0.5, 4).
    const splat = project(one({ positions: [1, 0.5, 4], scales: [0.1, 0.2, 0.3] }));
    expect(splat?.xx).toBeCloseTo(2.5 ** 2 + (6.25 * 0.3) ** 2 + 0.3, 5);
    expect(splat?.yy).toBeCloseTo(5 ** 2 + (3.125 * 0.3) ** 2 + 0.3, 5);
    expect(splat?.xy).toBeCloseTo(6.25 * 3.125 * 0.09, 5);
  });

  it('slants no more than at 1.3 times the half of the picture', () => {
    // x / z = 3, held at 1.3 · 200 / 200 = 1.3; y / z = −2 at −1.3 · 100 / 200 = −0.65. The mean is where it is.
    const splat = project(one({ positions: [12, -8, 4], scales: [0, 0, 0.4] }));
    expect(splat).toMatchObject({ u: 400, v: -150 });
    expect(splat?.xx).toBeCloseTo((25 * 1.3 * 0.4) ** 2 + 0.3, 4);
    expect(splat?.yy).toBeCloseTo((25 * 0.65 * 0.4) ** 2 + 0.3, 4);
    expect(splat?.xy).toBeCloseTo(-(25 ** 2) * 1.3 * 0.65 * 0.16, 4);
  });

  it('culls what is behind, nearer than near, or no number', () => {
    expect(project(one({ positions: [0, 0, -4] }))).toBeNull();
    expect(project(one({ positions: [0, 0, 0] }))).toBeNull();
    expect(project(one({ positions: [0, 0, 0.0499] }))).toBeNull();
    expect(project(one({ positions: [0, 0, 0.0501] }))).not.toBeNull();
    expect(project(one({ positions: [0, 0, 3.9] }), camera, 4)).toBeNull();
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (let axis = 0; axis < 3; axis++) {
        const place = [0, 0, 4];
        place[axis] = bad;
        expect(project(one({ positions: place }))).toBeNull();
        const scales = [1, 1, 1];
        scales[axis] = bad;
        expect(project(one({ positions: [0, 0, 4], scales }))).toBeNull();
      }
      for (let part = 0; part < 4; part++) {
        const rotations = [1, 0, 0, 0];
        rotations[part] = bad;
        expect(project(one({ positions: [0, 0, 4], rotations }))).toBeNull();
      }
      expect(project(one({ positions: [0, 0, 4] }, bad))).toBeNull();
    }
  });

  it('makes of a splat without size what the low-pass makes of a point', () => {
    for (const size of [0, 1e-20]) {
      const splat = project(one({ positions: [0, 0, 4], scales: [size, size, size] }));
      expect(splat).toMatchObject({ xx: 0.3, xy: 0, yy: 0.3 });
      expect(splat?.determinant).toBeCloseTo(0.09, 15);
      expect(splat?.a).toBeCloseTo(1 / 0.3, 12);
    }
  });

  it('keeps numbers of huge and of long thin splats', () => {
    const huge = project(one({ positions: [0, 0, 4], scales: [1e18, 1e18, 1e18] }));
    expect(huge?.xx).toBeGreaterThan(6e38);
    expect((huge?.a ?? 0) * (huge?.xx ?? 0)).toBeCloseTo(1, 9);
    const farthest = project(one({ positions: [3e38, -3e38, 3e38], scales: [3e38, 3e38, 3e38] }));
    expect(Object.values(farthest ?? { none: Number.NaN }).every(Number.isFinite)).toBe(true);
    // A needle of 10⁹ × 0 pixels along a diagonal: the determinant is 0.3 · trace + 0.09, far below the rounding of xx · yy.
    const [w, z] = [Math.cos(Math.PI / 8), Math.sin(Math.PI / 8)];
    const needle = project(one({ positions: [0, 0, 4], scales: [4e7, 0, 0], rotations: [w, 0, 0, z] }));
    expect((needle?.determinant ?? 0) / (0.3 * 1e18)).toBeCloseTo(1, 5);
  });

  it('reaches nowhere where its opacity is below 1/255', () => {
    expect(project(one({ positions: [0, 0, 4] }, 0))).toMatchObject({ halfWidth: 0, halfHeight: 0 });
    expect(project(one({ positions: [0, 0, 4] }, 0.0039))).toMatchObject({ halfWidth: 0, halfHeight: 0 });
    expect(project(one({ positions: [0, 0, 4] }, 0.004))?.halfWidth).toBeGreaterThan(0);
  });
});
