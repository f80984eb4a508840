import { isSgapsError } from '@sgaps/protocol';
import { GaussianRenderer } from '../gpu/GaussianRenderer.js';
import { openGpu } from '../gpu/openGpu.js';
import { ReferenceRenderer } from './ReferenceRenderer.js';
import type { SplatRenderer } from './SplatRenderer.js';

/**
 * Options of `openSplatRenderer`.
 *
 * @example
 * ```ts
 * const options: SplatRendererOptions = { on: 'cpu' };
 * ```
 */
export interface SplatRendererOptions {
  /** `webgpu`: a GPU, or what takes its place; `cpu`: none. Default `auto`: a GPU where there is one. */
  readonly on?: 'auto' | 'webgpu' | 'cpu';
}

/**
 * What draws splats fastest on this machine. A "GPU" that computes on the CPU is not: there the reference renderer takes a tenth of its time.
 *
 * @throws SgapsError `PROVIDER_UNAVAILABLE` where `webgpu` was asked for and there is none.
 * @example
 * ```ts
 * const renderer = await openSplatRenderer();
 * console.log(renderer.adapter);
 * ```
 */
export async function openSplatRenderer({ on = 'auto' }: SplatRendererOptions = {}): Promise<SplatRenderer> {
  if (on === 'cpu') return new ReferenceRenderer();
  try {
    if (on === 'webgpu' || !(await openGpu()).software) return await GaussianRenderer.open();
  } catch (error) {
    if (on === 'webgpu' || !isSgapsError(error) || error.code !== 'PROVIDER_UNAVAILABLE') throw error;
  }
  return new ReferenceRenderer();
}
