import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import { Observable } from '@babylonjs/core/Misc/observable.js';
import type { Scene } from '@babylonjs/core/scene.js';
import {
  GameRecorder,
  type Recorder,
  type RecorderDiagnostic,
  type RecorderStats,
  type ScreenRect,
  type TierName,
} from '@sgaps/client';
import type { Tier } from '@sgaps/protocol';
import { engineParts } from './engineParts.js';
import type { MaskPredicate } from './MaskBook.js';
import type { SgapsRecorderOptions } from './options.js';
import { SceneSurface } from './SceneSurface.js';
import type { ScreenThing } from './screenThings.js';

/**
 * Records a Babylon.js scene (7 to 9; best on WebGL2 or WebGPU) to a SGAPS server, from now until it is stopped, disposed, or
 * the scene is. Never throws into the game; what goes wrong is told once per kind.
 *
 * @example
 * ```ts
 * const recorder = new SgapsRecorder(scene, { endpoint: 'ws://localhost:2567' });
 * recorder.event('wave', { number: 3 });
 * ```
 */
export class SgapsRecorder {
  /** True when pictures are sampled on the engine's own GPU context: WebGL2 or WebGPU. Others are recorded at a lower rate. */
  static IsSupported(engine: AbstractEngine): boolean {
    return engineParts(engine) !== null;
  }

  /** A recording has begun. */
  readonly onStartedObservable = new Observable<SgapsRecorder>();
  /** It has ended, for whatever reason. */
  readonly onStoppedObservable = new Observable<SgapsRecorder>();
  /** Something went wrong, once per kind. Without observers and `onDiagnostic` it is `console.warn`. */
  readonly onDiagnosticObservable = new Observable<RecorderDiagnostic>();
  readonly #recording: GameRecorder;
  readonly #surface: SceneSurface;
  readonly #told = new Set<string>();
  readonly #onDiagnostic: SgapsRecorderOptions['onDiagnostic'];
  readonly #sceneDisposed: { remove(): void };
  #disposed = false;

  /** Records at once, unless `autoStart` is false. Wrong options are told as a diagnostic, and nothing is recorded. */
  constructor(scene: Scene, options: SgapsRecorderOptions) {
    this.#onDiagnostic = options?.onDiagnostic;
    const tell = (diagnostic: RecorderDiagnostic) => this.#tell(diagnostic);
    this.#surface = new SceneSurface(scene, {
      tell,
      attached: () => this.#notify(this.onStartedObservable, this),
      detached: () => this.#notify(this.onStoppedObservable, this),
    });
    this.#recording = new GameRecorder(this.#surface, { ...options, onDiagnostic: tell });
    this.#sceneDisposed = scene.onDisposeObservable.add(() => this.dispose());
    if (this.#recording.startsByItself) void this.start();
  }

  /** The recorder at work, or `null`. */
  get recorder(): Recorder | null {
    return this.#recording.recorder;
  }

  /** Id the server gave this recording, or `null` while there is none. */
  get recordingId(): string | null {
    return this.#recording.recordingId;
  }

  /** What recording did and cost so far, or `null`. */
  get stats(): RecorderStats | null {
    return this.#recording.stats;
  }

  /** Begins a recording (a new one, after a stop). Resolves when it runs or could not start; never rejects. */
  async start(): Promise<void> {
    if (!this.#disposed) await this.#recording.record();
  }

  /** Ends the recording; the last frames are sent as soon as they are back from the GPU. `start()` begins another. */
  stop(): void {
    this.#recording.stop();
  }

  /** Takes no frames until `resume`. */
  pause(): void {
    this.#recording.pause();
    this.#surface.rest();
  }

  resume(): void {
    this.#recording.resume();
  }

  /** Writes a named event into the recording. */
  event(name: string, data?: unknown): void {
    this.#recording.event(name, data);
  }

  /** Marks a moment to find again. */
  marker(name: string): void {
    this.#recording.marker(name);
  }

  /** Wants what was kept so far (the option `keep`): the beginning of a recording that goes on live. */
  keep(name?: string): void {
    this.#recording.keep(name);
  }

  /**
   * Says how much a node (with all below it), a GUI control or a part of the screen matters (S5), by name or number; `null`
   * leaves it to the server.
   */
  tag(what: ScreenThing | ScreenRect | (() => ScreenRect | null), tier: Tier | TierName | null): void {
    this.#try(() => this.#recording.tag(isThing(what) ? this.#surface.tags.regionOf(what) : what, tier));
  }

  /**
   * Hides a node (with all below it), a GUI control, a part of the screen, or every mesh of which a predicate says true: what
   * lies behind their rectangles never leaves the machine. Glow, shadows and mirror images lie outside them.
   */
  mask(what: ScreenThing | ScreenRect | MaskPredicate): void {
    this.#try(() => {
      if (isThing(what) || typeof what === 'function') this.#surface.masks.set(what, true);
      else this.#recording.mask(what);
    });
  }

  /** Shows what was masked again. */
  unmask(what: ScreenThing | ScreenRect | MaskPredicate): void {
    this.#try(() => {
      if (isThing(what) || typeof what === 'function') this.#surface.masks.set(what, false);
      else this.#recording.unmask(what);
    });
  }

  /** Stops, and lets go of the scene for good. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#sceneDisposed.remove();
    this.stop();
    this.onStartedObservable.clear();
    this.onStoppedObservable.clear();
    this.onDiagnosticObservable.clear();
  }

  #tell(diagnostic: RecorderDiagnostic): void {
    if (this.#told.has(diagnostic.code)) return;
    this.#told.add(diagnostic.code);
    if (!this.#onDiagnostic && !this.onDiagnosticObservable.hasObservers()) console.warn(`SGAPS: ${diagnostic.message}`);
    this.#try(() => this.#onDiagnostic?.(diagnostic));
    this.#notify(this.onDiagnosticObservable, diagnostic);
  }

  #notify<T>(observable: Observable<T>, data: T): void {
    this.#try(() => observable.notifyObservers(data));
  }

  /** The game's own handlers and arguments must not reach its frames. */
  #try(work: () => void): void {
    try {
      work();
    } catch (cause) {
      console.warn('SGAPS:', cause);
    }
  }
}

function isThing(what: object): what is ScreenThing {
  return 'getChildMeshes' in what || 'centerX' in what;
}
