import { SgapsError } from '@sgaps/protocol/vocabulary';

/**
 * A camera as 3DGS, COLMAP and the viewer protocol have it: x to the right, y down, z forward, in a right-handed world; pixel (i, j) has its centre at (i + ½, j + ½).
 *
 * @example
 * ```ts
 * const camera: PinholeCamera = { ...lensOf(0.9, 1280, 720), view: lookAt([0, 0, -4], [0, 0, 0]) };
 * ```
 */
export interface PinholeCamera {
  /** Pixels of its picture, 1 … 4096 a side. */
  readonly width: number;
  readonly height: number;
  /** Focal lengths, pixels. */
  readonly fx: number;
  readonly fy: number;
  /** Where its axis meets the picture, pixels. */
  readonly cx: number;
  readonly cy: number;
  /** World to camera, 16 floats, column-major; it turns and moves, and nothing else. */
  readonly view: Float32Array;
}

/**
 * What of a camera is its lens.
 *
 * @example
 * ```ts
 * const { fx, fy }: Lens = lensOf(Math.PI / 3, 1920, 1080);
 * ```
 */
export type Lens = Omit<PinholeCamera, 'view'>;

/** A place or direction, x, y, z. */
type Triple = readonly [number, number, number];

/**
 * A lens with square pixels that looks through the middle of its picture.
 *
 * @param fieldOfView From top to bottom, radians, in (0, π).
 * @throws SgapsError `ARGUMENT_INVALID`
 * @example
 * ```ts
 * const lens = lensOf(Math.PI / 3, canvas.width, canvas.height);
 * ```
 */
export function lensOf(fieldOfView: number, width: number, height: number): Lens {
  if (!(fieldOfView > 0 && fieldOfView < Math.PI))
    throw new SgapsError('ARGUMENT_INVALID', `A field of view is above 0 and below π, not ${fieldOfView}.`);
  const focal = height / (2 * Math.tan(fieldOfView / 2));
  return { width, height, fx: focal, fy: focal, cx: width / 2, cy: height / 2 };
}

/**
 * The view of a camera at a place that looks at another. `up` is where up is in the picture: by default −y, since y points down.
 *
 * @throws SgapsError `ARGUMENT_INVALID` where it looks nowhere, or straight up or down
 * @example
 * ```ts
 * const view = lookAt([3, -1, -4], [0, 0, 0]);
 * ```
 */
export function lookAt(from: Triple, to: Triple, up: Triple = [0, -1, 0]): Float32Array {
  const forward = unit([to[0] - from[0], to[1] - from[1], to[2] - from[2]]);
  const right = unit(cross(forward, up));
  const down = cross(forward, right);
  const view = new Float32Array(16);
  for (const [row, axis] of [right, down, forward].entries()) {
    for (let column = 0; column < 3; column++) view[4 * column + row] = axis[column];
    view[12 + row] = -(axis[0] * from[0] + axis[1] * from[1] + axis[2] * from[2]);
  }
  view[15] = 1;
  return view;
}

/**
 * The same camera with more to see at each edge, as guard against what comes into view before the next picture: its picture is larger by twice as many whole pixels as `margin` of a side.
 * What both see has the same pixels.
 *
 * @param margin 0 … 0.5 of each side.
 * @param into Is filled and returned, where given: nothing is allocated then.
 * @throws SgapsError `ARGUMENT_INVALID`
 * @example
 * ```ts
 * remote.look(widen(camera, 0.1));
 * ```
 */
export function widen(
  camera: PinholeCamera,
  margin: number,
  into: { -readonly [K in keyof PinholeCamera]: PinholeCamera[K] } = { ...camera },
): PinholeCamera {
  if (!(margin >= 0 && margin <= 0.5))
    throw new SgapsError('ARGUMENT_INVALID', `A margin is 0 … 0.5 of the picture, not ${margin}.`);
  const x = Math.round(margin * camera.width);
  const y = Math.round(margin * camera.height);
  into.width = camera.width + 2 * x;
  into.height = camera.height + 2 * y;
  into.fx = camera.fx;
  into.fy = camera.fy;
  into.cx = camera.cx + x;
  into.cy = camera.cy + y;
  into.view = camera.view;
  return into;
}

/**
 * The projection with which WebGL draws what this camera sees: clip = projection · view · world, column-major.
 *
 * @param near Distances along the axis, 0 < near < far.
 * @throws SgapsError `ARGUMENT_INVALID`
 * @example
 * ```ts
 * gl.uniformMatrix4fv(projection, false, projectionOf(camera, 0.1, 100));
 * ```
 */
export function projectionOf(lens: Lens, near: number, far: number): Float32Array {
  if (!(near > 0 && far > near))
    throw new SgapsError('ARGUMENT_INVALID', `Near and far are 0 < near < far, not ${near}, ${far}.`);
  const { width, height, fx, fy, cx, cy } = lens;
  const projection = new Float32Array(16);
  projection[0] = (2 * fx) / width;
  projection[5] = (-2 * fy) / height;
  projection[8] = (2 * cx) / width - 1;
  projection[9] = 1 - (2 * cy) / height;
  projection[10] = (far + near) / (far - near);
  projection[11] = 1;
  projection[14] = (-2 * far * near) / (far - near);
  return projection;
}

/** As the wire has it: fx @0, fy @5, cx @8, cy @9. */
export function intrinsicsOf({ fx, fy, cx, cy }: Lens): Float32Array {
  return Float32Array.of(fx, 0, 0, 0, 0, fy, 0, 0, cx, cy, 1, 0, 0, 0, 0, 1);
}

/**
 * Checks a camera before it is sent: whoever gave it is told where it comes from, not where it failed.
 *
 * @throws SgapsError `ARGUMENT_INVALID`
 */
export function assertCamera(camera: PinholeCamera): void {
  const { width, height, fx, fy, cx, cy, view } = camera;
  for (const side of [width, height])
    if (!Number.isInteger(side) || side < 1 || side > 4096)
      throw new SgapsError('ARGUMENT_INVALID', `A camera's picture has 1 … 4096 whole pixels a side, not ${width}×${height}.`);
  if (!(fx > 0 && fy > 0) || ![fx, fy, cx, cy].every(Number.isFinite))
    throw new SgapsError('ARGUMENT_INVALID', `A camera needs focal lengths above 0: fx ${fx}, fy ${fy}, cx ${cx}, cy ${cy}.`);
  if (view.length !== 16 || !view.every(Number.isFinite))
    throw new SgapsError('ARGUMENT_INVALID', `A camera's view is 16 finite floats: ${Array.from(view).join(', ')}`);
}

function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function unit(a: Triple): Triple {
  const length = Math.hypot(...a);
  if (!(length > 1e-9))
    throw new SgapsError('ARGUMENT_INVALID', 'A camera looks from a place at another, and not straight up or down.');
  return [a[0] / length, a[1] / length, a[2] / length];
}

/** The same camera in pixels of a picture of another size. */
export function inPixelsOf(camera: PinholeCamera, width: number, height: number): PinholeCamera {
  const [x, y] = [width / camera.width, height / camera.height];
  if (x === 1 && y === 1) return camera;
  return { ...camera, width, height, fx: x * camera.fx, fy: y * camera.fy, cx: x * camera.cx, cy: y * camera.cy };
}
