import type { Camera } from '@babylonjs/core/Cameras/camera.js';
import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import type { DepthRenderer } from '@babylonjs/core/Rendering/depthRenderer.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { SgapsRecorder } from '@sgaps/babylon';
import type { PageGame } from './PageGame.js';

/** What the Babylon sample games leave on the page. */
export interface BabylonPage {
  readonly canvas: HTMLCanvasElement;
  readonly engine: AbstractEngine;
  readonly scene: Scene;
}

/** There when the game imports Babylon's depth renderer; ours would bring shaders that the game's engine does not know. */
interface DepthScene {
  enableDepthRenderer?(
    camera: Camera | null,
    storeNonLinearDepth: boolean,
    force32bitsFloat: boolean,
    samplingMode: number,
    storeCameraSpaceZ: boolean,
  ): DepthRenderer;
}

/** `Texture.NEAREST_SAMPLINGMODE`. */
const NEAREST = 1;

/**
 * A Babylon game on the capturing page, drawn with WebGL2. It has depth where the game imports
 * `@babylonjs/core/Rendering/depthRendererSceneComponent.js`.
 *
 * @example
 * ```ts
 * const game = babylonGame(window.sgapsGame);
 * ```
 */
export function babylonGame({ canvas, engine, scene }: BabylonPage): PageGame {
  let recorder: SgapsRecorder | undefined;
  let renderer: DepthRenderer | undefined;
  return {
    engine: 'babylon',
    canvas,
    get gl() {
      const { _gl: gl } = engine as unknown as { readonly _gl?: unknown };
      if (!(gl instanceof WebGL2RenderingContext)) throw new Error('The game does not draw with WebGL2.');
      return gl;
    },
    async record(grid, connect) {
      recorder = new SgapsRecorder(scene, { game: 'clip', fps: 240, batch: 1, grid, connect, autoStart: false });
      await recorder.start();
      if (!recorder.recorder) throw new Error('The plugin does not record this game.');
      renderer = (scene as DepthScene).enableDepthRenderer?.(scene.activeCamera, false, true, NEAREST, true);
    },
    stop: () => void recorder?.stop(),
    depth() {
      const map = renderer?.getDepthMap();
      const texture = map?.getInternalTexture()?._hardwareTexture?.underlyingResource as WebGLTexture | null | undefined;
      return map && texture ? { texture, width: map.getRenderWidth(), height: map.getRenderHeight() } : null;
    },
  };
}
