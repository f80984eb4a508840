import type { Camera } from '@babylonjs/core/Cameras/camera.js';
import type { Scene } from '@babylonjs/core/scene.js';
import type { FrameStateBuffer } from '@sgaps/client';
import type { CaptureGrid } from '@sgaps/protocol';
import { LIMITS } from '@sgaps/protocol/vocabulary';

/** The matrices a camera last drew with. Its getters would work them out anew once the game has moved it on. */
interface CameraInside {
  readonly _computedViewMatrix?: { readonly m: ArrayLike<number> };
  readonly _projectionMatrix?: { readonly m: ArrayLike<number> };
}

/** Scenes drawn by a frame graph have no active camera. */
interface GraphShape {
  readonly frameGraph?: { findMainCamera?(): Camera | null } | null;
}

/**
 * Finds the cameras that drew the frame on the canvas, in draw order, and reports their matrices and viewports.
 *
 * @example
 * ```ts
 * const cameras = new CameraReader(scene);
 * cameras.read(grid, state);
 * ```
 */
export class CameraReader {
  /** Cameras of the last `find`. */
  readonly drawn: Camera[] = [];
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** The cameras of this frame, at most `LIMITS.cameras`; those of a rig in its place, none that draws to a texture. */
  find(): readonly Camera[] {
    const { activeCameras, activeCamera } = this.#scene;
    this.drawn.length = 0;
    if (activeCameras && activeCameras.length > 0) {
      for (let i = 0; i < activeCameras.length; i++) this.#add(activeCameras[i]);
    } else {
      this.#add(activeCamera ?? (this.#scene as GraphShape).frameGraph?.findMainCamera?.() ?? null);
    }
    return this.drawn;
  }

  /** Writes the cameras of this frame to `out`; viewports in whole grid pixels from the top left. */
  read(grid: CaptureGrid, out: FrameStateBuffer): void {
    for (const camera of this.find()) {
      const { x, y, width, height } = camera.viewport;
      const inside = camera as unknown as CameraInside;
      const state = out.addCamera3d();
      state.id = camera.uniqueId;
      state.view.set((inside._computedViewMatrix ?? camera.getViewMatrix()).m);
      state.projection.set((inside._projectionMatrix ?? camera.getProjectionMatrix()).m);
      state.x = Math.round(x * grid.width);
      state.y = Math.round((1 - y - height) * grid.height);
      state.width = Math.round((x + width) * grid.width) - state.x;
      state.height = Math.round((1 - y) * grid.height) - state.y;
    }
  }

  #add(camera: Camera | null): void {
    if (!camera || camera.outputRenderTarget) return;
    const rig = camera.rigCameras;
    if (rig && rig.length > 0) for (let i = 0; i < rig.length; i++) this.#add(rig[i]);
    else if (this.drawn.length < LIMITS.cameras) this.drawn.push(camera);
  }
}
