import {
  type Attempt,
  baseOptions,
  type ChosenSampler,
  createKnownSampler,
  pictureAttempts,
  type SamplerOptions,
  trySamplers,
} from './createKnownSampler.js';
import { detectContext } from './detectContext.js';
import type { WebGpuSource } from './webGpu.js';

/**
 * What `createSampler` can sample: a context or a device where the caller knows it, else the canvas.
 *
 * @example
 * ```ts
 * const source: SamplerSource = renderer.gl;
 * ```
 */
export type SamplerSource = HTMLCanvasElement | OffscreenCanvas | WebGL2RenderingContext | WebGpuSource;

/**
 * The best sampler for a game: `webgl2`, else `webgpu`, else `worker`, else `canvas2d`. One that does not work here is passed over,
 * and `why` says so.
 *
 * A bare canvas is looked at during this call: make it in the task in which the game has drawn. A canvas on which nothing is to be
 * seen is never asked for a context, since that would make one and break the game (`detectContext`): it is sampled in a
 * worker, which needs none. Pass the context or device itself where you know it.
 *
 * Throws what the constructors throw: `ARGUMENT_INVALID` or `LIMIT_EXCEEDED` for a bad grid or batch; `UNSUPPORTED` when `prefer`, or
 * any at all, is not to be had.
 *
 * @example
 * ```ts
 * const { sampler, why } = await createSampler(game.canvas, { grid: { width: 320, height: 180 } });
 * console.log(why); // The canvas is WebGL1: its frames go to a worker as pictures.
 * ```
 */
export async function createSampler(source: SamplerSource, options: SamplerOptions): Promise<ChosenSampler> {
  if ('device' in source) return onDevice('The game is on WebGPU', source, source.canvas, options);
  if ('drawingBufferWidth' in source) return createKnownSampler(source, options);
  const drawn = detectContext(source);
  if (drawn.with === 'webgl2') return createKnownSampler(drawn.gl, options);
  if (drawn.with === 'webgpu') return onDevice('The canvas is WebGPU', drawn, source, options);
  return createKnownSampler({ canvas: source, said: drawn.said }, options);
}

function onDevice(
  said: string,
  gpu: WebGpuSource,
  canvas: HTMLCanvasElement | OffscreenCanvas | undefined,
  options: SamplerOptions,
): Promise<ChosenSampler> {
  const compute: Attempt = {
    kind: 'webgpu',
    how: "samples are gathered on the game's own device",
    make: async () => {
      const { WebGpuSampler } = await import('./WebGpuSampler.js');
      const sampler = new WebGpuSampler(gpu, { ...baseOptions(options), ...options.webgpu });
      try {
        await sampler.whenIdle();
      } catch (cause) {
        sampler.dispose();
        throw cause;
      }
      return sampler;
    },
  };
  return trySamplers(said, [compute, ...(canvas ? pictureAttempts(canvas, options) : [])], options);
}
