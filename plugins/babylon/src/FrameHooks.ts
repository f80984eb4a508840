import type { AbstractEngine } from '@babylonjs/core/Engines/abstractEngine.js';
import type { Scene } from '@babylonjs/core/scene.js';

/** Renders of the scene without a new engine frame after which the engine's frame counts as over. */
const STALE = 8;

interface Removable {
  remove(): void;
}

/** What a frame's hooks call. */
export interface FrameHandlers {
  /** Before the engine queues any work for the frame. */
  begin(): void;
  /** The scene has just been drawn, before the game's own observers of that; several times where it is drawn several times. */
  drawn(): void;
  /** The canvas is complete; it can still be read. Not called for a frame in which no scene was drawn: the canvas holds nothing then. */
  end(): void;
  /** One of the others threw; the engine never hears of it. */
  failed(cause: unknown): void;
}

/**
 * Tells when a frame begins and when it is complete, once each: by the engine's frames (`runRenderLoop`, or
 * `engine.beginFrame` called by hand), and by the scene's draws for apps that call `scene.render()` on their own. It looks at
 * every frame anew, so an app may change from one to the other. WebGPU shows nothing outside an engine's frame.
 *
 * @example
 * ```ts
 * const hooks = new FrameHooks(scene, { begin, drawn, end, failed });
 * hooks.dispose();
 * ```
 */
export class FrameHooks {
  readonly #handlers: FrameHandlers;
  readonly #observers: (Removable | null)[];
  /** Which kind of frame is open. */
  #frame: 'none' | 'engine' | 'scene' = 'none';
  #renders = 0;
  /** All draws of all scenes when the engine's frame began. */
  #draws = 0;

  constructor(scene: Scene, handlers: FrameHandlers) {
    const engine = scene.getEngine();
    this.#handlers = handlers;
    this.#observers = [
      engine.onBeginFrameObservable.add(() => {
        this.#renders = 0;
        this.#draws = drawsOf(engine);
        this.#begin('engine');
      }),
      scene.onBeforeRenderObservable.add(() => {
        // An engine's frame that an error cut short never ends.
        if (!engine.isWebGPU && (this.#frame !== 'engine' || ++this.#renders > STALE)) this.#begin('scene');
      }),
      scene.onAfterRenderObservable.add(() => this.#call('drawn'), undefined, true),
      scene.onAfterRenderObservable.add(() => this.#end('scene')),
      engine.onEndFrameObservable.add(() => {
        if (drawsOf(engine) !== this.#draws) this.#end('engine');
        else if (this.#frame === 'engine') this.#frame = 'none';
      }),
    ];
  }

  /** Lets go of engine and scene. */
  dispose(): void {
    for (const observer of this.#observers) observer?.remove();
    this.#observers.length = 0;
  }

  #begin(frame: 'engine' | 'scene'): void {
    this.#frame = frame;
    this.#call('begin');
  }

  #end(frame: 'engine' | 'scene'): void {
    if (this.#frame !== frame) return;
    this.#frame = 'none';
    this.#call('end');
  }

  #call(what: 'begin' | 'drawn' | 'end'): void {
    try {
      this.#handlers[what]();
    } catch (cause) {
      this.#handlers.failed(cause);
    }
  }
}

function drawsOf({ scenes }: AbstractEngine): number {
  let draws = 0;
  for (let i = 0; i < scenes.length; i++) draws += scenes[i].getFrameId();
  return draws;
}
