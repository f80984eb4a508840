import { SgapsError } from '../errors.js';

/** Floats of a 4×4 matrix. */
const MATRIX_FLOATS = 16;

/**
 * What a viewer asks for: a camera and a time (P2). Matrices are column-major, 16 floats each.
 *
 * @example
 * ```ts
 * const frame: CameraFrame = { view, intrinsics, timeIndex: 12.5, frameId: 7, clientTime: performance.now(), serverTime: 0 };
 * ```
 */
export interface CameraFrame {
  /** World to camera. */
  readonly view: Float32Array;
  readonly intrinsics: Float32Array;
  /** Seconds of the replay; `LIVE_EDGE` for the newest there is. */
  readonly timeIndex: number;
  /** The viewer's own count, u32: the picture made of it comes back under this number. */
  readonly frameId: number;
  /** When the viewer sent it and when the transport took it, ms by their own clocks. */
  readonly clientTime: number;
  readonly serverTime: number;
}

/**
 * The time index of whoever watches live.
 *
 * @example
 * ```ts
 * const timeIndex = following ? LIVE_EDGE : seconds;
 * ```
 */
export const LIVE_EDGE = Number.POSITIVE_INFINITY;

/** Writes the 32 floats of both matrices. */
export function writeMatrices(into: DataView, { view, intrinsics }: CameraFrame): void {
  if (view.length !== MATRIX_FLOATS || intrinsics.length !== MATRIX_FLOATS)
    throw new SgapsError(
      'ARGUMENT_INVALID',
      `A camera has two matrices of 16 floats, not of ${view.length} and ${intrinsics.length}.`,
    );
  for (let i = 0; i < MATRIX_FLOATS; i++) {
    into.setFloat32(4 * i, view[i], true);
    into.setFloat32(4 * (MATRIX_FLOATS + i), intrinsics[i], true);
  }
}

/** Reads both matrices, which lie at the start of every camera packet. @throws SgapsError `BYTES_MALFORMED` for a value that is no finite number. */
export function readMatrices(from: DataView): Pick<CameraFrame, 'view' | 'intrinsics'> {
  return { view: readMatrix(from, 0, 'view'), intrinsics: readMatrix(from, 4 * MATRIX_FLOATS, 'intrinsics') };
}

/** Checks the numbers beside the matrices. @throws SgapsError `BYTES_MALFORMED` */
export function assertTimes(timeIndex: number, ...times: readonly number[]): void {
  if (Number.isNaN(timeIndex) || timeIndex < 0) throw SgapsError.malformed(`camera: its time index is ${timeIndex}`);
  for (const time of times) if (!Number.isFinite(time)) throw SgapsError.malformed(`camera: one of its times is ${time}`);
}

function readMatrix(from: DataView, at: number, name: string): Float32Array {
  const matrix = new Float32Array(MATRIX_FLOATS);
  for (let i = 0; i < MATRIX_FLOATS; i++) {
    matrix[i] = from.getFloat32(at + 4 * i, true);
    if (!Number.isFinite(matrix[i])) throw SgapsError.malformed(`camera: its ${name} matrix holds ${matrix[i]}`);
  }
  return matrix;
}
