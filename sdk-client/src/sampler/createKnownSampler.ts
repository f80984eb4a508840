import type { CaptureGrid } from '@sgaps/protocol';
import { isSgapsError, SgapsError } from '@sgaps/protocol/vocabulary';
import type { Sampler, SamplerKind } from './Sampler.js';
import type { WebGL2SamplerOptions } from './WebGL2SamplerOptions.js';
import type { WebGpuSamplerOptions } from './WebGpuSampler.js';
import type { WorkerSampler, WorkerSamplerOptions } from './WorkerSampler.js';

/**
 * A canvas of which the caller knows what it is drawn with: the WebGL2 context, or for anything else the canvas and `said`, which
 * begins the sentence that tells why it is sampled as it is.
 *
 * @example
 * ```ts
 * const source: KnownSource = { canvas: game.canvas, said: 'The canvas is WebGL1' };
 * ```
 */
export type KnownSource =
  | WebGL2RenderingContext
  | { readonly canvas: HTMLCanvasElement | OffscreenCanvas; readonly said: string };

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

/** One way to sample, to be tried. */
export interface Attempt {
  readonly kind: SamplerKind;
  /** Ends the sentence. */
  readonly how: string;
  /** Loads the sampler's code, too: of four kinds a page needs one. */
  readonly make: () => Promise<Sampler>;
}

/**
 * What `createSampler` does, for an engine that tells what it draws with: nothing is found out, and the code for that is not loaded.
 *
 * Throws as `createSampler` does.
 *
 * @example
 * ```ts
 * const { sampler } = await createKnownSampler(renderer.gl, { grid: { width: 320, height: 180 } });
 * ```
 */
export function createKnownSampler(source: KnownSource, options: SamplerOptions): Promise<ChosenSampler> {
  return 'drawingBufferWidth' in source
    ? trySamplers('The canvas is WebGL2', [gatherAttempt(source, options), ...pictureAttempts(source.canvas, options)], options)
    : trySamplers(source.said, pictureAttempts(source.canvas, options), options);
}

/** The first that works. `said` begins the sentence that says why it is that one. */
export async function trySamplers(
  said: string,
  attempts: readonly Attempt[],
  { prefer }: SamplerOptions,
): Promise<ChosenSampler> {
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

/** What every sampler takes. */
export function baseOptions({ grid, batch }: SamplerOptions): { readonly grid: CaptureGrid; readonly batch?: number } {
  return { grid, ...(batch === undefined ? {} : { batch }) };
}

function gatherAttempt(gl: WebGL2RenderingContext, options: SamplerOptions): Attempt {
  return {
    kind: 'webgl2',
    how: "samples are gathered on the game's own context",
    make: async () => {
      const wanted = options.truth || options.webgl2?.depthTexture;
      const [{ WebGL2Sampler }, extras] = await Promise.all([
        import('./WebGL2Sampler.js'),
        wanted ? import('./webgl2Extras.js') : null,
      ]);
      const made = { ...baseOptions(options), ...options.webgl2, ...(extras ? { extras: extras.WEBGL2_EXTRAS } : {}) };
      return new WebGL2Sampler(gl, made);
    },
  };
}

/** The ways that work on any canvas. */
export function pictureAttempts(canvas: HTMLCanvasElement | OffscreenCanvas, options: SamplerOptions): Attempt[] {
  const { createWorker } = options;
  return [
    {
      kind: 'worker',
      how: 'its frames go to a worker as pictures',
      make: () => makeWorkerSampler(canvas, { ...baseOptions(options), ...(createWorker ? { createWorker } : {}) }),
    },
    {
      kind: 'canvas2d',
      how: 'the browser scales its frames down',
      make: async () => {
        const { Canvas2dSampler } = await import('./Canvas2dSampler.js');
        return new Canvas2dSampler(canvas, baseOptions(options));
      },
    },
  ];
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
