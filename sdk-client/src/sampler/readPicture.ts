import type { CaptureGrid } from '@sgaps/protocol';
import { AreaGather } from './areaSample.js';
import { createReadingCanvas, type ReadingCanvas } from './readingCanvas.js';
import { MASK_LEVEL, type MaskRect } from './Sampler.js';

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
