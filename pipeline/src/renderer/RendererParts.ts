import type { PictureEncoder } from '../encode/PictureEncoder.js';
import type { SceneRenderer } from '../scene/SceneRenderer.js';

/**
 * Where a renderer service gets scenes and encoders from, by name.
 *
 * @example
 * ```ts
 * const parts: RendererParts = { encoders: ['raw'], scene: () => ({ scene: new Grey(), argument: '' }), encoder: () => new RawEncoder() };
 * ```
 */
export interface RendererParts {
  /** Names of the encoders there are. */
  readonly encoders: readonly string[];
  /** @throws SgapsError `NOT_FOUND` for a name that nobody registered. */
  scene(name: string): { readonly scene: SceneRenderer; readonly argument: string };
  /** @throws SgapsError `NOT_FOUND` for a name that nobody registered. */
  encoder(name: string): PictureEncoder;
}
