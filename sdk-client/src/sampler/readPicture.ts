import { type CaptureGrid, SgapsError } from '@sgaps/protocol';
import { AreaGather } from './areaSample.js';
import { MASK_LEVEL, type MaskRect } from './Sampler.js';

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

/**
 * Draws a whole picture over black, without filtering, then the masks over it.
 *
 * @example
 * ```ts
 * drawPicture(reading, game.canvas, 1280, 720, []);
 * ```
 */
export function drawPicture(
  { canvas, context }: ReadingCanvas,
  picture: CanvasImageSource,
  width: number,
  height: number,
  masks: readonly MaskRect[],
): void {
  // Setting a size, even the same, clears to black.
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  } else {
    context.fillStyle = '#000';
    context.fillRect(0, 0, width, height);
  }
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, width, height);
  context.fillStyle = `rgb(${MASK_LEVEL},${MASK_LEVEL},${MASK_LEVEL})`;
  for (const mask of masks) context.fillRect(mask.x, mask.y, mask.width, mask.height);
}

/**
 * The grid picture of what a canvas shows over black (3 × width × height bytes, top row first). Blocks: debugging and benches only.
 *
 * @example
 * ```ts
 * const truth = readCanvas(canvas, { width: 320, height: 180 });
 * ```
 */
export function readCanvas(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  grid: CaptureGrid,
  out?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const { width, height } = canvas;
  const reading = createReadingCanvas(width, height, true);
  drawPicture(reading, canvas, width, height, []);
  return new AreaGather(width, height, grid, true).picture(reading.context.getImageData(0, 0, width, height).data, out);
}
