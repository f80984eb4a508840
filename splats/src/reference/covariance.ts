import type { SplatCamera } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';

/** What is added to the variances along both axes of the picture, pixels²: the low-pass of 3DGS. */
const LOW_PASS = 0.3;
/** How far beyond the picture's half the slope of projection is still followed. */
const SLOPE = 1.3;

/** A symmetric 2×2 matrix, pixels², and its determinant. */
export interface Covariance {
  xx: number;
  xy: number;
  yy: number;
  determinant: number;
}

/**
 * Covariance of a splat in the picture: Σ' = J R Σ Rᵀ Jᵀ + 0.3, for its centre x, y, z in the camera's axes.
 *
 * It is A Aᵀ with A = J · R · rotation · diag(scales), 2×3, whose determinant is |a₁ × a₂|²: of long thin splats xx·yy − xy² would leave only rounding errors.
 */
export function projectCovariance(
  { scales, rotations }: SplatCloud,
  splat: number,
  { width, height, fx, fy, view }: SplatCamera,
  centre: Float64Array,
  into: Covariance,
): void {
  const reachX = (SLOPE * width) / (2 * fx);
  const reachY = (SLOPE * height) / (2 * fy);
  const z = centre[2];
  const slopeX = Math.min(reachX, Math.max(-reachX, centre[0] / z));
  const slopeY = Math.min(reachY, Math.max(-reachY, centre[1] / z));
  // Rows of J · R; the view is column-major.
  const sx = fx / z;
  const sy = fy / z;
  const t00 = sx * (view[0] - slopeX * view[2]);
  const t01 = sx * (view[4] - slopeX * view[6]);
  const t02 = sx * (view[8] - slopeX * view[10]);
  const t10 = sy * (view[1] - slopeY * view[2]);
  const t11 = sy * (view[5] - slopeY * view[6]);
  const t12 = sy * (view[9] - slopeY * view[10]);

  const at = 4 * splat;
  const qw = rotations[at];
  const qx = rotations[at + 1];
  const qy = rotations[at + 2];
  const qz = rotations[at + 3];
  const s0 = scales[3 * splat];
  const s1 = scales[3 * splat + 1];
  const s2 = scales[3 * splat + 2];
  // Columns of the rotation, each as long as the scale along it.
  const m00 = s0 * (1 - 2 * (qy * qy + qz * qz));
  const m10 = s0 * 2 * (qx * qy + qw * qz);
  const m20 = s0 * 2 * (qx * qz - qw * qy);
  const m01 = s1 * 2 * (qx * qy - qw * qz);
  const m11 = s1 * (1 - 2 * (qx * qx + qz * qz));
  const m21 = s1 * 2 * (qy * qz + qw * qx);
  const m02 = s2 * 2 * (qx * qz + qw * qy);
  const m12 = s2 * 2 * (qy * qz - qw * qx);
  const m22 = s2 * (1 - 2 * (qx * qx + qy * qy));

  const a0 = t00 * m00 + t01 * m10 + t02 * m20;
  const a1 = t00 * m01 + t01 * m11 + t02 * m21;
  const a2 = t00 * m02 + t01 * m12 + t02 * m22;
  const b0 = t10 * m00 + t11 * m10 + t12 * m20;
  const b1 = t10 * m01 + t11 * m11 + t12 * m21;
  const b2 = t10 * m02 + t11 * m12 + t12 * m22;

  const xx = a0 * a0 + a1 * a1 + a2 * a2;
  const yy = b0 * b0 + b1 * b1 + b2 * b2;
  const cross0 = a1 * b2 - a2 * b1;
  const cross1 = a2 * b0 - a0 * b2;
  const cross2 = a0 * b1 - a1 * b0;
  into.xx = xx + LOW_PASS;
  into.xy = a0 * b0 + a1 * b1 + a2 * b2;
  into.yy = yy + LOW_PASS;
  into.determinant = cross0 * cross0 + cross1 * cross1 + cross2 * cross2 + LOW_PASS * (xx + yy) + LOW_PASS * LOW_PASS;
}
