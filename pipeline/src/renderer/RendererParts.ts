import type { PictureEncoder } from '../encode/PictureEncoder.js';
import { createEncoder, encoderNames } from '../encode/registry.js';
import { createScene } from '../scene/registry.js';
import type { SceneRenderer } from '../scene/SceneRenderer.js';

/**
 * Where a renderer service gets scenes and encoders from, by name.
 *
 * @example
 * ```ts
 * const parts: RendererParts = { ...registeredParts(), encoder: (name) => createEncoder(name, { quality: 75 }) };
 * ```
 */
export interface RendererParts {
  /** Names of the encoders there are. */
  readonly encoders: readonly string[];
  /** @throws SgapsError `NOT_FOUND` for a name that nobody registered. */
  scene(name: string): Promise<{ readonly scene: SceneRenderer; readonly argument: string }>;
  /** @throws SgapsError `NOT_FOUND` for a name that nobody registered. */
  encoder(name: string): Promise<PictureEncoder>;
}

/**
 * All that is registered in this process.
 *
 * @example
 * ```ts
 * RendererService.start({ sockets, scenes: ['replay'], parts: registeredParts() });
 * ```
 */
export function registeredParts(): RendererParts {
  return { encoders: encoderNames(), scene: (name) => createScene(name), encoder: (name) => createEncoder(name) };
}
