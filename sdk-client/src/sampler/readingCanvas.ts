import { SgapsError } from '@sgaps/protocol/vocabulary';

/**
 * A canvas on which pictures are drawn to read them: without alpha it holds what was drawn over black.
 *
 * @example
 * ```ts
 * const reading: ReadingCanvas = createReadingCanvas(320, 180, true);
 * ```
 */
export interface ReadingCanvas {
  readonly canvas: OffscreenCanvas | HTMLCanvasElement;
  readonly context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;
}

/**
 * A new 2D canvas off the page, without alpha unless told otherwise. `readOften` keeps it in main memory, where reading it is cheap. Throws
 * `UNSUPPORTED` where there is none.
 *
 * @example
 * ```ts
 * const { canvas, context } = createReadingCanvas(320, 180, true);
 * ```
 */
export function createReadingCanvas(width: number, height: number, readOften: boolean, alpha = false): ReadingCanvas {
  const options = { alpha, willReadFrequently: readOften };
  if (typeof OffscreenCanvas === 'function') {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', options);
    if (context) return { canvas, context };
  } else if (typeof document === 'object') {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d', options) as CanvasRenderingContext2D | null;
    if (context) return { canvas, context };
  }
  throw new SgapsError('UNSUPPORTED', 'This browser gives no 2D canvas to read pictures with.');
}
