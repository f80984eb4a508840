import { lookAt } from '@sgaps/client/view';
import { describe, expect, it } from 'vitest';
import { subjectOf } from './scenes.js';

describe('the first camera in a recording’s splats', () => {
  const bounds = { low: [-4, -3, -2], high: [6, 1, 8] };

  it.each([-1, 1] as const)('is that of its player, with y up %s', (up) => {
    const [eye, at] = [
      [1, 0.5 * up, -4],
      [2, -0.3, 3],
    ] as const;
    const { view } = { view: [...lookAt(eye, at, [0, up, 0])] };
    const { target, distance, yaw, pitch } = subjectOf('free:a1', { bounds, camera: { view } }, up);
    // As `OrbitFly` looks.
    const forward = [Math.sin(yaw) * Math.cos(pitch), -up * Math.sin(pitch), -up * Math.cos(yaw) * Math.cos(pitch)];
    for (const axis of [0, 1, 2]) expect(target[axis] - distance * forward[axis]).toBeCloseTo(eye[axis], 4);
    const toMiddle = Math.hypot(target[0] - 1, target[1] + 1, target[2] - 3);
    expect(toMiddle).toBeLessThan(Math.hypot(eye[0] - 1, eye[1] + 1, eye[2] - 3));
  });

  it('is beside the middle where it says no camera that is one', () => {
    for (const camera of [undefined, {}, { view: [1, 2] }, { view: Array(16).fill('a') }])
      expect(subjectOf('free:a1', { bounds, camera }, -1).target).toEqual([1, -1, 3]);
  });
});
