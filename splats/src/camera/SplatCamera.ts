import { type CameraFrame, SgapsError } from '@sgaps/protocol';

/** Pixels of a picture's side. */
const LONGEST_SIDE = 4096;

/**
 * A pinhole camera as 3DGS and COLMAP have it: x to the right, y down, z forward; pixel (i, j) has its centre at (i + ½, j + ½).
 *
 * @example
 * ```ts
 * const camera: SplatCamera = { width: 1280, height: 720, fx: 900, fy: 900, cx: 640, cy: 360, view };
 * ```
 */
export interface SplatCamera {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Focal lengths, pixels. */
  readonly fx: number;
  readonly fy: number;
  /** Where the axis meets the picture, pixels. */
  readonly cx: number;
  readonly cy: number;
  /** World to camera, 16 floats, column-major: rotation and translation. */
  readonly view: Float32Array;
}

/**
 * What a splat renderer draws. Arrays are its own: they hold until it draws again.
 *
 * @example
 * ```ts
 * const { colour, depth, alpha }: SplatImage = await renderer.render(camera);
 * ```
 */
export interface SplatImage {
  readonly width: number;
  readonly height: number;
  /** 3·W·H, row-major RGB over the background, in [0, 1]. */
  readonly colour: Float32Array;
  /** W·H distances along the camera's axis, weighted as colours are and divided by alpha; +∞ where alpha is 0. */
  readonly depth: Float32Array;
  /** W·H in [0, 1]. */
  readonly alpha: Float32Array;
}

/**
 * A picture whose colours are bytes: value · 255, rounded.
 *
 * @example
 * ```ts
 * const { colour }: ByteImage = await renderer.renderBytes(camera);
 * ```
 */
export interface ByteImage extends Omit<SplatImage, 'colour'> {
  /** 3·W·H, row-major RGB over the background. */
  readonly colour: Uint8Array;
}

/**
 * The camera of a viewer's packet (P10): its intrinsics are a column-major 4×4 with fx @0, fy @5, cx @8, cy @9 in pixels of a picture of `width`×`height`.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for a camera that cannot be one: no focal length, or a view that does more than turn and move.
 * @example
 * ```ts
 * const camera = splatCamera(frame, 1280, 720);
 * ```
 */
export function splatCamera(
  { view, intrinsics }: Pick<CameraFrame, 'view' | 'intrinsics'>,
  width: number,
  height: number,
): SplatCamera {
  checkSides(width, height);
  const [fx, fy, cx, cy] = [intrinsics[0], intrinsics[5], intrinsics[8], intrinsics[9]];
  if (!(fx > 0 && fy > 0) || ![fx, fy, cx, cy].every(Number.isFinite))
    throw new SgapsError(
      'ARGUMENT_INVALID',
      `A camera's intrinsics need focal lengths above 0: fx ${fx}, fy ${fy}, cx ${cx}, cy ${cy}.`,
    );
  if (!turnsOnly(view))
    throw new SgapsError('ARGUMENT_INVALID', "A camera's view must turn and move the world, and not stretch or mirror it.");
  return { width, height, fx, fy, cx, cy, view };
}

/**
 * A camera's intrinsics as its packet has them (P10): what `splatCamera` reads.
 *
 * @returns 16 floats, column-major.
 * @example
 * ```ts
 * viewer.look({ view: camera.view, intrinsics: intrinsicsOf(camera) });
 * ```
 */
export function intrinsicsOf({ fx, fy, cx, cy }: Pick<SplatCamera, 'fx' | 'fy' | 'cx' | 'cy'>): Float32Array {
  return Float32Array.of(fx, 0, 0, 0, 0, fy, 0, 0, cx, cy, 1, 0, 0, 0, 0, 1);
}

/** What a picture's colours are: floats in [0, 1], or bytes. */
export type Colours = 'floats' | 'bytes';

/** @throws SgapsError `ARGUMENT_INVALID` for a picture of no or more than 4096 pixels a side. */
export function checkSides(width: number, height: number): void {
  const side = (pixels: number) => Number.isInteger(pixels) && pixels >= 1 && pixels <= LONGEST_SIDE;
  if (side(width) && side(height)) return;
  throw new SgapsError('ARGUMENT_INVALID', `A picture has 1 to ${LONGEST_SIDE} pixels a side, not ${width}×${height}.`);
}

/** Columns of unit length, at right angles, right-handed; a bottom row of 0 0 0 1. */
function turnsOnly(view: Float32Array): boolean {
  if (!view.every(Number.isFinite)) return false;
  const dot = (a: number, b: number) => view[a] * view[b] + view[a + 1] * view[b + 1] + view[a + 2] * view[b + 2];
  const near = (value: number, goal: number) => Math.abs(value - goal) < 1e-3;
  const orthonormal = [0, 4, 8].every((a) => [0, 4, 8].every((b) => near(dot(a, b), a === b ? 1 : 0)));
  const [a, b, c, , d, e, f, , g, h, i] = view;
  const determinant = a * (e * i - f * h) - d * (b * i - c * h) + g * (b * f - c * e);
  return orthonormal && determinant > 0 && near(view[3], 0) && near(view[7], 0) && near(view[11], 0) && near(view[15], 1);
}
