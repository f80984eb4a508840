import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lensOf, lookAt, type PinholeCamera, projectionOf } from '../PinholeCamera.js';
import type { RemoteFrame } from '../RemoteFrame.js';
import { depthRuleOf, Reprojection } from './Reprojection.js';

const near = (size: number) => fc.double({ min: -size, max: size, noNaN: true });
const eye = fc.tuple(near(1), near(1), near(1));
const point = fc.tuple(near(3), near(3), fc.double({ min: 4, max: 40, noNaN: true }));

function frameOf(camera: PinholeCamera, nearest = 2): RemoteFrame {
  const latency = { total: 0, render: 0, decode: 0, network: 0 };
  const image = null as unknown as ImageBitmap;
  return { image, depth: new Float32Array(1), alpha: null, nearest, camera, time: 0, about: {}, latency };
}

function seenBy({ fx, fy, cx, cy, view }: PinholeCamera, [x, y, z]: readonly number[]) {
  const at = [0, 1, 2].map((row) => view[row] * x + view[4 + row] * y + view[8 + row] * z + view[12 + row]);
  return { place: [cx + (fx * at[0]) / at[2], cy + (fy * at[1]) / at[2]], distance: at[2] };
}

/** What the shader does: the ray of a pixel, and where the frame's camera sees the point of it at a distance. */
function reprojected({ lens, toRemote, remoteLens }: Reprojection, place: readonly number[], size: readonly number[], z: number) {
  const ray = [(place[0] / size[0] - lens[2]) * lens[0], (place[1] / size[1] - lens[3]) * lens[1], 1];
  const at = [0, 1, 2].map(
    (row) => toRemote[row] * ray[0] * z + toRemote[4 + row] * ray[1] * z + toRemote[8 + row] * z + toRemote[12 + row],
  );
  return {
    place: [remoteLens[2] + (remoteLens[0] * at[0]) / at[2], remoteLens[3] + (remoteLens[1] * at[1]) / at[2]],
    distance: at[2],
  };
}

describe('a reprojection', () => {
  it('leads from a pixel of the new camera to that of the frame which shows the same point', () => {
    fc.assert(
      fc.property(eye, eye, point, (old, now, at) => {
        const remote = { ...lensOf(1.2, 400, 300), cx: 190, view: lookAt(old, [0, 0, 10]) };
        const camera = { ...lensOf(0.9, 320, 180), cy: 100, view: lookAt(now, [0.5, 0, 10]) };
        const reprojection = new Reprojection();
        reprojection.set(frameOf(remote), camera, { depth: depthRuleOf(0.1, 100) });
        const here = seenBy(camera, at);
        const there = seenBy(remote, at);
        fc.pre(here.distance > 1 && there.distance > 1);
        const found = reprojected(reprojection, here.place, [320, 180], here.distance);
        expect(found.distance).toBeCloseTo(there.distance, 3);
        expect(Math.hypot(found.place[0] - there.place[0], found.place[1] - there.place[1])).toBeLessThan(0.05);
      }),
    );
  });

  it('bounds how near to the new camera a surface of the frame can be', () => {
    fc.assert(
      fc.property(eye, eye, point, (old, now, at) => {
        const remote = { ...lensOf(1.2, 400, 300), view: lookAt(old, [0, 0, 10]) };
        const camera = { ...lensOf(0.9, 320, 180), view: lookAt(now, [0, 0, 10]) };
        const reprojection = new Reprojection();
        const there = seenBy(remote, at);
        const here = seenBy(camera, at);
        fc.pre(there.distance > 0 && here.distance > 0);
        reprojection.set(frameOf(remote, there.distance), camera, { depth: depthRuleOf(0.1, 100) });
        const { lens, limits } = reprojection;
        const ray = [(here.place[0] / 320 - lens[2]) * lens[0], (here.place[1] / 180 - lens[3]) * lens[1], 1];
        expect(1 / here.distance).toBeLessThanOrEqual(limits[1] * Math.hypot(...ray) * (1 + 1e-4));
      }),
    );
  });

  it('writes the depth that WebGL would', () => {
    const { offset, scale } = depthRuleOf(0.5, 50);
    for (const z of [0.5, 1, 7, 50]) {
      const p = projectionOf(lensOf(1, 10, 10), 0.5, 50);
      expect(offset + scale / z).toBeCloseTo(0.5 + (0.5 * (p[10] * z + p[14])) / (p[11] * z), 5);
    }
  });

  it('knows frames without depth, and does not trust options', () => {
    const camera = { ...lensOf(1, 10, 10), view: lookAt([0, 0, 0], [0, 0, 1]) };
    const reprojection = new Reprojection();
    const depth = depthRuleOf(0.1, 100);
    reprojection.set({ ...frameOf(camera), depth: null }, camera, { depth, background: 'local', steps: 0, linear: true });
    expect(Array.from(reprojection.limits.slice(2))).toEqual([1, 0]);
    expect(Array.from(reprojection.rule.slice(2))).toEqual([0, 1]);
    reprojection.set(frameOf(camera, Number.POSITIVE_INFINITY), camera, { depth, steps: 9999 });
    expect(Array.from(reprojection.limits.slice(2))).toEqual([256, 0]);
    expect(Array.from(reprojection.rule.slice(2))).toEqual([1, 0]);
  });
});
