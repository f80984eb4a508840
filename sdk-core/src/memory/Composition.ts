import type { CaptureGrid } from '@sgaps/protocol';

/**
 * Everything memory says about one frame, as arrays over the grid, row by row from the top left; buffers are reused.
 *
 * @example
 * ```ts
 * const known = composition.confidence.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
 * ```
 */
export interface Composition {
  /** 8-bit RGB, 3 × W × H. */
  readonly rgb: Uint8ClampedArray;
  /** 0 unknown … 255 certain. */
  readonly confidence: Uint8Array;
  /** Frames since the content was last looked at, at most 255. */
  readonly age: Uint8Array;
  /** What the layer shown there has earned; a layer drawn over it must have earned more. Very low where something veils it. */
  readonly score: Int16Array;
}

/**
 * An empty composition over a grid.
 *
 * @example
 * ```ts
 * const composition = createComposition({ width: 320, height: 180 });
 * ```
 */
export function createComposition(grid: CaptureGrid): Composition {
  const pixels = grid.width * grid.height;
  return {
    rgb: new Uint8ClampedArray(3 * pixels),
    confidence: new Uint8Array(pixels),
    age: new Uint8Array(pixels),
    score: new Int16Array(pixels),
  };
}

/**
 * How much of a picture is drawn.
 *
 * @example
 * ```ts
 * memory.compose(state, composition, { resampled: false, rowStep: 2, firstRow: 0 });
 * ```
 */
export interface DrawDetail {
  /** Between pixels: resample (a picture for people), or take the nearest cell (a plan). */
  readonly resampled: boolean;
  /** Draw every row (1) or every second (2); the others are left unknown. */
  readonly rowStep: 1 | 2;
  /** First row drawn, below `rowStep`. */
  readonly firstRow: 0 | 1;
}

/** Every row, at sub-pixel phase. */
export const FULL_DETAIL: DrawDetail = { resampled: true, rowStep: 1, firstRow: 0 };
