// Depth beside colour needs Babylon's depth renderer in the bundle.
import '@babylonjs/core/Rendering/depthRendererSceneComponent.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { SgapsRecorder, type SgapsRecorderOptions } from '@sgaps/babylon';
import type { GameOptions } from '../../shared/gameOptions.js';

declare global {
  interface Window {
    /** Put there by `npm run demo`, which compares what is rebuilt with the true pictures. */
    sgapsTruth?: SgapsRecorderOptions['onTruth'];
    /** The recorder, for `npm run demo` and the curious. */
    sgapsRecording?: SgapsRecorder;
  }
}

/** Numbers that the player's page draws over time: km/h, the lap, and the place in the field. */
export interface GameFigures {
  readonly speed: number;
  readonly lap: number;
  readonly position: number;
}

/**
 * All it takes to have the game recorded. `scene` is ready to be drawn, and no frame has been yet. With `?record=0` the game
 * runs as it would without SGAPS.
 */
export function startRecording(
  scene: Scene,
  { record, endpoint, micros, depth }: GameOptions,
  figures: () => GameFigures,
): SgapsRecorder | undefined {
  if (!record) return undefined;
  const onTruth = window.sgapsTruth;
  const read = (name: keyof GameFigures) => ({ type: 'int' as const, read: () => figures()[name] });
  const values = { speed: read('speed'), lap: read('lap'), position: read('position') };
  window.sgapsRecording = new SgapsRecorder(scene, { endpoint, game: 'babylon-racer', micros, depth, values, onTruth });
  return window.sgapsRecording;
}
