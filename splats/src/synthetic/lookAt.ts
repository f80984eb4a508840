import type { Vector } from './surfaces.js';

/** World to camera for an eye that looks at a point, column-major; y is down in both. The eye must not look straight up or down. */
export function lookAt(eye: Vector, target: Vector): Float32Array {
  const forward = unit([target[0] - eye[0], target[1] - eye[1], target[2] - eye[2]]);
  const right = unit([forward[2], 0, -forward[0]]);
  const down = [
    forward[1] * right[2] - forward[2] * right[1],
    forward[2] * right[0] - forward[0] * right[2],
    forward[0] * right[1] - forward[1] * right[0],
  ] as const;
  const view = new Float32Array(16);
  for (const [row, axis] of [right, down, forward].entries()) {
    for (let column = 0; column < 3; column++) view[4 * column + row] = axis[column];
    view[12 + row] = -(axis[0] * eye[0] + axis[1] * eye[1] + axis[2] * eye[2]);
  }
  view[15] = 1;
  return view;
}

function unit([x, y, z]: Vector): Vector {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
