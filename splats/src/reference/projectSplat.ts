import type { SplatCamera } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import { type Covariance, projectCovariance } from './covariance.js';
import { type Colour, splatColour } from './harmonics.js';

/**
 * Distance along the camera's axis below which splats are not drawn, the scene's unit.
 *
 * @example
 * ```ts
 * const seen = depth >= NEAR;
 * ```
 */
export const NEAR = 0.05;

/**
 * What of a splat falls on the picture: an ellipse, its colour and how much it hides.
 *
 * @example
 * ```ts
 * const splat: ProjectedSplat = makeProjectedSplat();
 * ```
 */
export interface ProjectedSplat extends Covariance, Colour {
  /** Its mean, pixels: (0, 0) is the corner of the picture, (½, ½) the centre of the first pixel. */
  u: number;
  v: number;
  /** Distance along the camera's axis, the scene's unit. */
  depth: number;
  /** In [0, 1]. */
  opacity: number;
  /** Where its alpha is 1/255 at the farthest from the mean, pixels; 0 where it is below that everywhere. */
  halfWidth: number;
  halfHeight: number;
  /** The conic: alpha = opacity · exp(−½ (a dx² + 2 b dx dy + c dy²)), dx and dy from the mean. */
  a: number;
  b: number;
  c: number;
}

/**
 * A place for `projectSplat` to write to.
 *
 * @example
 * ```ts
 * const splat = makeProjectedSplat();
 * ```
 */
export function makeProjectedSplat(): ProjectedSplat {
  const covariance = { xx: 0, xy: 0, yy: 0, determinant: 0 };
  const place = { u: 0, v: 0, depth: 0, opacity: 0, halfWidth: 0, halfHeight: 0 };
  return { ...covariance, ...place, a: 0, b: 0, c: 0, red: 0, green: 0, blue: 0 };
}

/** Used again for each splat, so that none allocates. */
const centre = new Float64Array(3);

/**
 * Projects one splat by the rules of 3DGS, in double precision. It may lie beside the picture.
 *
 * @param into gets the projection; of a splat that is culled it holds nothing of use.
 * @param near least distance along the axis, the scene's unit; default 0.05.
 * @returns false where the splat is culled: nearer than `near`, numbers that are not finite, or a covariance without area.
 * @example
 * ```ts
 * const splat = makeProjectedSplat();
 * if (projectSplat(cloud, 0, camera, splat)) console.log(splat.u, splat.v, splat.depth);
 * ```
 */
export function projectSplat(
  cloud: SplatCloud,
  index: number,
  camera: SplatCamera,
  into: ProjectedSplat,
  near: number = NEAR,
): boolean {
  const { positions, opacities } = cloud;
  const { fx, fy, cx, cy, view } = camera;
  const px = positions[3 * index];
  const py = positions[3 * index + 1];
  const pz = positions[3 * index + 2];
  const opacity = opacities[index];
  const x = view[0] * px + view[4] * py + view[8] * pz + view[12];
  const y = view[1] * px + view[5] * py + view[9] * pz + view[13];
  const z = view[2] * px + view[6] * py + view[10] * pz + view[14];
  if (!(z >= near) || !Number.isFinite(x + y + z + opacity) || !shapeIsFinite(cloud, index)) return false;
  centre[0] = x;
  centre[1] = y;
  centre[2] = z;
  projectCovariance(cloud, index, camera, centre, into);
  const { xx, xy, yy, determinant } = into;
  if (!(determinant > 0)) return false;
  into.u = (fx * x) / z + cx;
  into.v = (fy * y) / z + cy;
  into.depth = z;
  into.opacity = opacity;
  into.a = yy / determinant;
  into.b = -xy / determinant;
  into.c = xx / determinant;
  const reach = Math.sqrt(Math.max(0, 2 * Math.log(255 * opacity)));
  into.halfWidth = reach > 0 ? reach * Math.sqrt(xx) : 0;
  into.halfHeight = reach > 0 ? reach * Math.sqrt(yy) : 0;
  // From the camera, which is at −Rᵀ t.
  const eyeX = -(view[0] * view[12] + view[1] * view[13] + view[2] * view[14]);
  const eyeY = -(view[4] * view[12] + view[5] * view[13] + view[6] * view[14]);
  const eyeZ = -(view[8] * view[12] + view[9] * view[13] + view[10] * view[14]);
  splatColour(cloud, index, px - eyeX, py - eyeY, pz - eyeZ, into);
  return true;
}

function shapeIsFinite({ scales, rotations }: SplatCloud, index: number): boolean {
  let sum = 0;
  for (let at = 3 * index; at < 3 * index + 3; at++) sum += scales[at];
  for (let at = 4 * index; at < 4 * index + 4; at++) sum += rotations[at];
  return Number.isFinite(sum);
}
