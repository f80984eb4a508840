import { GameRecorder, type Recorder, type RecorderStats, type ScreenRect, type TierName, tierOf } from '@sgaps/client';
import type { Tier } from '@sgaps/protocol';
import type { MaskPredicate } from './MaskReader.js';
import type { SgapsPluginOptions } from './options.js';
import { PhaserSurface } from './PhaserSurface.js';
import type { GameShape } from './shapes.js';

/**
 * Records a Phaser game (3.80+ or 4) to a SGAPS server: a global plugin that starts with the game and never throws into it.
 * It has the shape of `Phaser.Plugins.BasePlugin` and imports nothing of Phaser, so it works with any copy of it.
 *
 * The game should run on WebGL2: give it `createContext`. Elsewhere the plugin falls back to slower ways and says so.
 *
 * @example
 * ```ts
 * const canvas = document.createElement('canvas');
 * new Phaser.Game({
 *   type: Phaser.WEBGL, canvas, context: createContext(canvas),
 *   plugins: { global: [{ key: 'sgaps', plugin: SgapsPlugin, start: true, mapping: 'sgaps', data: { endpoint: 'ws://localhost:2567' } }] },
 * });
 * ```
 */
export class SgapsPlugin {
  readonly #game: GameShape;
  readonly #surface: PhaserSurface;
  #recording: GameRecorder | null = null;

  /** Phaser makes the plugin; do not call. */
  constructor(pluginManager: { readonly game: unknown }) {
    this.#game = pluginManager.game as GameShape;
    this.#surface = new PhaserSurface(this.#game);
  }

  /** The recorder at work, or `null`. */
  get recorder(): Recorder | null {
    return this.#recording?.recorder ?? null;
  }

  /** Id the server gave this recording, or `null` while there is none. */
  get recordingId(): string | null {
    return this.#recording?.recordingId ?? null;
  }

  /** What recording did and cost so far, or `null`. */
  get stats(): RecorderStats | null {
    return this.#recording?.stats ?? null;
  }

  /** Called by Phaser with the config's `data`. Wrong options switch the plugin off and say why. */
  init(data?: SgapsPluginOptions | null): void {
    this.#recording = new GameRecorder(this.#surface, data);
  }

  /** Called by Phaser: records once the game runs, unless `autoStart` is false. */
  start(): void {
    this.#game.events.once('destroy', this.stop, this);
    if (!this.#recording?.startsByItself) return;
    if (this.#game.isRunning) void this.record();
    else this.#game.events.once('ready', this.record, this);
  }

  /** Begins a recording (a new one, after a stop). Resolves when it runs or could not start; never rejects. */
  async record(): Promise<void> {
    await this.#recording?.record();
  }

  /** Ends the recording and leaves the server. `record()` begins another. */
  stop(): void {
    this.#recording?.stop();
  }

  /** Called by Phaser with the game's end. */
  destroy(): void {
    this.#game.events.off('ready', this.record, this);
    this.#game.events.off('destroy', this.stop, this);
    this.stop();
  }

  /** Takes no frames until `resume`. */
  pause(): void {
    this.#recording?.pause();
  }

  resume(): void {
    this.#recording?.resume();
  }

  /** Writes a named event into the recording. */
  event(name: string, data?: unknown): void {
    this.#recording?.event(name, data);
  }

  /** Marks a moment to find again. */
  marker(name: string): void {
    this.#recording?.marker(name);
  }

  /** Wants what was kept so far (the option `keep`): the beginning of a recording that goes on live. */
  keep(name?: string): void {
    this.#recording?.keep(name);
  }

  /**
   * Says how much a game object, or a part of the screen, matters (S5): its pixels get that tier. `null` leaves it to the
   * server. Throws `ARGUMENT_INVALID` for a tier there is not.
   */
  tag(what: object | ScreenRect | (() => ScreenRect | null), tier: Tier | TierName | null): void {
    if (isRegion(what)) this.#recording?.tag(what, tier);
    else this.#surface.tag(what, tier === null ? null : tierOf(tier));
  }

  /**
   * Hides a game object, what a predicate picks, or a part of the screen: masked pixels never leave the machine. Throws
   * `ARGUMENT_INVALID` for a rectangle that is not in fractions of the canvas.
   */
  mask(what: object | MaskPredicate | ScreenRect): void {
    if (isRegion(what) && typeof what !== 'function') this.#recording?.mask(what);
    else this.#surface.mask(what);
  }

  /** Shows again what was masked. */
  unmask(what: object | MaskPredicate | ScreenRect): void {
    if (isRegion(what) && typeof what !== 'function') this.#recording?.unmask(what);
    else this.#surface.unmask(what);
  }
}

/** A rectangle, or a function that gives one; game objects have a `type` in words (`Phaser.Geom.Rectangle` has a number). */
function isRegion(what: object): what is ScreenRect | (() => ScreenRect | null) {
  return (
    typeof what === 'function' ||
    ('width' in what && 'x' in what && typeof (what as { readonly type?: unknown }).type !== 'string')
  );
}

declare global {
  namespace Phaser {
    interface Scene {
      /** The SGAPS plugin, when it is installed with `mapping: 'sgaps'`. */
      sgaps: SgapsPlugin;
    }
  }
}
