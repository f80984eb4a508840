import type { InternalTexture } from '@babylonjs/core/Materials/Textures/internalTexture.js';
import { Texture } from '@babylonjs/core/Materials/Textures/texture.js';
import { Observable } from '@babylonjs/core/Misc/observable.js';
import type { Scene } from '@babylonjs/core/scene.js';
import type { ReplayFrame, ReplayPlayer } from '@sgaps/client/player';
import { isSgapsError, SgapsError } from '@sgaps/protocol/vocabulary';
import '@babylonjs/core/Engines/Extensions/engine.dynamicTexture.js';
import { type OpenedReplay, openReplay, type ReplayOptions } from './ReplayOptions.js';
import { statusPicture } from './statusPicture.js';

/**
 * Options of a `ReplayTexture`.
 *
 * @example
 * ```ts
 * const options: ReplayTextureOptions = { source: player, samplingMode: Texture.NEAREST_SAMPLINGMODE };
 * ```
 */
export interface ReplayTextureOptions extends ReplayOptions {
  /** One of `Texture`'s. Default `Texture.BILINEAR_SAMPLINGMODE`. */
  readonly samplingMode?: number;
  /** For a screen far away, with `Texture.TRILINEAR_SAMPLINGMODE`. Default false. */
  readonly generateMipMaps?: boolean;
}

/**
 * A texture that shows a replay: each new frame goes to the GPU once, when a frame of the game is drawn that needs it. Until there
 * is one, and where none will come, it says so in writing. Never throws into the render loop.
 *
 * Its pixels lie first row first, as WebGL leaves an `ImageBitmap`; the texture matrix (`vScale` −1, `vOffset` 1) turns them round. Only a shader
 * that does not use the matrix sees them upside down.
 *
 * @example
 * ```ts
 * material.emissiveTexture = new ReplayTexture('replay', { source: { server, recording }, autoplay: true }, scene);
 * ```
 */
export class ReplayTexture extends Texture {
  /** The player, once it is open; rejects with a typed error where it cannot be, which needs no handler. */
  readonly ready: Promise<ReplayPlayer>;
  /** The player is open. */
  readonly onReadyObservable = new Observable<ReplayPlayer>();
  /** A new frame is in the texture. */
  readonly onFrameObservable = new Observable<ReplayFrame>();
  /** It came to its end. */
  readonly onEndedObservable = new Observable<ReplayPlayer>();
  /** It could not be opened, or broke off. Without observers it is `console.warn`. */
  readonly onErrorObservable = new Observable<SgapsError>();
  readonly #failed: (error: SgapsError) => string;
  readonly #mipMaps: boolean;
  readonly #hooks: ({ remove(): void } | null)[];
  #opened: OpenedReplay | null = null;
  #error: SgapsError | null = null;
  /** What is said in the picture's place. */
  #message: string;
  /** What is in the texture: a frame, a message, or nothing that is worth anything. */
  #shown: ReplayFrame | string | null = null;
  #disposed = false;

  constructor(name: string, options: ReplayTextureOptions, scene: Scene) {
    const { generateMipMaps = false, samplingMode = Texture.BILINEAR_SAMPLINGMODE, messages, ...replay } = options;
    super(null, scene, !generateMipMaps, false, samplingMode);
    this.name = name;
    this.wrapU = this.wrapV = Texture.CLAMP_ADDRESSMODE;
    this.vScale = -1;
    this.vOffset = 1;
    this.#message = messages?.loading ?? 'Loading replay …';
    this.#failed = messages?.failed ?? (({ message }) => `No replay: ${message}`);
    this.#mipMaps = generateMipMaps;
    const update = () => this.#update();
    this.#hooks = [scene.onBeforeRenderObservable.add(update), scene.getEngine().onContextRestoredObservable.add(update)];
    // At once, as after a lost context: nothing may be drawn before all textures are ready.
    this.#update();
    this.ready = this.#open(replay);
    this.ready.catch(() => undefined); // told by the observable, and in the picture
  }

  override getClassName(): string {
    return 'ReplayTexture';
  }

  /** The player; null until it is open. */
  get player(): ReplayPlayer | null {
    return this.#opened?.player ?? null;
  }

  /** Why there is no picture, or no more; null while all is well. */
  get error(): SgapsError | null {
    return this.#error;
  }

