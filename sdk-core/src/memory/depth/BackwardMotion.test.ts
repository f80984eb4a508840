import { type Camera3D, createSampleSet, depthToCode, type FrameState, type PixelFrame, SampleKind } from '@sgaps/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cameraAt, type Pose } from '../../testing/camera3d.js';
import { LayeredMemory } from '../LayeredMemory.js';
import type { BackwardMotion } from './BackwardMotion.js';
import { traceBack } from './BackwardMotion.js';
import { type CameraMotion, pixelMotion, viewStep } from './CameraMotion.js';
import { DepthField } from './DepthField.js';
import { PointPicture } from './PointPicture.js';

const GRID = { width: 48, height: 32 };
const SIZE = GRID.width * GRID.height;

const ray = (u: number, v: number, { yaw }: Pose, focal = 1.4): [number, number, number] => {
  const rx = ((2 * u + 1) / GRID.width - 1) / focal;
  const ry = ((1 - (2 * v + 1) / GRID.height) * GRID.height) / GRID.width / focal;
  const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
  return [c * rx + s, ry, c - s * rx];
};

/** Depth of the wall at `wall` along a pixel's ray, and where a camera sees what is there. */
function depthOf(u: number, v: number, pose: Pose, wall: number, focal = 1.4): number {
  return (wall - pose.z) / ray(u, v, pose, focal)[2];
}
function seenFrom(u: number, v: number, now: Pose, depth: number, before: Pose, focals = [1.4, 1.4]): [number, number] {
  const [dx, dy, dz] = ray(u, v, now, focals[1]);
  const x = now.x + depth * dx - before.x;
  const y = now.y + depth * dy - before.y;
  const z = now.z + depth * dz - before.z;
  const [c, s] = [Math.cos(before.yaw), Math.sin(before.yaw)];
  const ahead = s * x + c * z;
  const ndcX = (focals[0] * (c * x - s * z)) / ahead;
  const ndcY = (((focals[0] * GRID.width) / GRID.height) * y) / ahead;
  return [((ndcX + 1) * GRID.width - 1) / 2, ((1 - ndcY) * GRID.height - 1) / 2];
}

const empty = (): BackwardMotion => ({
  motionX: new Int16Array(SIZE),
  motionY: new Int16Array(SIZE),
  motionKnown: new Uint8Array(SIZE),
});

/** Holds the motion of all pixels to where they truly were, within `slack` pixels; gives how many were known. */
function hold(into: BackwardMotion, truth: (u: number, v: number) => [number, number], slack: number): number {
  let known = 0;
  for (let v = 0, at = 0; v < GRID.height; v++) {
    for (let u = 0; u < GRID.width; u++, at++) {
      const [x, y] = truth(u, v);
      const [gotX, gotY] = [u + into.motionX[at] / 16, v + into.motionY[at] / 16];
      const there = gotX >= 0 && gotY >= 0 && gotX <= GRID.width - 1 && gotY <= GRID.height - 1;
      const right = there && Math.abs(gotX - x) < slack && Math.abs(gotY - y) < slack;
      // Nowhere: it was outside of the picture, or too near its edge to tell.
      const outside = !(Math.min(x, y, GRID.width - 1 - x, GRID.height - 1 - y) >= slack);
      const fine = into.motionKnown[at] === 0 ? outside : right;
      if (!fine) expect([u, v, into.motionKnown[at], gotX, gotY]).toEqual([u, v, outside ? 0 : 255, x, y]);
      if (into.motionKnown[at] !== 0) known++;
    }
  }
  return known;
}

const side = fc.constantFrom<1 | -1>(1, -1);
const move = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
const pose = fc.record({ x: move(2), y: move(2), z: move(2), yaw: move(0.3) });

describe('where the picture of a pixel was in the frame before', () => {
  it('is where the camera of then saw its point, of either handedness, by points and by blocks', () => {
    fc.assert(
      fc.property(pose, pose, side, fc.boolean(), (before, now, handed, byPoints) => {
        const [from, to] = [cameraAt(GRID, now, handed), cameraAt(GRID, before, handed)];
        const step = new Float64Array(12);
        const motion: CameraMotion = new Float64Array(12);
        viewStep(from, to, step);
        pixelMotion(from, to, step, motion);
        const points = new PointPicture(GRID.width, GRID.height);
        const field = new DepthField(GRID.width, GRID.height);
        // By points each pixel has its own depth of a wall; by blocks all are on a sphere of one depth each.
        const depth = (u: number, v: number) => (byPoints ? depthOf(u, v, now, 12) : 9 + (u >> 3) + (v >> 3));
        for (let v = 0, at = 0; v < GRID.height; v++) {
          for (let u = 0; u < GRID.width; u++, at++) {
            if (byPoints) {
              points.spot[at] = 1;
              points.nearness[at] = 1 / depth(u, v);
            } else field.set(u, v, 1 / depth(u, v), true);
          }
        }
        const into = empty();
        traceBack(motion, field, points, into);
        // Half of a sixteenth by rounding, and the float32 of the matrices.
        hold(into, (u, v) => seenFrom(u, v, now, depth(u, v), before), 1 / 32 + 0.01);
      }),
      { numRuns: 25 },
    );
  });

  it('is nowhere where its point was behind the camera', () => {
    const motion = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, -20]);
    const points = new PointPicture(GRID.width, GRID.height);
    points.spot.fill(1);
    points.nearness.fill(0.1);
    const into = { ...empty(), motionKnown: new Uint8Array(SIZE).fill(255) };
    traceBack(motion, new DepthField(GRID.width, GRID.height), points, into);
    expect(Math.max(...into.motionKnown)).toBe(0);
  });
});

