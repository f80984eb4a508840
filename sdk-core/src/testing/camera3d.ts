import type { Camera3D, CaptureGrid } from '@sgaps/protocol';

/** Where a camera stands, and how far it is turned about y, radians. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
}

/** A camera of either handedness, its matrices as Babylon stores them (row vectors). */
export function cameraAt(grid: CaptureGrid, { x, y, z, yaw }: Pose, side: 1 | -1 = 1, focal = 1.4): Camera3D {
  const c = Math.cos(yaw);
  const s = Math.sin(yaw);
  // World to view: move by −position, turn by −yaw about y; a right-handed view looks along −z.
  const view = new Float32Array(16);
  view.set([c, 0, side * s, 0, 0, 1, 0, 0, -s, 0, side * c, 0]);
  view[12] = -(x * view[0] + y * view[4] + z * view[8]);
  view[13] = -(x * view[1] + y * view[5] + z * view[9]);
  view[14] = -(x * view[2] + y * view[6] + z * view[10]);
  view[15] = 1;
  const projection = new Float32Array(16);
  projection.set([focal, 0, 0, 0, 0, (focal * grid.width) / grid.height, 0, 0, 0, 0, side, side, 0, 0, -0.1, 0]);
  return { id: 0, view, projection, x: 0, y: 0, ...grid };
}
