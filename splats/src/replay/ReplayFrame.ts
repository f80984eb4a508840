import { SgapsError } from '@sgaps/protocol';

/** Pixels of a picture's side, and of all of it. */
const LONGEST_SIDE = 4096;
const MOST_PIXELS = 2 ** 22;

/**
 * The camera of a recorded frame, as recordings keep it: 16 floats each for row vectors (clip = world · view · projection), and its place on the picture, pixels.
 *
 * @example
 * ```ts
 * const camera: RecordedCamera = frame.state.cameras3d[0];
 * ```
 */
export interface RecordedCamera {
  /** World to camera; turns and moves only. Its z is forward where the projection's 12th number is 1, and backward where it is −1. */
  readonly view: ArrayLike<number>;
  /** Perspective. */
  readonly projection: ArrayLike<number>;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What was sampled of a frame. Arrays may be longer than `count`, and may be used again once `add` has returned.
 *
 * @example
 * ```ts
 * const frame: ReplayFrame = { width: 320, height: 180, camera, count: 1, u: [10], v: [20], rgb: [255, 0, 0], depth: [7.5] };
 * ```
 */
export interface ReplayFrame {
  /** Pixels of the whole picture, 1 … 4096 a side, 4 million at most. */
  readonly width: number;
  readonly height: number;
  readonly camera: RecordedCamera;
  /** Samples, at most one for each pixel. */
  readonly count: number;
  /** Column and row of each; what lies beyond the picture is passed over. */
  readonly u: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  /** 3 for each, 0 … 255. */
  readonly rgb: ArrayLike<number>;
  /** Distance along the camera's axis, in the game's unit; 0 where nothing was drawn (the sky), NaN where it is not known. Null where no sample has one. */
  readonly depth: ArrayLike<number> | null;
}

/** Throws `ARGUMENT_INVALID` or `LIMIT_EXCEEDED` for a frame that nothing could be read from safely. */
export function assertReplayFrame({ width, height, count, u, v, rgb, depth }: ReplayFrame): void {
  const side = (pixels: number) => Number.isInteger(pixels) && pixels >= 1 && pixels <= LONGEST_SIDE;
  if (!side(width) || !side(height))
    throw new SgapsError('ARGUMENT_INVALID', `A picture has 1 to ${LONGEST_SIDE} pixels a side, not ${width}×${height}.`);
  if (width * height > MOST_PIXELS) throw SgapsError.limit('pixels of a frame', width * height, MOST_PIXELS);
  if (!Number.isInteger(count) || count < 0) throw new SgapsError('ARGUMENT_INVALID', `A frame has no ${count} samples.`);
  // Samples of blocks that reach over the edge repeat it.
  const most = (width + 31) * (height + 31);
  if (count > most) throw SgapsError.limit('samples of a frame', count, most);
  const least = Math.min(u.length, v.length, rgb.length / 3, depth?.length ?? Number.POSITIVE_INFINITY);
  if (least < count) throw new SgapsError('ARGUMENT_INVALID', `A frame says ${count} samples and holds ${Math.floor(least)}.`);
}
