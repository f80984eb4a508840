import type { Camera3D } from '@sgaps/protocol';

/**
 * How the pixels of one view of a static world move to another: a pixel (u, v) of nearness q, which is 1 / view-space depth and 0
 * infinitely far, goes to (X / W, Y / W) and has nearness q / W there, with X = m0·u + m1·v + m2 + q·m9,
 * Y = m3·u + m4·v + m5 + q·m10, W = m6·u + m7·v + m8 + q·m11.
 *
 * @example
 * ```ts
 * const motion: CameraMotion = new Float64Array(12);
 * ```
 */
export type CameraMotion = Float64Array;

/**
 * True for a camera whose depth can be told: perspective, with a view that can be undone.
 *
 * @example
 * ```ts
 * if (isPerspective(state.cameras3d[0])) depth.observe(frame);
 * ```
 */
export function isPerspective({ view, projection, width, height }: Camera3D): boolean {
  for (let i = 0; i < 16; i++) if (!Number.isFinite(view[i]) || !Number.isFinite(projection[i])) return false;
  const [, , , , , , , , , , , w, , , , w1] = projection;
  return (
    Math.abs(w) === 1 &&
    w1 === 0 &&
    projection[0] !== 0 &&
    projection[5] !== 0 &&
    width > 0 &&
    height > 0 &&
    determinant(view) !== 0
  );
}

/**
 * True when both cameras show the same from the same place.
 *
 * @example
 * ```ts
 * if (sameCamera(before, now)) return;
 * ```
 */
export function sameCamera(a: Camera3D, b: Camera3D): boolean {
  for (let i = 0; i < 16; i++) if (a.view[i] !== b.view[i] || a.projection[i] !== b.projection[i]) return false;
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

/**
 * The rigid step from the view space of camera `from` to that of `to`: 12 numbers, row by row, the translation last (row vectors).
 *
 * @example
 * ```ts
 * viewStep(before, now, step);
 * ```
 */
export function viewStep(from: Camera3D, to: Camera3D, step: Float64Array): void {
  const m = from.view;
  const b = to.view;
  const inverse = 1 / determinant(m);
  const i00 = (m[5] * m[10] - m[6] * m[9]) * inverse;
  const i01 = (m[2] * m[9] - m[1] * m[10]) * inverse;
  const i02 = (m[1] * m[6] - m[2] * m[5]) * inverse;
  const i10 = (m[6] * m[8] - m[4] * m[10]) * inverse;
  const i11 = (m[0] * m[10] - m[2] * m[8]) * inverse;
  const i12 = (m[2] * m[4] - m[0] * m[6]) * inverse;
  const i20 = (m[4] * m[9] - m[5] * m[8]) * inverse;
  const i21 = (m[1] * m[8] - m[0] * m[9]) * inverse;
  const i22 = (m[0] * m[5] - m[1] * m[4]) * inverse;
  for (let j = 0; j < 3; j++) {
    step[j] = i00 * b[j] + i01 * b[4 + j] + i02 * b[8 + j];
    step[3 + j] = i10 * b[j] + i11 * b[4 + j] + i12 * b[8 + j];
    step[6 + j] = i20 * b[j] + i21 * b[4 + j] + i22 * b[8 + j];
    step[9 + j] = b[12 + j] - m[12] * step[j] - m[13] * step[3 + j] - m[14] * step[6 + j];
  }
}

/**
 * How pixels move by a rigid step of the view, seen through the projections of `from` before and of `to` after.
 *
 * @example
 * ```ts
 * pixelMotion(before, now, step, motion);
 * ```
 */
export function pixelMotion(from: Camera3D, to: Camera3D, step: Float64Array, motion: CameraMotion): void {
  const pa = from.projection;
  const pb = to.projection;
  // View-space z is depth times this: +1 left-handed, −1 right-handed.
  const sa = pa[11];
  const sb = pb[11];
  // A pixel's ray: view x = depth · (rx · u + rx0), view y = depth · (ry · v + ry0), view z = depth · sa.
  const rx = 2 / (from.width * pa[0]);
  const rx0 = ((1 - 2 * from.x) / from.width - 1 - sa * pa[8]) / pa[0];
  const ry = -2 / (from.height * pa[5]);
  const ry0 = (1 - (1 - 2 * from.y) / from.height - sa * pa[9]) / pa[5];
  const halfX = to.width / 2;
  const halfY = to.height / 2;
  const centreX = to.x + halfX - 0.5;
  const centreY = to.y + halfY - 0.5;
  for (let k = 0; k < 4; k++) {
    const ax = k === 0 ? rx : k === 2 ? rx0 : 0;
    const ay = k === 1 ? ry : k === 2 ? ry0 : 0;
    const az = k === 2 ? sa : 0;
    const x = k === 3 ? step[9] : ax * step[0] + ay * step[3] + az * step[6];
    const y = k === 3 ? step[10] : ax * step[1] + ay * step[4] + az * step[7];
    const z = k === 3 ? step[11] : ax * step[2] + ay * step[5] + az * step[8];
    const X = halfX * (x * pb[0] + z * pb[8]) + centreX * sb * z;
    const Y = -halfY * (y * pb[5] + z * pb[9]) + centreY * sb * z;
    if (k === 3) {
      motion[9] = X;
      motion[10] = Y;
      motion[11] = sb * z;
    } else {
      motion[k] = X;
      motion[3 + k] = Y;
      motion[6 + k] = sb * z;
    }
  }
}

function determinant(m: Float32Array): number {
  return m[0] * (m[5] * m[10] - m[6] * m[9]) + m[1] * (m[6] * m[8] - m[4] * m[10]) + m[2] * (m[4] * m[9] - m[5] * m[8]);
}
