import type { Scene } from '@babylonjs/core/scene.js';
import type { GameOptions } from '../../shared/gameOptions.js';

/**
 * The place where the game gets its recorder, and nothing else does: `scene` is ready to be drawn, and no frame has been yet.
 * With `?record=0` the game runs as it would without SGAPS.
 */
export function startRecording(scene: Scene, options: GameOptions): void {
  if (!options.record) return;
  scene.metadata = { ...scene.metadata, game: 'babylon-arena', endpoint: options.endpoint };
}
