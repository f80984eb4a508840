import type { CaptureGrid } from '@sgaps/protocol';
import type { ChosenSampler } from '../sampler/createKnownSampler.js';
import { createSampler, type SamplerSource } from '../sampler/createSampler.js';
import type { SamplerKind, Viewport } from '../sampler/Sampler.js';
import type { FrameStateBuffer } from '../state/FrameStateBuffer.js';
import { GameRecorder, type GameSurface, type SamplerWants } from './GameRecorder.js';
import type { RecordingOptions } from './RecordingOptions.js';

/**
 * Options of `recordCanvas`.
 *
 * @example
 * ```ts
 * const options: CanvasRecordingOptions = { endpoint: 'ws://localhost:2567', game: 'mine', frames: 'manual' };
 * ```
 */
export interface CanvasRecordingOptions extends RecordingOptions {
  /**
   * `auto` (default): frames are taken after the game's own `requestAnimationFrame` callbacks. `manual`: the game calls
   * `recording.recorder?.beginFrame()` before it draws and `recording.recorder?.endFrame(viewport, canvas)` after, in the same task.
   */
  readonly frames?: 'auto' | 'manual';
  /** The context or device the game draws with, where it is at hand: better than finding out. Default: the canvas. */
  readonly source?: SamplerSource;
  /** Only this way of sampling. Default: the best that works. */
  readonly sampler?: SamplerKind;
  /** Adds what the game knows of the frame just drawn: cameras and objects, on the capture grid. */
  readonly state?: (out: FrameStateBuffer, grid: CaptureGrid) => void;
  /** What the game last gave to `gl.viewport`. Default: the whole canvas. */
  readonly viewport?: () => Viewport;
  /** Name of the engine, kept with the recording. Default `canvas`. */
  readonly engine?: string;
}

/**
 * Records whatever a game draws on a canvas, without an engine's plugin. Starts at once, unless `autoStart` is false. Never
 * throws into the game: wrong options are told to `onDiagnostic`.
 *
 * @example
 * ```ts
 * const recording = recordCanvas(document.querySelector('canvas')!, { endpoint: 'ws://localhost:2567', game: 'my game' });
 * recording.event('level', { number: 2 });
 * ```
 */
export function recordCanvas(canvas: HTMLCanvasElement, options: CanvasRecordingOptions): GameRecorder {
  const recording = new GameRecorder(new CanvasSurface(canvas, options ?? {}), options);
  if (recording.startsByItself) void recording.record();
  return recording;
}

class CanvasSurface implements GameSurface {
  readonly engine: string;
  readonly canvas: HTMLCanvasElement;
  readonly #options: Partial<CanvasRecordingOptions>;
  #frames: Parameters<GameSurface['attach']>[0] | null = null;
  #scheduled = 0;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(canvas: HTMLCanvasElement, options: Partial<CanvasRecordingOptions>) {
    this.canvas = canvas;
    this.#options = options;
    this.engine = options.engine ?? 'canvas';
  }

  async createSampler(grid: CaptureGrid, batch: number, { truth }: SamplerWants): Promise<ChosenSampler> {
    const { source = this.canvas, sampler: prefer } = this.#options;
    // What a canvas is drawn with shows best in the task that drew it.
    if (source === this.canvas) await new Promise((resolve) => requestAnimationFrame(resolve));
    return createSampler(source, { grid, batch, truth, ...(prefer ? { prefer } : {}) });
  }

  readState(out: FrameStateBuffer, grid: CaptureGrid): void {
    this.#options.state?.(out, grid);
  }

  viewport(): Viewport {
    const { width, height } = this.canvas;
    return this.#options.viewport?.() ?? { x: 0, y: 0, width, height };
  }

  attach(frames: Parameters<GameSurface['attach']>[0]): void {
    if (this.#options.frames === 'manual') return;
    this.#frames = frames;
    this.#ask();
  }

  detach(): void {
    this.#frames = null;
    cancelAnimationFrame(this.#scheduled);
    clearTimeout(this.#later);
  }

  /** Callbacks run in the order in which they were asked for: asked for from a later task, ours comes after the game's. */
  #ask(): void {
    this.#later = setTimeout(() => {
      this.#scheduled = requestAnimationFrame(this.#frame);
    });
  }

  readonly #frame = (): void => {
    const frames = this.#frames;
    if (!frames) return;
    this.#ask();
    frames.endFrame();
    // The game's next frame begins somewhere else; what has come back is read now, when its commands are queued anyway.
    frames.beginFrame();
  };
}
