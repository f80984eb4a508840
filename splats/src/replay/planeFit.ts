/** A plane through points: its normal, and standard deviations across it and along its narrower and wider axis. */
export interface PlaneFit {
  readonly normal: Float64Array;
  /** Of length 1, along which the points spread most. */
  readonly along: Float64Array;
  across: number;
  narrow: number;
  wide: number;
}

/** A place for `planeFit` to write to. */
export function makePlaneFit(): PlaneFit {
  return { normal: new Float64Array(3), along: new Float64Array(3), across: 0, narrow: 0, wide: 0 };
}

const matrix = new Float64Array(9);
const vectors = new Float64Array(9);
const JACOBI_SWEEPS = 8;

/** Fits a plane to points by their covariance xx, xy, xz, yy, yz, zz (cyclic Jacobi: exact for planes, lines and single points alike). */
export function planeFit(xx: number, xy: number, xz: number, yy: number, yz: number, zz: number, into: PlaneFit): void {
  matrix.set([xx, xy, xz, xy, yy, yz, xz, yz, zz]);
  vectors.set([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  for (let sweep = 0; sweep < JACOBI_SWEEPS; sweep++) {
    if (Math.abs(matrix[1]) + Math.abs(matrix[2]) + Math.abs(matrix[5]) <= 1e-12 * (matrix[0] + matrix[4] + matrix[8])) break;
    rotate(0, 1);
    rotate(0, 2);
    rotate(1, 2);
  }
  let least = 0;
  let most = 0;
  for (let axis = 1; axis < 3; axis++) {
    if (matrix[4 * axis] < matrix[4 * least]) least = axis;
    if (matrix[4 * axis] > matrix[4 * most]) most = axis;
  }
  if (least === most) most = (least + 1) % 3;
  const other = 3 - least - most;
  for (let row = 0; row < 3; row++) {
    into.normal[row] = vectors[3 * row + least];
    into.along[row] = vectors[3 * row + most];
  }
  into.across = Math.sqrt(Math.max(0, matrix[4 * least]));
  into.narrow = Math.sqrt(Math.max(0, matrix[4 * other]));
  into.wide = Math.sqrt(Math.max(0, matrix[4 * most]));
}

function rotate(p: number, q: number): void {
  const off = matrix[3 * p + q];
  if (off === 0) return;
  const theta = (matrix[4 * q] - matrix[4 * p]) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < 3; k++) {
    const kp = matrix[3 * k + p];
    const kq = matrix[3 * k + q];
    matrix[3 * k + p] = c * kp - s * kq;
    matrix[3 * k + q] = s * kp + c * kq;
  }
  for (let k = 0; k < 3; k++) {
    const pk = matrix[3 * p + k];
    const qk = matrix[3 * q + k];
    matrix[3 * p + k] = c * pk - s * qk;
    matrix[3 * q + k] = s * pk + c * qk;
    const vp = vectors[3 * k + p];
    const vq = vectors[3 * k + q];
    vectors[3 * k + p] = c * vp - s * vq;
    vectors[3 * k + q] = s * vp + c * vq;
  }
}
