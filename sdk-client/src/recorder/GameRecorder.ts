import type { CaptureGrid, Tier } from '@sgaps/protocol';
import { fitCaptureGrid } from '@sgaps/protocol/vocabulary';
import type { CourierPort } from '../courier/CourierPort.js';
import type { ChosenSampler } from '../sampler/createKnownSampler.js';
import type { Viewport } from '../sampler/Sampler.js';
import type { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import { CostController } from './CostController.js';
import type { MaskList } from './MaskList.js';
import type { Recorder } from './Recorder.js';
import type { RecorderDiagnostic } from './RecorderOptions.js';
import type { RecorderStats } from './RecorderStats.js';
import {
  assertScreenRect,
  type CheckedOptions,
  checkOptions,
  isScreenRect,
  joinOf,
  type RecordingOptions,
  type ScreenRect,
} from './RecordingOptions.js';
import { TaggedRegions, type TierName } from './TaggedRegions.js';

/** Events that wait for a recording that is only beginning. */
const EARLY = 64;

/**
 * What a recording wants of its sampler beside colours.
 *
 * @example
 * ```ts
 * const wants: SamplerWants = { depth: false, truth: false };
 * ```
 */
export interface SamplerWants {
  /** Depth beside colour. */
  readonly depth: boolean;
  /** `readTruth` must work. */
  readonly truth: boolean;
}

/**
 * What an engine's plugin tells of the game: the only part of a recorder that knows the engine. Calls may throw.
 *
 * @example
 * ```ts
 * const surface: GameSurface = {
 *   engine: 'mine', canvas, viewport: () => ({ x: 0, y: 0, width: canvas.width, height: canvas.height }),
 *   createSampler: (grid, batch, { truth }) => createSampler(canvas, { grid, batch, truth }), readState: () => undefined,
 * };
 * ```
 */
export interface GameSurface {
  /** Name of the engine, kept with the recording. */
  readonly engine: string;
  /** It can give depth beside colour. Absent: it cannot. */
  readonly givesDepth?: boolean;
  /** What the game draws on. */
  readonly canvas: { readonly width: number; readonly height: number };
  /**
   * Makes the sampler, before the server is asked. `why` is for the developer. Throws a typed error where nothing can be sampled.
   */
  createSampler(grid: CaptureGrid, batch: number, wants: SamplerWants): ChosenSampler | Promise<ChosenSampler>;
  /** Adds the frame's cameras and objects, on the capture grid. */
  readState(out: FrameStateBuffer, grid: CaptureGrid): void;
  /** Adds the rectangles of what the game wants hidden, canvas pixels. */
  readMasks?(out: MaskList): void;
  /** What the engine last gave to `gl.viewport`. */
  viewport(): Viewport;
  /** Starts and stops calling `beginFrame` and `endFrame`. */
  attach(frames: { beginFrame(): void; endFrame(): void }): void;
  detach(): void;
}

/**
 * A game's recording from consent to goodbye, the same for every engine: checks the options, asks the player, opens the
 * courier, makes the sampler and the `Recorder`, and takes all of it down again. Never throws into the game.
 *
 * @example
 * ```ts
 * const recording = new GameRecorder(surface, { endpoint: 'ws://localhost:2567' });
 * await recording.record();
 * ```
 */
export class GameRecorder {
  readonly #surface: GameSurface;
  readonly #options: CheckedOptions | null = null;
  readonly #given: RecordingOptions | undefined;
  readonly #told = new Set<string>();
  readonly #regions = new TaggedRegions();
  readonly #hidden = new Set<ScreenRect | (() => ScreenRect | null)>();
  #recorder: Recorder | null = null;
  #port: CourierPort | null = null;
  /** Rises with every start and stop, so that a connection that comes too late is closed. */
  #attempt = 0;
  #attached = false;
  /** The game's own wish, whether there is a recorder yet or not. */
  #paused = false;
  #starting = false;
  /** Events written while a recording was beginning. */
  readonly #early: { readonly name: string; readonly data: unknown }[] = [];

  /** Wrong options switch the recording off and are told to `onDiagnostic`. */
  constructor(surface: GameSurface, options: RecordingOptions | null | undefined) {
    this.#surface = surface;
    this.#given = options ?? undefined;
    try {
      this.#options = checkOptions(options, surface.engine);
    } catch (cause) {
      this.#tell({ code: 'options-invalid', message: messageOf(cause), cause });
    }
  }

  /** Options are in order and ask for a start by themselves. */
  get startsByItself(): boolean {
    return this.#options !== null && this.#options.autoStart !== false;
  }

  /** The recorder at work, or `null`. */
  get recorder(): Recorder | null {
    return this.#recorder;
  }

  /** Id the server gave this recording, or `null` while there is none. */
  get recordingId(): string | null {
    return this.#port?.welcome.recordingId || null;
  }

  /** What recording did and cost so far, or `null`. */
  get stats(): RecorderStats | null {
    return this.#recorder?.stats ?? null;
  }

  /** Begins a recording (a new one, after a stop). Resolves when it runs or could not start; never rejects. */
  async record(): Promise<void> {
    const options = this.#options;
    if (!options || (this.#recorder && this.#recorder.state !== 'stopped')) return;
    const attempt = ++this.#attempt;
    this.#release();
    // Each recording tells of its own troubles.
    this.#told.clear();
    this.#starting = true;
    try {
      if (options.consent && !(await this.#agrees(options.consent))) return;
      if (attempt === this.#attempt) await this.#prepare(options, attempt);
    } catch (cause) {
      // What a later attempt has opened is none of this one's.
      if (attempt !== this.#attempt) return;
      this.#release();
      const unsupported = (cause as { code?: unknown } | null)?.code === 'UNSUPPORTED';
      const code = unsupported ? 'renderer-unsupported' : 'connection-failed';
      this.#tell({ code, message: `Nothing is recorded: ${messageOf(cause)}`, cause });
    } finally {
      if (attempt === this.#attempt) {
        this.#starting = false;
        this.#early.length = 0;
      }
    }
  }

  /** Ends the recording and leaves the server. `record()` begins another. */
  stop(): void {
    this.#attempt++;
    this.#release();
  }

  /** Takes no frames until `resume`. */
  pause(): void {
    this.#paused = true;
    if (this.#recorder?.state === 'running') this.#recorder.event('paused', { paused: true });
    this.#recorder?.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#recorder?.state === 'paused') this.#recorder.event('paused', { paused: false });
    this.#recorder?.resume();
  }

  /** Writes a named event into the recording; while that is only beginning, the first few wait. */
  event(name: string, data?: unknown): void {
    if (this.#recorder) this.#recorder.event(name, data);
    else if (this.#starting && this.#early.length < EARLY) this.#early.push({ name, data });
  }

  /** Marks a moment to find again. */
  marker(name: string): void {
    this.event('marker', { name });
  }

  /**
   * Wants what was kept so far (the option `keep`): it becomes the beginning of a recording that goes on live. `name` is written
   * as an event, so that the moment is found again.
   */
  keep(name = 'keep'): void {
    this.#recorder?.event(name);
    this.#port?.keep();
  }

  /**
   * Says how much a part of the screen matters (S5), by name or number; `null` leaves it to the server. A function is asked
   * every frame, and may answer `null`.
   */
  tag(region: ScreenRect | (() => ScreenRect | null), tier: Tier | TierName | null): void {
    this.#regions.tag(region, tier);
  }

  /**
   * Hides a part of the screen from now on: it never leaves the machine. A function is asked every frame. Throws
   * `ARGUMENT_INVALID` for a rectangle that is not in fractions of the canvas.
   */
  mask(region: ScreenRect | (() => ScreenRect | null)): void {
    if (typeof region !== 'function') assertScreenRect('mask', region);
    this.#hidden.add(region);
  }

  /** Shows a masked part of the screen again. */
  unmask(region: ScreenRect | (() => ScreenRect | null)): void {
    this.#hidden.delete(region);
  }

  /** Only a plain yes is one: an answer that cannot be had is none. */
  async #agrees(consent: () => boolean | Promise<boolean>): Promise<boolean> {
    let why = 'The player did not agree';
    try {
      if ((await consent()) === true) return true;
    } catch (cause) {
      why = `The player could not be asked (${messageOf(cause)})`;
    }
    this.#tell({ code: 'consent-refused', message: `${why}; nothing is recorded.` });
    return false;
  }

  /** Makes the sampler, opens the recording at a rate the sampler is good for, and starts. */
  async #prepare(options: CheckedOptions, attempt: number): Promise<void> {
    const surface = this.#surface;
    const { batch } = options;
    const depth = options.depth === true && surface.givesDepth === true;
    const wants: SamplerWants = { depth, truth: options.onTruth !== undefined };
    const { width, height } = surface.canvas;
    const grid = options.grid ?? fitCaptureGrid(width, height);
    let chosen = await surface.createSampler(grid, batch, wants);
    let port: CourierPort | null = null;
    try {
      if (attempt !== this.#attempt) throw new Superseded();
      const fps = Math.min(options.fps, chosen.sampler.mostFps ?? options.fps);
      // Only what was agreed to is loaded.
      const loading = import('./Recorder.js');
      loading.catch(() => undefined);
      port = await this.#open({ ...options, fps, depth }, grid);
      const { Recorder } = await loading;
      const given = port.welcome.grid;
      if (given.width !== grid.width || given.height !== grid.height) {
        chosen.sampler.dispose();
        chosen = await surface.createSampler(given, batch, wants);
      }
      if (attempt !== this.#attempt) throw new Superseded();
      this.#port = port;
      this.#begin(Recorder, { ...options, fps }, port, chosen);
    } catch (cause) {
      chosen.sampler.dispose();
      port?.close();
      if (!(cause instanceof Superseded)) throw cause;
    }
  }

  async #open(options: CheckedOptions, grid: CaptureGrid): Promise<CourierPort> {
    const { openCourier } = await import('../courier/openCourier.js');
    const { endpoint = '', token, worker, goneAfter, connect, keep } = options;
    const join = joinOf(options, grid, this.#surface.engine);
    return openCourier({
      endpoint,
      join,
      token,
      worker,
      goneAfter,
      keep,
      connect: connect && (() => connect(join)),
      onNoWorker: (cause) =>
        this.#tell({ code: 'worker-unavailable', message: `Coding on the game's thread: ${messageOf(cause)}`, cause }),
    });
  }

  #begin(RecorderClass: typeof Recorder, options: CheckedOptions, port: CourierPort, { sampler, why }: ChosenSampler): void {
    const { grid } = port.welcome;
    const { fps, batch, micros, clock, onTruth, values = {} } = options;
    const surface = this.#surface;
    const numbers = Object.values(values);
    for (const rect of options.masks ?? []) this.#hidden.add(rect);
    let made: Recorder | null = null;
    const recorder = new RecorderClass({
      sampler,
      port,
      fps,
      batch,
      cost: new CostController({ fps, batch, micros }),
      why,
      clock,
      onTruth,
      masks: (out) => this.#collectMasks(out),
      state: (out) => {
        surface.readState(out, grid);
        this.#regions.read(out, grid);
        for (const { read } of numbers) out.values.push(read());
      },
      onDiagnostic: (diagnostic) => this.#tell(diagnostic),
      // One that ends late must not take the next one's frames away.
      onStopped: () => {
        if (this.#recorder === made) this.#detach();
      },
    });
    this.#recorder = made = recorder;
    recorder.start();
    // The server may have closed at once.
    if (recorder.state === 'stopped') return;
    for (const { name, data } of this.#early.splice(0)) recorder.event(name, data);
    if (this.#paused) recorder.pause();
    this.#attached = true;
    surface.attach(this.#frames);
    globalThis.document?.addEventListener('visibilitychange', this.#onVisibility);
  }

  #collectMasks(out: MaskList): void {
    const { width, height } = this.#surface.canvas;
    for (const region of this.#hidden) {
      const rect = typeof region === 'function' ? region() : region;
      if (rect === null) continue;
      // What is no part of a screen hides all of it: pixels instead of fractions would hide nothing.
      if (isScreenRect(rect)) out.add(rect.x * width, rect.y * height, rect.width * width, rect.height * height);
      else out.addAll();
    }
    this.#surface.readMasks?.(out);
  }

  readonly #frames = {
    beginFrame: (): void => this.#recorder?.beginFrame(),
    endFrame: (): void => {
      const recorder = this.#recorder;
      const { canvas } = this.#surface;
      if (!recorder) return;
      let viewport: Viewport;
      try {
        viewport = this.#surface.viewport();
      } catch (cause) {
        viewport = { x: 0, y: 0, width: canvas.width, height: canvas.height };
        this.#tell({ code: 'sampler-failed', message: `The viewport cannot be told: ${messageOf(cause)}`, cause });
      }
      recorder.endFrame(viewport, canvas);
    },
  };

  /** A page in the background draws nothing: what is under way is sent, and the recording says why it pauses. */
  readonly #onVisibility = (): void => {
    const hidden = globalThis.document.visibilityState === 'hidden';
    this.#recorder?.event('page', { hidden });
    if (hidden) this.#recorder?.flush();
  };

  #detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#surface.detach();
    globalThis.document?.removeEventListener('visibilitychange', this.#onVisibility);
  }

  #release(): void {
    this.#detach();
    this.#recorder?.stop();
    if (!this.#recorder) this.#port?.close();
    this.#recorder = this.#port = null;
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

/** A stop or another start came while this one was on its way. */
class Superseded extends Error {}
