import type { PlacedObject } from './PlacedObject.js';
import type { ScrollLayer } from './ScrollLayer.js';

/**
 * What lies on the screen in one frame: everything a sample of it may be of.
 *
 * @example
 * ```ts
 * const scene: Scene = { frame: 12, layers: [screen, world], objects: [], hasScenery: false };
 * ```
 */
export interface Scene {
  readonly frame: number;
  /** Scroll layers in sight, placed, the dominant one first. */
  readonly layers: readonly ScrollLayer[];
  /** Tracked objects, back to front. */
  readonly objects: readonly PlacedObject[];
  /** Some of the objects are scenery. */
  readonly hasScenery: boolean;
}
