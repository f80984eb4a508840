import type { Camera } from '@babylonjs/core/Cameras/camera.js';
import { Matrix } from '@babylonjs/core/Maths/math.vector.js';
import { Observable } from '@babylonjs/core/Misc/observable.js';
import type { Scene } from '@babylonjs/core/scene.js';
import {
  LatencyLabel,
  type PinholeCamera,
  type RemoteFrame,
  RemoteView,
  type ReprojectionOptions,
  widen,
} from '@sgaps/client/view';
import { isSgapsError, SgapsError } from '@sgaps/protocol/vocabulary';
import { type CameraMatrices, cameraOf, RemoteEye } from './cameraOf.js';
import { FramePass } from './FramePass.js';
import { assertHybridOptions, assertResolution, type HybridViewOptions } from './HybridOptions.js';
import { PictureScale } from './PictureScale.js';

/**
 * Shows a scene that a server renders among the meshes of a Babylon scene (P17): each hides what lies behind it. The server's pictures are older than the camera that moves on; they are drawn
 * as the camera of now sees them. It draws before all meshes, after background layers; it never throws into the render loop.
 *
 * @example
 * ```ts
 * const garden = new HybridView('garden', { server: 'https://replays.example.com', scene: 'splats:garden' }, scene);
 * garden.onErrorObservable.add(({ code }) => console.warn(code));
 * await garden.ready;
 * ```
 */
export class HybridView {
  /** The view behind it, once it is open; rejects with a typed error where it cannot be, which needs no handler. */
  readonly ready: Promise<RemoteView>;
  /** A frame has come. */
  readonly onFrameObservable = new Observable<RemoteFrame>();
  /** The connection is lost (`true`), or back. */
  readonly onStallObservable = new Observable<boolean>();
  /**
   * It could not be opened, or broke off: nothing more comes, and `error` says why. Also where its camera has no perspective or its root stretches, once: nothing is shown while that is so.
   * Without observers it is `console.warn`.
   */
  readonly onErrorObservable = new Observable<SgapsError>();
  /** Draws nothing and asks for nothing while false. */
  isEnabled = true;
  /** Draws frames as the newest camera sees them, or, `false`, as they came. */
  reproject: boolean;
  readonly #scene: Scene;
  readonly #options: HybridViewOptions;
  readonly #pass: FramePass;
  readonly #size: PictureScale;
  readonly #closing = new AbortController();
  readonly #hooks: ({ remove(): void } | null)[];
  #view: RemoteView | null = null;
  #label: LatencyLabel | null = null;
  #error: SgapsError | null = null;
  /** Something is wrong with the camera or the root; told once. */
  #told = '';
  #asked = -1;
  /** What was drawn has more, which is drawn after the meshes. */
  #hasMore = false;
  // Filled for each frame, in which nothing is allocated.
  readonly #eye = new RemoteEye();
  readonly #wide = { ...this.#eye.camera };
  readonly #asItCame = { ...this.#eye.camera };
  readonly #matrices: CameraMatrices;
  readonly #drawing: { -readonly [K in keyof ReprojectionOptions]: ReprojectionOptions[K] } = { depth: this.#eye.depth };

