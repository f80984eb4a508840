import type { DepthRule, PinholeCamera } from '@sgaps/client/view';
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
  readonly view: ArrayLike<number>;
  readonly projection: ArrayLike<number>;
  /** Of the node that the remote world hangs on. */
  readonly root: ArrayLike<number>;
  readonly axes: RemoteAxes;
  /** Clip space is 0 … 1 deep, as WebGPU's, and not −1 … 1. */
  readonly halfDepth: boolean;
}

/** A camera of Babylon as the remote world sees it. */
export interface RemoteEye {
  readonly camera: PinholeCamera;
  /** What of the remote world's distances the depth buffer holds. */
  readonly depth: DepthRule;
}

/** How much longer an axis of the root may be than another. */
const UNEVEN = 1e-3;

/**
 * Puts a camera of Babylon into a remote world, whose axes are right-handed. Babylon's may be left-handed: one axis is turned round then, so that nothing is mirrored. A camera looks along +z
 * (left-handed) or −z (right-handed, where the projection's w is −z).
 *
 * @throws SgapsError `UNSUPPORTED` for a camera without perspective, `ARGUMENT_INVALID` for a root that stretches or mirrors
 */
export function cameraOf(
  { view, projection: p, root, axes, halfDepth }: CameraMatrices,
  width: number,
  height: number,
): RemoteEye {
  const hand = Math.sign(p[11]);
  if (hand === 0) throw new SgapsError('UNSUPPORTED', 'A remote scene is seen by cameras with perspective only.');
  // Of the root's own axes, the remote ones: none is mirrored once the camera's y points down.
  const [y, z] = axes === 'y-down' ? [-1, hand] : [1, -hand];
  const turned = product(view, root);
  const scale = scaleOf(turned);
  const out = new Float32Array(16);
  for (const [row, sign] of [1, -1, hand].entries()) {
    for (const [column, axis] of [1, y, z, 1].entries()) out[4 * column + row] = (sign * axis * turned[4 * column + row]) / scale;
  }
  out[15] = 1;
  const [offset, factor] = [p[10] / p[11], p[14] / Math.abs(p[11]) / scale];
  return {
    camera: {
      width,
      height,
      fx: (p[0] * width) / 2,
      fy: (p[5] * height) / 2,
      cx: (width / 2) * (1 + hand * p[8]),
      cy: (height / 2) * (1 - hand * p[9]),
      view: out,
    },
    depth: halfDepth ? { offset, scale: factor } : { offset: 0.5 + 0.5 * offset, scale: 0.5 * factor },
  };
}

/** a · b, column-major. */
function product(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const out = new Float64Array(16);
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 4; row++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += a[4 * k + row] * b[4 * column + k];
      out[4 * column + row] = sum;
    }
  return out;
}

function scaleOf(m: ArrayLike<number>): number {
  const lengths = [0, 4, 8].map((at) => Math.hypot(m[at], m[at + 1], m[at + 2]));
  const scale = lengths[0];
  const determinant =
    m[0] * (m[5] * m[10] - m[9] * m[6]) - m[4] * (m[1] * m[10] - m[9] * m[2]) + m[8] * (m[1] * m[6] - m[5] * m[2]);
  if (!(scale > 0) || lengths.some((length) => Math.abs(length / scale - 1) > UNEVEN) || !(determinant > 0))
    throw new SgapsError(
      'ARGUMENT_INVALID',
      'The root of a remote scene may turn, move and scale evenly, not stretch or mirror.',
    );
  return scale;
}
