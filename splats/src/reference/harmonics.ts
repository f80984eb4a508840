import { type HarmonicDegree, harmonicsOf, type SplatCloud } from '../cloud/SplatCloud.js';

/** The harmonic of band 0: a colour of ½ + this · coefficient. */
export const BAND_0 = 0.28209479177387814;
const BAND_1 = 0.4886025119029199;

/** Red, green and blue of a splat. */
export interface Colour {
  red: number;
  green: number;
  blue: number;
}

/** Used again for each splat, so that none allocates. */
const basis = new Float64Array(16);

/**
 * Real spherical harmonics of a unit direction with the signs, constants and order of 3DGS: `into` gets (degree + 1)² values.
 */
export function harmonicBasis(degree: HarmonicDegree, x: number, y: number, z: number, into: Float64Array): void {
  into[0] = BAND_0;
  if (degree < 1) return;
  into[1] = -BAND_1 * y;
  into[2] = BAND_1 * z;
  into[3] = -BAND_1 * x;
  if (degree < 2) return;
  const xx = x * x;
  const yy = y * y;
  const zz = z * z;
  into[4] = 1.0925484305920792 * x * y;
  into[5] = -1.0925484305920792 * y * z;
  into[6] = 0.31539156525252005 * (2 * zz - xx - yy);
  into[7] = -1.0925484305920792 * x * z;
  into[8] = 0.5462742152960396 * (xx - yy);
  if (degree < 3) return;
  into[9] = -0.5900435899266435 * y * (3 * xx - yy);
  into[10] = 2.890611442640554 * x * y * z;
  into[11] = -0.4570457994644658 * y * (4 * zz - xx - yy);
  into[12] = 0.3731763325901154 * z * (2 * zz - 3 * xx - 3 * yy);
  into[13] = -0.4570457994644658 * x * (4 * zz - xx - yy);
  into[14] = 1.445305721320277 * z * (xx - yy);
  into[15] = -0.5900435899266435 * x * (xx - 3 * yy);
}

/** Colour of a splat seen along a direction of any length, world axes: ½ + Σ harmonic · coefficient, at least 0. */
export function splatColour(cloud: SplatCloud, splat: number, x: number, y: number, z: number, into: Colour): void {
  const { degree, harmonics } = cloud;
  const length = Math.sqrt(x * x + y * y + z * z);
  harmonicBasis(degree, x / length, y / length, z / length, basis);
  let red = 0.5;
  let green = 0.5;
  let blue = 0.5;
  const terms = harmonicsOf(degree);
  for (let term = 0, at = 3 * terms * splat; term < terms; term++, at += 3) {
    red += basis[term] * harmonics[at];
    green += basis[term] * harmonics[at + 1];
    blue += basis[term] * harmonics[at + 2];
  }
  into.red = atLeast0(red);
  into.green = atLeast0(green);
  into.blue = atLeast0(blue);
}

/** 0 for NaN too, so that coefficients that are none don't spread over a picture. */
function atLeast0(value: number): number {
  return value > 0 ? value : 0;
}
