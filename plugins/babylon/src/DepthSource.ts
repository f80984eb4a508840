import type { Camera } from '@babylonjs/core/Cameras/camera.js';
import type { DepthRenderer } from '@babylonjs/core/Rendering/depthRenderer.js';
import type { Scene } from '@babylonjs/core/scene.js';
import type { CameraReader } from './CameraReader.js';

/** `Texture.NEAREST_SAMPLINGMODE`. */
const NEAREST = 1;

/** What the depth renderer's module adds to the scene. */
interface DepthScene {
  readonly _depthRenderer?: Readonly<Record<string, DepthRenderer>>;
  enableDepthRenderer?(
    camera: Camera,
    storeNonLinearDepth: boolean,
    force32bitsFloat: boolean,
    samplingMode: number,
    storeCameraSpaceZ: boolean,
  ): DepthRenderer | undefined;
}

interface RendererInside {
  readonly _storeCameraSpaceZ?: boolean;
}

/** A depth texture as the samplers take it. */
export interface DepthMap {
  readonly texture: object;
  readonly width: number;
  readonly height: number;
}

/**
 * Camera-space depth of the frames, from Babylon's own depth renderer, which draws the opaque meshes a second time. There is
 * depth while exactly one camera draws, over the whole canvas; the renderer follows camera and canvas size, and is made when
 * depth is first asked for. A depth renderer of the game's own serves if it stores camera-space z, and is never disposed here.
 *
 * @example
 * ```ts
 * const depth = new DepthSource(scene, cameras, (why) => console.warn(why));
 * const map = depth.map(); // null until the renderer has drawn
 * ```
 */
export class DepthSource {
  readonly #scene: Scene;
  readonly #cameras: CameraReader;
  readonly #tell: (message: string) => void;
  #renderer: DepthRenderer | null = null;
  #camera: Camera | null = null;
  #own = false;
  #drawn = false;
  #off = false;

  constructor(scene: Scene, cameras: CameraReader, tell: (message: string) => void) {
    this.#scene = scene;
    this.#cameras = cameras;
    this.#tell = tell;
  }

  /** The depth of the frame just drawn, or `null` where there is none. Call after `CameraReader.find`. */
  map(): DepthMap | null {
    if (this.#off) return null;
    const { drawn } = this.#cameras;
    const camera = drawn.length === 1 && isWhole(drawn[0]) ? drawn[0] : null;
    const engine = this.#scene.getEngine();
    const width = engine.getRenderWidth(true);
    const height = engine.getRenderHeight(true);
    const drawnAs = this.#own ? this.#renderer?.getDepthMap() : null;
    const resized = drawnAs && (drawnAs.getRenderWidth() !== width || drawnAs.getRenderHeight() !== height);
    if (camera !== this.#camera || resized) this.dispose();
    if (!camera) return null;
    if (!this.#renderer) this.#make(camera);
    const texture = this.#drawn ? this.#renderer?.getDepthMap().getInternalTexture()?._hardwareTexture?.underlyingResource : null;
    return texture ? { texture: texture as object, width, height } : null;
  }

  /** Disables what was enabled here; `map` enables it again. */
  dispose(): void {
    if (this.#own) this.#renderer?.dispose();
    this.#renderer = this.#camera = null;
    this.#drawn = this.#own = false;
  }

  #make(camera: Camera): void {
    const scene = this.#scene as unknown as DepthScene;
    if (this.#scene.useRightHandedSystem) return this.#refuse('the scene must be left-handed');
    const before = Object.values(scene._depthRenderer ?? {});
    // Babylon 9 has a method that does nothing until the module is imported; 7 and 8 have none.
    const renderer = scene.enableDepthRenderer?.(camera, false, true, NEAREST, true);
    if (!renderer) return this.#refuse("import '@babylonjs/core/Rendering/depthRendererSceneComponent.js' in the game");
    this.#own = !before.includes(renderer);
    if (renderer.isPacked || (renderer as unknown as RendererInside)._storeCameraSpaceZ === false) {
      if (this.#own) renderer.dispose();
      this.#own = false;
      return this.#refuse("this GPU has no float targets, or the game's own depth renderer stores something else");
    }
    // Babylon 7 clears to 100,000,000, which is no depth but "nothing drawn".
    if (this.#own) renderer.clearColor.r = 0;
    this.#renderer = renderer;
    this.#camera = camera;
    renderer.getDepthMap().onAfterRenderObservable.addOnce(() => {
      this.#drawn = true;
    });
  }

  #refuse(why: string): void {
    this.#off = true;
    this.#tell(`No depth is recorded: ${why}.`);
  }
}

function isWhole({ viewport }: Camera): boolean {
  return viewport.x === 0 && viewport.y === 0 && viewport.width === 1 && viewport.height === 1;
}
