import type { FrameState, TrackedObject } from '@sgaps/protocol';
import { describe, expect, it } from 'vitest';
import { extrapolateState } from './extrapolate.js';

function sprite(id: number, place: Partial<TrackedObject>): TrackedObject {
  const shape = { width: 8, height: 8, originX: 0, originY: 0, scrollFactorX: 1, scrollFactorY: 1 };
  const look = { texture: 'hero', frame: '', flipX: false, flipY: false, alpha: 1, tint: 0xffffff, tag: 0 };
  return { id, x: 0, y: 0, rotation: 0, tileX: 0, tileY: 0, ...shape, ...look, ...place };
}

function state(viewX: number, objects: TrackedObject[]): FrameState {
  const cameras = [{ id: 0, viewX, viewY: 5, zoom: 1, rotation: 0, x: 0, y: 0, width: 64, height: 48 }];
  return { cameras, cameras3d: [], objects, values: [] };
}

describe('extrapolateState (S12)', () => {
  it('carries on what moved, turned or scrolled, and leaves the rest', () => {
    const before = state(10, [sprite(1, { x: 4, y: 9 }), sprite(2, { rotation: 0.1 }), sprite(3, { tileX: 2 })]);
    const now = state(12, [sprite(1, { x: 7, y: 8 }), sprite(2, { rotation: 0.2 }), sprite(3, { tileX: 3.5 })]);
    const then = extrapolateState(before, now, 3);
    expect(then.cameras[0].viewX).toBe(18);
    expect(then.cameras[0].viewY).toBe(5);
    expect(then.objects[0]).toMatchObject({ x: 16, y: 5, rotation: 0, tileX: 0 });
    expect(then.objects[1].rotation).toBeCloseTo(0.5, 12);
    expect(then.objects[2].tileX).toBe(8);
    expect(now.objects[0].x).toBe(7);
  });

  it('knows objects by their id, not by their place in the list', () => {
    const before = state(0, [sprite(1, { x: 10 }), sprite(2, { x: 30 })]);
    const now = state(0, [sprite(2, { x: 32 }), sprite(1, { x: 10 }), sprite(5, { x: 50 })]);
    expect(extrapolateState(before, now, 2).objects.map(({ x }) => x)).toEqual([36, 10, 50]);
  });

  it('does not carry on jumps, sudden turns or another camera', () => {
    const before = state(0, [sprite(1, { x: 10 }), sprite(2, { rotation: 0 })]);
    const now = state(300, [sprite(1, { x: 90 }), sprite(2, { rotation: 3 })]);
    const then = extrapolateState(before, now, 2);
    expect(then.cameras[0].viewX).toBe(300);
    expect(then.objects[0].x).toBe(90);
    expect(then.objects[1].rotation).toBe(3);
    const other = { ...state(4, []), cameras: [{ ...state(4, []).cameras[0], id: 7 }] };
    expect(extrapolateState(state(0, []), other, 2).cameras[0].viewX).toBe(4);
  });

  it('takes a 3D camera on by the step given, and leaves it where it is without one', () => {
    const view = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -2, 0, 5, 1);
    const camera = { id: 0, view, projection: new Float32Array(16), x: 0, y: 0, width: 64, height: 48 };
    const now = { cameras: [], cameras3d: [camera], objects: [], values: [] };
    const step = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0, -1);
    expect(Array.from(extrapolateState(now, now, 3, step).cameras3d[0].view.subarray(12))).toEqual([-0.5, 0, 2, 1]);
    expect(extrapolateState(now, now, 3).cameras3d[0]).toBe(camera);
    const about = Float64Array.of(-1, 0, 0, 0, 1, 0, 0, 0, -1, 0, 0, 0);
    expect(extrapolateState(now, now, 3, about).cameras3d[0]).toBe(camera);
  });

  it('is the state itself at once, or when nothing came before', () => {
    const now = state(7, [sprite(1, { x: 3 })]);
    expect(extrapolateState(null, now, 2)).toBe(now);
    expect(extrapolateState(state(0, []), now, 0)).toBe(now);
  });
});