describe('memory of a 3D game', () => {
  const stateOf = (camera: Camera3D): FrameState => ({ cameras: [], cameras3d: [camera], objects: [], values: [] });

  /** All of a wall at z = 12, in blocks with depth. */
  function frameOf(frameId: number, now: Pose, handed: 1 | -1, focal = 1.4): PixelFrame {
    const samples = createSampleSet(SIZE);
    const rgb = new Uint8Array(3 * SIZE);
    const depth = new Uint16Array(SIZE);
    for (let b = 0; b < SIZE / 64; b++) {
      for (let k = 0; k < 64; k++) {
        const i = samples.count++;
        const u = 8 * (b % (GRID.width / 8)) + (k & 7);
        const v = 8 * Math.floor(b / (GRID.width / 8)) + (k >> 3);
        samples.u[i] = u;
        samples.v[i] = v;
        samples.kind[i] = SampleKind.block0;
        const d = depthOf(u, v, now, 12, focal);
        depth[i] = depthToCode(d);
        const [dx, dy] = ray(u, v, now, focal);
        rgb.fill(128 + 60 * Math.sin(now.x + d * dx) * Math.cos(now.y + d * dy), 3 * i, 3 * i + 3);
      }
    }
    const values = { rgb, bits: new Uint8Array(SIZE).fill(8), depth };
    return {
      frameId,
      clientTime: 33 * frameId,
      requestId: 0,
      state: stateOf(cameraAt(GRID, now, handed, focal)),
      samples,
      values,
    };
  }

  it.each<[string, 1 | -1, Pose]>([
    ['turns, left-handed', 1, { x: 0, y: 0, z: 0, yaw: 0.05 }],
    ['turns, right-handed', -1, { x: 0, y: 0, z: 0, yaw: -0.05 }],
    ['walks, left-handed', 1, { x: 0.4, y: 0, z: 0.5, yaw: 0 }],
    ['walks and turns, right-handed', -1, { x: -0.3, y: 0.2, z: -0.4, yaw: 0.04 }],
  ])('knows where each pixel was when its camera %s', (_, handed, now) => {
    const before = { x: 0, y: 0, z: 0, yaw: 0 };
    const memory = new LayeredMemory(GRID);
    memory.observe(frameOf(0, before, handed));
    const frame = frameOf(1, now, handed);
    memory.observe(frame);
    const into = empty();
    memory.traceBack(frame.state, into);
    // Depth comes in codes 1.1 % apart.
    const truth = (u: number, v: number) => seenFrom(u, v, now, depthOf(u, v, now, 12), before);
    expect(hold(into, truth, 1 / 32 + 0.05)).toBeGreaterThan(0.5 * SIZE);
  });

  it('knows it of a camera that stands still and zooms', () => {
    const pose = { x: 0, y: 0, z: 0, yaw: 0 };
    const memory = new LayeredMemory(GRID);
    memory.observe(frameOf(0, pose, 1));
    const frame = frameOf(1, pose, 1, 1.6);
    memory.observe(frame);
    const into = empty();
    memory.traceBack(frame.state, into);
    const truth = (u: number, v: number) => seenFrom(u, v, pose, depthOf(u, v, pose, 12, 1.6), pose, [1.4, 1.6]);
    expect(hold(into, truth, 1 / 32 + 0.05)).toBeGreaterThan(0.9 * SIZE);
  });

  it('says nothing of a first frame, of a camera that stands still, nor of a 2D game', () => {
    const memory = new LayeredMemory(GRID);
    const pose = { x: 0, y: 0, z: 0, yaw: 0 };
    const into = { ...empty(), motionKnown: new Uint8Array(SIZE).fill(7) };
    for (const frame of [frameOf(0, pose, 1), frameOf(1, pose, 1)]) {
      memory.observe(frame);
      memory.traceBack(frame.state, into);
    }
    memory.traceBack({ cameras: [], cameras3d: [], objects: [], values: [] }, into);
    expect(into.motionKnown.every((known) => known === 7)).toBe(true);
    expect(into.motionX.every((x) => x === 0)).toBe(true);
  });
});