  /** Width by height of what is shown. */
  get aspect(): number {
    const { width, height } = this.player?.info ?? { width: 16, height: 9 };
    return width / height;
  }

  /** Frees the texture, and closes the player if it was opened here. */
  override dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const hook of this.#hooks) hook?.remove();
    this.#letGo();
    super.dispose();
    for (const observable of [this.onReadyObservable, this.onFrameObservable, this.onEndedObservable, this.onErrorObservable])
      observable.clear();
  }

  async #open(options: Omit<ReplayOptions, 'messages'>): Promise<ReplayPlayer> {
    try {
      await this.#completeEngine();
      const opened = await openReplay(options);
      this.#opened = opened;
      if (this.#disposed) {
        this.#letGo();
        throw new SgapsError('CLOSED', 'The replay was disposed before it was open.');
      }
      opened.player.addEventListener('ended', this.#onEnded);
      opened.player.addEventListener('error', this.#onError);
      this.#guard(() => this.onReadyObservable.notifyObservers(opened.player));
      if (opened.player.error) this.#fail(opened.player.error);
      return opened.player;
    } catch (cause) {
      const error = isSgapsError(cause)
        ? cause
        : new SgapsError('UNSUPPORTED', `The replay cannot be opened: ${said(cause)}`, { cause });
      if (!this.#disposed) this.#fail(error);
      throw error;
    }
  }

  /** A WebGPU engine may lack what all its dynamic textures need; WebGL's half is imported above. */
  async #completeEngine(): Promise<void> {
    if (this._getEngine()?.createDynamicTexture) return;
    await import('@babylonjs/core/Engines/WebGPU/Extensions/engine.dynamicTexture.js');
    this.#update();
  }

  /** Runs in the render loop: nothing may come out of it. */
  #update(): void {
    const frame = this.player?.frame ?? null;
    const showing = frame && !this.#error ? frame : this.#message;
    if (showing === this.#shown || this.#disposed || !this._getEngine()?.createDynamicTexture) return;
    // A player that its owner disposed of has no frame: the last one stays.
    if (!frame && !this.#error && isFrame(this.#shown)) return;
    this.#shown = showing;
    this.#guard(() => {
      if (!isFrame(showing)) this.#upload(statusPicture(showing, this.aspect, frame?.image ?? null));
      else if (showing.image.width > 0) {
        this.#upload(showing.image);
        this.onFrameObservable.notifyObservers(showing);
      }
    });
  }

  #upload(picture: ImageBitmap | OffscreenCanvas): void {
    const { width, height } = picture;
    const size = this._texture;
    if (size?.width !== width || size.height !== height) {
      this.releaseInternalTexture();
      this._texture = this.#create(width, height);
    }
    this._getEngine()?.updateDynamicTexture(this._texture, picture, false);
  }

  #create(width: number, height: number): InternalTexture | null {
    const engine = this._getEngine();
    if (!engine) return null;
    const texture = engine.createDynamicTexture(width, height, this.#mipMaps, this.samplingMode);
    // Babylon would upload again what it was given last, which is closed by then.
    texture.onRebuildCallback = () => {
      this.#shown = null;
      const proxy = engine.createDynamicTexture(width, height, this.#mipMaps, this.samplingMode);
      return { proxy, isReady: false, isAsync: false };
    };
    return texture;
  }

  readonly #onEnded = (): void => {
    const { player } = this;
    if (player) this.#guard(() => this.onEndedObservable.notifyObservers(player));
  };

  readonly #onError = (): void => {
    if (this.player?.error) this.#fail(this.player.error);
  };

  #fail(error: SgapsError): void {
    this.#error = error;
    this.#guard(() => {
      this.#message = this.#failed(error);
    });
    if (!this.onErrorObservable.hasObservers()) console.warn(`SGAPS: ${error.message}`);
    this.#guard(() => this.onErrorObservable.notifyObservers(error));
  }

  #letGo(): void {
    const { player, owned } = this.#opened ?? {};
    player?.removeEventListener('ended', this.#onEnded);
    player?.removeEventListener('error', this.#onError);
    if (owned) player?.dispose().catch((cause: unknown) => console.warn('SGAPS:', cause));
    this.#opened = null;
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

function isFrame(shown: ReplayFrame | string | null): shown is ReplayFrame {
  return typeof shown === 'object' && shown !== null;
}

function said(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
