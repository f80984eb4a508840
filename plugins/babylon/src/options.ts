import type { RecordingOptions } from '@sgaps/client';

/**
 * Options of `SgapsRecorder`: those of every recording, and what only a 3D engine has.
 *
 * @example
 * ```ts
 * const options: SgapsRecorderOptions = { endpoint: 'ws://localhost:2567', game: 'arena', depth: true };
 * ```
 */
export interface SgapsRecorderOptions extends RecordingOptions {
  /**
   * Records the distance of what points show, beside their colour. Babylon then draws the opaque meshes twice. Default false.
   * Needs one camera over the whole canvas, a left-handed scene, and in the game
   * `import '@babylonjs/core/Rendering/depthRendererSceneComponent.js'`.
   */
  readonly depth?: boolean;
}
