import {
  Connection,
  type FrameStateBuffer,
  Recorder,
  type RecorderDiagnostic,
  type RecorderStats,
  WebGL2Sampler,
} from '@sgaps/client';
import { type CaptureGrid, fitCaptureGrid, type Tier } from '@sgaps/protocol';
import { CameraReader } from './CameraReader.js';
import { ObjectReader } from './ObjectReader.js';
import { type CheckedOptions, checkOptions, type PluginConnection, type SgapsPluginOptions } from './options.js';
import type { GameShape, RendererShape } from './shapes.js';

/**
 * Records a Phaser game (3.80+ or 4) to a SGAPS server: a global plugin that starts with the game and never throws into it.
 * It has the shape of `Phaser.Plugins.BasePlugin` and imports nothing of Phaser, so it works with any copy of it.
 *
 * The game must run on WebGL2: give it `createContext`. On WebGL1 or Canvas the plugin says so once and stays off.
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
  readonly #cameras = new CameraReader();
  readonly #objects = new ObjectReader();
  readonly #told = new Set<string>();
  #options: CheckedOptions | null = null;
  #given: SgapsPluginOptions | undefined;
  #recorder: Recorder | null = null;
  #connection: PluginConnection | null = null;
  #renderer: RendererShape | null = null;
  #grid: CaptureGrid = { width: 16, height: 16 };
  /** Rises with every start and stop, so that a connection that comes too late is closed. */
  #attempt = 0;

  /** Phaser makes the plugin; do not call. */
  constructor(pluginManager: { readonly game: unknown }) {
    this.#game = pluginManager.game as GameShape;
  }

  /** The recorder at work, or `null`. */
  get recorder(): Recorder | null {
    return this.#recorder;
  }

  /** Id the server gave this recording, or `null` while there is none. */
  get recordingId(): string | null {
    return this.#connection?.welcome.recordingId ?? null;
  }

  /** What recording did and cost so far, or `null`. */
  get stats(): RecorderStats | null {
    return this.#recorder?.stats ?? null;
  }

  /** Called by Phaser with the config's `data`. Wrong options switch the plugin off and say why. */
  init(data?: SgapsPluginOptions | null): void {
    this.#given = data ?? undefined;
    try {
      this.#options = checkOptions(data);
    } catch (cause) {
      this.#tell({ code: 'options-invalid', message: messageOf(cause), cause });
    }
  }

  /** Called by Phaser: records once the game runs, unless `autoStart` is false. */
  start(): void {
    this.#game.events.once('destroy', this.stop, this);
    if (!this.#options || this.#options.autoStart === false) return;
    if (this.#game.isRunning) void this.record();
    else this.#game.events.once('ready', this.record, this);
  }

  /** Begins a recording (a new one, after a stop). Resolves when it runs or could not start; never rejects. */
  async record(): Promise<void> {
    const options = this.#options;
    if (!options || (this.#recorder && this.#recorder.state !== 'stopped')) return;
    const attempt = ++this.#attempt;
    this.#release();
    try {
      const renderer = this.#game.renderer;
      const gl = renderer?.gl;
      if (!renderer || typeof WebGL2RenderingContext === 'undefined' || !(gl instanceof WebGL2RenderingContext)) {
        const message =
          'SGAPS samples WebGL2 games only: give the game config `context: createContext(canvas)`. Nothing is recorded.';
        this.#tell({ code: 'renderer-unsupported', message });
        return;
      }
      const { width, height } = this.#game.canvas;
      const connection = await this.#connect(options, options.grid ?? fitCaptureGrid(width, height));
      if (attempt !== this.#attempt) {
        connection.close();
        return;
      }
      this.#begin(options, connection, renderer, gl);
    } catch (cause) {
      this.#release();
      this.#tell({ code: 'connection-failed', message: `Nothing is recorded: ${messageOf(cause)}`, cause });
    }
  }

  /** Ends the recording and leaves the server. `record()` begins another. */
  stop(): void {
    this.#attempt++;
    this.#release();
  }

  /** Called by Phaser with the game's end. */
  destroy(): void {
    this.#game.events.off('ready', this.record, this);
    this.#game.events.off('destroy', this.stop, this);
    this.stop();
  }

  /** Takes no frames until `resume`. */
  pause(): void {
    this.#recorder?.pause();
  }

  resume(): void {
    this.#recorder?.resume();
  }

  /** Writes a named event into the recording. */
  event(name: string, data?: unknown): void {
    this.#recorder?.event(name, data);
  }

  /** Marks a moment to find again. */
  marker(name: string): void {
    this.#recorder?.marker(name);
  }

  /** Says how much a game object matters (S5): its pixels get that tier. `null` leaves it to the server. */
  tag(object: object, tier: Tier | null): void {
    this.#objects.tag(object, tier);
  }

  #connect(options: CheckedOptions, grid: CaptureGrid): Promise<PluginConnection> {
    const { game, fps, schema, meta, token, endpoint = '', tierBits } = options;
    const join = { game, grid, fps, schema, engine: 'phaser', meta, tierBits };
    return options.connect ? options.connect(join) : Connection.open({ endpoint, token, join });
  }

  #begin(options: CheckedOptions, connection: PluginConnection, renderer: RendererShape, gl: WebGL2RenderingContext): void {
    const { grid, tierBits } = connection.welcome;
    const { fps, batch, schema, clock, onTruth } = options;
    this.#grid = grid;
    this.#connection = connection;
    const sampler = new WebGL2Sampler(gl, { grid, batch });
    const onDiagnostic = (diagnostic: RecorderDiagnostic) => this.#tell(diagnostic);
    const state = (out: FrameStateBuffer) => this.#collect(out);
    this.#recorder = new Recorder({ sampler, connection, grid, tierBits, state, fps, schema, clock, onTruth, onDiagnostic });
    this.#renderer = renderer;
    this.#recorder.start();
    this.#game.events.on('prestep', this.#beginFrame, this);
    renderer.on('postrender', this.#endFrame, this);
  }

  readonly #beginFrame = (): void => this.#recorder?.beginFrame();

  readonly #endFrame = (): void => {
    const renderer = this.#renderer;
    if (!renderer) return;
    const viewport = renderer.glWrapper?.state.viewport;
    this.#recorder?.endFrame(
      viewport && viewport.length === 4
        ? { x: viewport[0], y: viewport[1], width: viewport[2], height: viewport[3] }
        : { x: 0, y: 0, width: renderer.width, height: renderer.height },
    );
  };

  #collect(out: FrameStateBuffer): void {
    const views = this.#cameras.read(this.#game, this.#grid, out);
    this.#objects.read(views, this.#cameras.main, this.#game.canvas, this.#grid, out);
    for (const value of Object.values(this.#options?.values ?? {})) out.values.push(value.read());
  }

  #release(): void {
    this.#game.events.off('prestep', this.#beginFrame, this);
    this.#renderer?.off('postrender', this.#endFrame, this);
    this.#recorder?.stop();
    if (!this.#recorder) this.#connection?.close();
    this.#recorder = this.#connection = this.#renderer = null;
  }

  #tell(diagnostic: RecorderDiagnostic): void {
    if (this.#told.has(diagnostic.code)) return;
    this.#told.add(diagnostic.code);
    const { onDiagnostic = (told: RecorderDiagnostic) => console.warn(`SGAPS: ${told.message}`) } = this.#given ?? {};
    try {
      onDiagnostic(diagnostic);
    } catch (cause) {
      console.warn('SGAPS: onDiagnostic failed.', cause);
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

declare global {
  namespace Phaser {
    interface Scene {
      /** The SGAPS plugin, when it is installed with `mapping: 'sgaps'`. */
      sgaps: SgapsPlugin;
    }
  }
}
