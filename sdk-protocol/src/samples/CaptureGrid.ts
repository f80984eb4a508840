import { SgapsError } from '../errors.js';
import { LIMITS } from '../limits.js';

/**
 * The picture samples are named in: `width` columns (u) by `height` rows (v), (0, 0) top left.
 *
 * @example
 * ```ts
 * const grid: CaptureGrid = { width: 320, height: 180 };
 * ```
 */
export interface CaptureGrid {
  readonly width: number;
  readonly height: number;
}

/** Pixels of the default grid, 320×180 (spec SGAPS, "Symbols"). */
const DEFAULT_GRID_PIXELS = 320 * 180;

/**
 * Throws `LIMIT_EXCEEDED` or `ARGUMENT_INVALID` unless both sides are integers within `LIMITS`.
 *
 * @example
 * ```ts
 * assertCaptureGrid({ width: 320, height: 180 });
 * ```
 */
export function assertCaptureGrid(grid: CaptureGrid): void {
  const { width, height } = grid;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < LIMITS.gridMin || height < LIMITS.gridMin) {
    throw new SgapsError(
      'ARGUMENT_INVALID',
      `Capture grid ${width}×${height} needs integer sides of at least ${LIMITS.gridMin}.`,
    );
  }
  if (width > LIMITS.gridWidth) throw SgapsError.limit('capture grid width', width, LIMITS.gridWidth);
  if (height > LIMITS.gridHeight) throw SgapsError.limit('capture grid height', height, LIMITS.gridHeight);
}

/**
 * The default grid for a canvas: its aspect, about 57,600 pixels, even sides, never larger than the canvas or the limits.
 *
 * @example
 * ```ts
 * fitCaptureGrid(1280, 720); // { width: 320, height: 180 }
 * ```
 */
export function fitCaptureGrid(canvasWidth: number, canvasHeight: number, pixels = DEFAULT_GRID_PIXELS): CaptureGrid {
  if (!(canvasWidth > 0) || !(canvasHeight > 0)) {
    throw new SgapsError('ARGUMENT_INVALID', `A canvas of ${canvasWidth}×${canvasHeight} has no picture to sample.`);
  }
  const scale = Math.min(
    1,
    Math.sqrt(pixels / (canvasWidth * canvasHeight)),
    LIMITS.gridWidth / canvasWidth,
    LIMITS.gridHeight / canvasHeight,
  );
  const even = (side: number, most: number) => Math.min(most, Math.max(LIMITS.gridMin, 2 * Math.round((side * scale) / 2)));
  return { width: even(canvasWidth, LIMITS.gridWidth), height: even(canvasHeight, LIMITS.gridHeight) };
}