  constructor(
    readonly name: string,
    options: HybridViewOptions,
    scene: Scene,
  ) {
    assertHybridOptions(options);
    this.#options = options;
    this.#scene = scene;
    this.reproject = options.reproject ?? true;
    this.#size = new PictureScale(options.resolution ?? 1, options.margin ?? 0.1);
    this.#pass = new FramePass(scene.getEngine(), (error) => this.#fail(error));
    const none = Matrix.IdentityReadOnly.m;
    this.#matrices = { view: none, projection: none, root: none, axes: options.axes ?? 'y-down', halfDepth: false };
    this.#drawing.background = options.background;
    this.#drawing.steps = options.steps;
    const draw = () => this.#draw();
    const blend = () => this.#blend();
    this.#hooks = [
      scene.onBeforeDrawPhaseObservable.add(() => this.#guard(draw)),
      scene.onBeforeRenderingGroupObservable.add(({ renderingGroupId, renderingManager }) => {
        // Before depth is cleared, by which edges are hidden; targets have managers of their own.
        if (!this.#hasMore || renderingGroupId === 0 || renderingManager !== scene.renderingManager) return;
        const { autoClear, depth } = scene.getAutoClearDepthStencilSetup(renderingGroupId);
        if (autoClear && depth) this.#guard(blend);
      }),
      scene.onAfterDrawPhaseObservable.add(() => this.#guard(blend)),
      scene.onDisposeObservable.add(() => this.dispose()),
    ];
    this.ready = this.#open();
    this.ready.catch(() => undefined); // told by the observable
  }

  /** The view behind it: its frame, its latency, its `time`. Null until it is open. */
  get view(): RemoteView | null {
    return this.#view;
  }

  /** Why nothing more comes; null while all is well. */
  get error(): SgapsError | null {
    return this.#error;
  }

  /** Pixels of the remote picture for one of the canvas, in (0, 2]. @throws SgapsError `ARGUMENT_INVALID` */
  get resolution(): number {
    return this.#size.resolution;
  }

  set resolution(resolution: number) {
    assertResolution(resolution);
    this.#size.resolution = resolution;
  }

  /** Leaves the server and lets go of everything. */
  dispose(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    for (const hook of this.#hooks) hook?.remove();
    this.#label?.dispose();
    this.#pass.dispose();
    this.#view?.dispose().catch((cause: unknown) => console.warn('SGAPS:', cause));
    this.#view = null;
    for (const observable of [this.onFrameObservable, this.onStallObservable, this.onErrorObservable]) observable.clear();
  }

  async #open(): Promise<RemoteView> {
    const { signal } = this.#closing;
    try {
      await this.#completeEngine();
      const view = await RemoteView.open({ ...this.#options, signal });
      if (signal.aborted) {
        await view.dispose();
        throw new SgapsError('CLOSED', 'The view was disposed before it was open.');
      }
      this.#view = view;
      view.addEventListener('frame', ({ detail }) => this.#guard(() => this.onFrameObservable.notifyObservers(detail)));
      view.addEventListener('stall', () => this.#guard(() => this.onStallObservable.notifyObservers(true)));
      view.addEventListener('resume', () => this.#guard(() => this.onStallObservable.notifyObservers(false)));
      view.addEventListener('error', ({ detail }) => this.#fail(detail));
      const canvas = this.#scene.getEngine().getRenderingCanvas();
      // A canvas off the page has no corner.
      if (this.#options.showLatency && canvas && 'offsetLeft' in canvas) this.#label = new LatencyLabel(view, canvas);
      return view;
    } catch (cause) {
      const error = isSgapsError(cause)
        ? cause
        : new SgapsError('UNSUPPORTED', `The view cannot be opened: ${String(cause)}`, { cause });
      if (!signal.aborted) this.#fail(error);
      throw error;
    }
  }

  /** An engine without side effects may lack what textures need; WebGL's half is imported by the pass. */
  async #completeEngine(): Promise<void> {
    const engine = this.#scene.getEngine();
    if (!engine.isWebGPU) return;
    if (!engine.createDynamicTexture) await import('@babylonjs/core/Engines/WebGPU/Extensions/engine.dynamicTexture.js');
    if (!engine.updateRawTexture) await import('@babylonjs/core/Engines/WebGPU/Extensions/engine.rawTexture.js');
  }

  /** One camera of the scene is about to draw its meshes. */
  #draw(): void {
    const scene = this.#scene;
    const active = scene.activeCamera;
    const view = this.#view;
    if (!view || !active || !this.isEnabled) return;
    // Of several cameras the first: others (a HUD, a map) draw over what it shows.
    const wanted = this.#options.camera ?? scene.activeCameras?.[0];
    // Those of a rig (two eyes) see the same frame, each from where it is.
    if (wanted && active !== wanted && active.rigParent !== wanted) return;
    const asks = this.#asked !== scene.getFrameId();
    if (!this.#see(active, asks)) return;
    const { camera } = this.#eye;
    if (asks) {
      this.#asked = scene.getFrameId();
      view.look(widen(camera, this.#size.margin, this.#wide));
    }
    const { frame } = view;
    if (!frame) return;
    this.#drawing.linear = scene.imageProcessingConfiguration?.applyByPostProcess ?? false;
    this.#hasMore = this.#pass.draw(frame, this.reproject ? camera : this.#still(camera, frame), this.#drawing);
  }

  /** It has drawn them. */
  #blend(): void {
    if (!this.#hasMore) return;
    this.#hasMore = false;
    this.#pass.blend();
  }

  /** Fills `#eye`; false where nothing can be seen so. @param asks Pictures are to have the size of what it draws on. */
  #see(camera: Camera, asks: boolean): boolean {
    const engine = this.#scene.getEngine();
    const { viewport } = camera;
    if (asks)
      this.#size.of(viewport.width * engine.getRenderWidth(), viewport.height * engine.getRenderHeight(), performance.now());
    const { width, height } = this.#size.size;
    const matrices = this.#matrices;
    matrices.view = camera.getViewMatrix().m;
    matrices.projection = camera.getProjectionMatrix().m;
    matrices.root = (this.#options.root?.computeWorldMatrix() ?? Matrix.IdentityReadOnly).m;
    matrices.halfDepth = engine.isNDCHalfZRange;
    try {
      cameraOf(matrices, width, height, this.#eye);
      this.#told = '';
      return true;
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      if (error.message !== this.#told) this.#tell(error);
      this.#told = error.message;
      return false;
    }
  }

  /** A camera with the place of the frame's: the frame as it came, where the canvas has the same lens. */
  #still(camera: PinholeCamera, frame: RemoteFrame): PinholeCamera {
    widen(camera, 0, this.#asItCame);
    this.#asItCame.view = frame.camera.view as Float32Array<ArrayBuffer>;
    return this.#asItCame;
  }

  #fail(error: SgapsError): void {
    this.#error = error;
    this.#tell(error);
  }

  #tell(error: SgapsError): void {
    if (!this.onErrorObservable.hasObservers()) console.warn(`SGAPS: ${error.message}`);
    this.#guard(() => this.onErrorObservable.notifyObservers(error));
  }

  /** What the game's own handlers and the engine throw must not reach its frames. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (cause) {
      console.warn('SGAPS:', cause);
    }
  }
}
