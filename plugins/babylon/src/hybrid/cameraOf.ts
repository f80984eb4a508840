import { SgapsError } from '@sgaps/protocol/vocabulary';

/**
 * Where the y axis of a remote world points.
 *
 * @example
 * ```ts
 * const axes: RemoteAxes = 'y-up';
 * ```
 */
export type RemoteAxes = 'y-down' | 'y-up';

/** Matrices of Babylon, 16 numbers as they lie in `Matrix.m`. */
export interface CameraMatrices {
  view: ArrayLike<number>;
  projection: ArrayLike<number>;
  /** Of the node that the remote world hangs on. */
  root: ArrayLike<number>;
  axes: RemoteAxes;
  /** Clip space is 0 … 1 deep, as WebGPU's, and not −1 … 1. */
  halfDepth: boolean;
}

/** A camera of Babylon as the remote world sees it; to be filled anew. */
export class RemoteEye {
  readonly camera = { width: 0, height: 0, fx: 0, fy: 0, cx: 0, cy: 0, view: new Float32Array(16) };
  /** What of the remote world's distances the depth buffer holds. */
  readonly depth = { offset: 0, scale: 0 };
}

/** How much longer an axis of the root may be than another. */
const UNEVEN = 1e-3;

const turned = new Float64Array(16);

/**
 * Puts a camera of Babylon into a remote world, whose axes are right-handed. Babylon's may be left-handed: one axis is turned round then, so that nothing is mirrored. A camera looks along +z
 * (left-handed) or −z (right-handed, where the projection's w is −z).
 *
 * @param into Is filled and returned: nothing is allocated where it is given.
 * @throws SgapsError `UNSUPPORTED` for a camera without perspective, `ARGUMENT_INVALID` for a root that stretches or mirrors
 */
export function cameraOf(
  { view, projection: p, root, axes, halfDepth }: CameraMatrices,
  width: number,
  height: number,
  into = new RemoteEye(),
): RemoteEye {
  const hand = Math.sign(p[11]);
  if (hand === 0) throw new SgapsError('UNSUPPORTED', 'A remote scene is seen by cameras with perspective only.');
  multiply(view, root, turned);
  const scale = scaleOf(turned);
  const { camera, depth } = into;
  for (let column = 0; column < 4; column++) {
    // Of the root's own axes, the remote ones: none is mirrored once the camera's y points down.
    const axis = column === 1 ? (axes === 'y-down' ? -1 : 1) : column === 2 ? (axes === 'y-down' ? hand : -hand) : 1;
    for (let row = 0; row < 3; row++) {
      const sign = row === 1 ? -1 : row === 2 ? hand : 1;
      camera.view[4 * column + row] = (sign * axis * turned[4 * column + row]) / scale;
    }
  }
  camera.view[15] = 1;
  camera.width = width;
  camera.height = height;
  camera.fx = (p[0] * width) / 2;
  camera.fy = (p[5] * height) / 2;
  camera.cx = (width / 2) * (1 + hand * p[8]);
  camera.cy = (height / 2) * (1 - hand * p[9]);
  const [offset, factor] = [p[10] / p[11], p[14] / Math.abs(p[11]) / scale];
  depth.offset = halfDepth ? offset : 0.5 + 0.5 * offset;
  depth.scale = halfDepth ? factor : 0.5 * factor;
  return into;
}

/** a · b, column-major. */
function multiply(a: ArrayLike<number>, b: ArrayLike<number>, out: Float64Array): void {
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 4; row++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += a[4 * k + row] * b[4 * column + k];
      out[4 * column + row] = sum;
    }
}

/** The length of all three axes. */
function scaleOf(m: Float64Array): number {
  const scale = Math.hypot(m[0], m[1], m[2]);
  const determinant =
    m[0] * (m[5] * m[10] - m[9] * m[6]) - m[4] * (m[1] * m[10] - m[9] * m[2]) + m[8] * (m[1] * m[6] - m[5] * m[2]);
  const isEven = (at: number) => Math.abs(Math.hypot(m[at], m[at + 1], m[at + 2]) / scale - 1) <= UNEVEN;
  if (!(scale > 0 && isEven(4) && isEven(8) && determinant > 0))
    throw new SgapsError(
      'ARGUMENT_INVALID',
      'The root of a remote scene may turn, move and scale evenly, not stretch or mirror.',
    );
  return scale;
}
