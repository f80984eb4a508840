import type { CaptureGrid } from '@sgaps/protocol';
import { isSgapsError, SgapsError } from '@sgaps/protocol/vocabulary';
import { detectContext } from './detectContext.js';
import type { Sampler, SamplerKind } from './Sampler.js';
import type { WebGL2SamplerOptions } from './WebGL2SamplerOptions.js';
import type { WebGpuSamplerOptions } from './WebGpuSampler.js';
import type { WorkerSampler, WorkerSamplerOptions } from './WorkerSampler.js';
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
 * Options of `createSampler`.
 *
 * @example
 * ```ts
 * const options: SamplerOptions = { grid: { width: 320, height: 180 }, batch: 4, prefer: 'worker' };
 * ```
 */
export interface SamplerOptions {
  readonly grid: CaptureGrid;
  /** Frames read back together, 1 … 16. Default 4. */
  readonly batch?: number;
  /** Only this one: where it does not work, that is thrown instead of trying the next. */
  readonly prefer?: SamplerKind;
  /** Makes the worker of `WorkerSampler`, where the page's own bundling needs it. */
  readonly createWorker?: () => Worker;
  /** `readTruth` must work: for benches and debugging. */
  readonly truth?: boolean;
  /** Depth beside colour, where the game is on WebGL2. */
  readonly webgl2?: Pick<WebGL2SamplerOptions, 'depthTexture'>;
  /** Depth beside colour, where the game is on WebGPU. */
  readonly webgpu?: Pick<WebGpuSamplerOptions, 'depthTexture' | 'depthBottomFirst'>;
}

/**
 * A sampler and, in one sentence, why it is this one.
 *
 * @example
 * ```ts
 * const { sampler, why }: ChosenSampler = await createSampler(canvas, { grid });
 * ```
 */
export interface ChosenSampler {
  readonly sampler: Sampler;
  readonly why: string;
}

interface Attempt {
  readonly kind: SamplerKind;
  /** Ends the sentence. */
  readonly how: string;
  /** Loads the sampler's code, too: of four kinds a page needs one. */
  readonly make: () => Promise<Sampler>;
}

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
  const { prefer } = options;
  const { said, attempts } = attemptsOf(source, options);
  let reason = said;
  for (const { kind, how, make } of attempts) {
    if (prefer && prefer !== kind) continue;
    try {
      const sampler = await make();
      return { sampler, why: prefer ? `'${kind}' was asked for: ${how}.` : `${reason}: ${how}.` };
    } catch (cause) {
      const passesOver = !prefer && isSgapsError(cause) && cause.code === 'UNSUPPORTED';
      if (!passesOver) throw cause;
      reason += `, and '${kind}' does not work here (${cause.message.replace(/\.$/, '')})`;
    }
  }
  throw new SgapsError(
    'UNSUPPORTED',
    prefer ? `'${prefer}' cannot sample this: ${said}.` : `Nothing can sample this: ${reason}.`,
  );
}

function attemptsOf(source: SamplerSource, options: SamplerOptions): { said: string; attempts: Attempt[] } {
  const base = { grid: options.grid, ...(options.batch === undefined ? {} : { batch: options.batch }) };
  const gather = (gl: WebGL2RenderingContext): Attempt => ({
    kind: 'webgl2',
    how: "samples are gathered on the game's own context",
    make: async () => {
      const wanted = options.truth || options.webgl2?.depthTexture;
      const [{ WebGL2Sampler }, extras] = await Promise.all([
        import('./WebGL2Sampler.js'),
        wanted ? import('./webgl2Extras.js') : null,
      ]);
      return new WebGL2Sampler(gl, { ...base, ...options.webgl2, ...(extras ? { extras: extras.WEBGL2_EXTRAS } : {}) });
    },
  });
  const compute = (gpu: WebGpuSource): Attempt => ({
    kind: 'webgpu',
    how: "samples are gathered on the game's own device",
    make: async () => {
      const { WebGpuSampler } = await import('./WebGpuSampler.js');
      const sampler = new WebGpuSampler(gpu, { ...base, ...options.webgpu });
      try {
        await sampler.whenIdle();
      } catch (cause) {
        sampler.dispose();
        throw cause;
      }
      return sampler;
    },
  });
  const pictures = (canvas: HTMLCanvasElement | OffscreenCanvas): Attempt[] => [
    {
      kind: 'worker',
      how: 'its frames go to a worker as pictures',
      make: () => makeWorkerSampler(canvas, { ...base, ...(options.createWorker ? { createWorker: options.createWorker } : {}) }),
    },
    {
      kind: 'canvas2d',
      how: 'the browser scales its frames down',
      make: async () => {
        const { Canvas2dSampler } = await import('./Canvas2dSampler.js');
        return new Canvas2dSampler(canvas, base);
      },
    },
  ];
  if ('device' in source) {
    const others = source.canvas ? pictures(source.canvas) : [];
    return { said: 'The game is on WebGPU', attempts: [compute(source), ...others] };
  }
  if ('drawingBufferWidth' in source) {
    return { said: 'The canvas is WebGL2', attempts: [gather(source), ...pictures(source.canvas)] };
  }
  const drawn = detectContext(source);
  if (drawn.with === 'webgl2') {
    return { said: 'The canvas is WebGL2', attempts: [gather(drawn.gl), ...pictures(source)] };
  }
  if (drawn.with === 'webgpu') {
    return { said: 'The canvas is WebGPU', attempts: [compute(drawn), ...pictures(source)] };
  }
  return { said: drawn.said, attempts: pictures(source) };
}

async function makeWorkerSampler(
  canvas: HTMLCanvasElement | OffscreenCanvas,
  options: WorkerSamplerOptions,
): Promise<WorkerSampler> {
  if (typeof Worker !== 'function') throw new SgapsError('UNSUPPORTED', 'This page has no workers.');
  const module = await import('./WorkerSampler.js');
  let sampler: WorkerSampler;
  try {
    sampler = new module.WorkerSampler(canvas, options);
  } catch (cause) {
    if (isSgapsError(cause)) throw cause;
    // A page's policy may forbid the script.
    throw new SgapsError('UNSUPPORTED', cause instanceof Error ? cause.message : String(cause), { cause });
  }
  await sampler.ready;
  return sampler;
}
