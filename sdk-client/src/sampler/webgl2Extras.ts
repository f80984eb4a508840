import { areaPicture } from './areaSample.js';
import { DepthGather } from './DepthGather.js';
import { readBack } from './readBack.js';

/**
 * What only some recordings need of `WebGL2Sampler`, apart so that the others need not load it: depth beside colour, and true
 * pictures for benches.
 *
 * @example
 * ```ts
 * const sampler = new WebGL2Sampler(gl, { grid, depthTexture, extras: WEBGL2_EXTRAS });
 * ```
 */
export interface WebGL2Extras {
  readonly DepthGather: typeof DepthGather;
  readonly areaPicture: typeof areaPicture;
  readonly readBack: typeof readBack;
}

/**
 * All of `WebGL2Extras`.
 *
 * @example
 * ```ts
 * const truth = new WebGL2Sampler(gl, { grid, extras: WEBGL2_EXTRAS }).readTruth();
 * ```
 */
export const WEBGL2_EXTRAS: WebGL2Extras = { DepthGather, areaPicture, readBack };
