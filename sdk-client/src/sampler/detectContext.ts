import { createReadingCanvas } from './readingCanvas.js';
import type { WebGpuDevice, WebGpuTexture } from './webGpu.js';

/** Side of the picture that is looked at to see whether a canvas shows anything. */
const GLANCE = 32;
const COPY_SOURCE = 1;

/**
 * What a canvas is drawn with, as far as it can be told without changing it.
 *
 * @example
 * ```ts
 * const drawn: DrawnWith = detectContext(canvas);
 * ```
 */
type DrawnWith =
  | { readonly with: 'webgl2'; readonly gl: WebGL2RenderingContext }
  | { readonly with: 'webgpu'; readonly device: WebGpuDevice; readonly format: string; readonly texture: () => WebGpuTexture }
  /** Anything else; `said` begins the sentence that says why. */
  | { readonly with: 'other'; readonly said: string };

interface WebGpuContext {
  getConfiguration?(): { device: WebGpuDevice; format: string; usage: number } | null;
  getCurrentTexture(): WebGpuTexture;
}

/**
 * Learns what a canvas is drawn with. `getContext` tells, but makes a context on a canvas that has none: so it is only asked
 * where something is to be seen, which proves that there is one. In the task in which the game has drawn, that is every game
 * that draws anything opaque; later a WebGL or WebGPU canvas may look empty. One small read-back, milliseconds, once.
 *
 * @example
 * ```ts
 * if (detectContext(canvas).with === 'webgl2') console.log('The game is on WebGL2');
 * ```
 */
export function detectContext(canvas: HTMLCanvasElement | OffscreenCanvas): DrawnWith {
  try {
    if (!showsSomething(canvas)) return { with: 'other', said: 'The canvas shows nothing yet, so it is not asked what it is' };
    const gl = canvas.getContext('webgl2') as WebGL2RenderingContext | null;
    if (gl) return { with: 'webgl2', gl };
    const gpu = canvas.getContext('webgpu' as 'webgl2') as unknown as WebGpuContext | null;
    if (gpu) return webGpuOf(gpu);
    if (canvas.getContext('webgl')) return { with: 'other', said: 'The canvas is WebGL1' };
    if (canvas.getContext('2d')) return { with: 'other', said: 'The canvas is 2D' };
    return { with: 'other', said: 'The canvas is neither WebGL2 nor WebGPU' };
  } catch (cause) {
    // Drawn by another thread, or with pictures from elsewhere.
    const reason = cause instanceof Error ? cause.name : String(cause);
    return { with: 'other', said: `The canvas does not tell what it is (${reason})` };
  }
}

function webGpuOf(context: WebGpuContext): DrawnWith {
  const configuration = context.getConfiguration?.();
  if (!configuration) return { with: 'other', said: 'The canvas is WebGPU, but this browser does not tell on which device' };
  const { device, format, usage } = configuration;
  if ((usage & COPY_SOURCE) === 0) return { with: 'other', said: 'The canvas is WebGPU without COPY_SRC in its usage' };
  return { with: 'webgpu', device, format, texture: () => context.getCurrentTexture() };
}

function showsSomething(canvas: HTMLCanvasElement | OffscreenCanvas): boolean {
  const { context } = createReadingCanvas(GLANCE, GLANCE, true, true);
  context.imageSmoothingQuality = 'medium';
  context.drawImage(canvas, 0, 0, GLANCE, GLANCE);
  const { data } = context.getImageData(0, 0, GLANCE, GLANCE);
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) return true;
  return false;
}
