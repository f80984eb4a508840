import { SIZE } from '../Stage.js';
import { pace, type RunningVariant, type VariantContext } from './RunningVariant.js';

/**
 * Whole frames with `gl.readPixels`, read and thrown away.
 *
 * @example
 * ```ts
 * const running = startReadPixels(context);
 * ```
 */
export function startReadPixels({ stage, fps }: VariantContext): RunningVariant {
  const { gl } = stage;
  if (!gl) throw new Error('gl.readPixels needs WebGL.');
  const isDue = pace(fps);
  const pixels = new Uint8Array(4 * SIZE.width * SIZE.height);
  let taken = 0;
  return {
    end: () => {
      if (!isDue()) return;
      const bound = gl.getParameter(gl.READ_FRAMEBUFFER_BINDING) as WebGLFramebuffer | null;
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
      gl.readPixels(0, 0, SIZE.width, SIZE.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, bound);
      taken++;
    },
    counts: () => ({ taken, lost: 0, bytes: 0 }),
    stop: () => undefined,
  };
}

/**
 * Whole frames drawn on a 2D canvas made for reading, and read from there; thrown away.
 *
 * @example
 * ```ts
 * const running = startGetImageData(context);
 * ```
 */
export function startGetImageData({ stage, fps }: VariantContext): RunningVariant {
  const isDue = pace(fps);
  const copy = document.createElement('canvas');
  copy.width = SIZE.width;
  copy.height = SIZE.height;
  const context = copy.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new Error('This browser gives no 2D canvas.');
  let taken = 0;
  return {
    end: () => {
      if (!isDue()) return;
      context.drawImage(stage.canvas, 0, 0);
      context.getImageData(0, 0, SIZE.width, SIZE.height);
      taken++;
    },
    counts: () => ({ taken, lost: 0, bytes: 0 }),
    stop: () => {
      copy.width = copy.height = 0;
    },
  };
}
