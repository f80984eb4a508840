import type { CaptureGrid } from '@sgaps/protocol';
import type { DepthTexture } from './DepthGather.js';
import type { WebGL2Extras } from './webgl2Extras.js';

/**
 * Options of `WebGL2Sampler`.
 *
 * @example
 * ```ts
 * const options: WebGL2SamplerOptions = { grid: { width: 320, height: 180 }, batch: 4 };
 * ```
 */
export interface WebGL2SamplerOptions {
  readonly grid: CaptureGrid;
  /** Frames read back together, 1 … 16. More costs less main thread and adds latency. Default 4; up to twice that while the GPU is behind. */
  readonly batch?: number;
  /**
   * The engine's depth texture of the frame just drawn (R32F, camera-space z), or null when there is none for it: asked at every
   * sampled frame. Then frames carry depth codes (`codeToDepth`), of points from the texel in the middle of the grid pixel.
   */
  readonly depthTexture?: () => DepthTexture | null;
  /** What depth and `readTruth` need: `WEBGL2_EXTRAS`. Without it there is neither. */
  readonly extras?: WebGL2Extras;
}
