import type { CaptureGrid } from '@sgaps/protocol';
import { assertCaptureGrid, LIMITS } from '@sgaps/protocol/vocabulary';
import { AreaGather } from './areaSample.js';
import { CoordinateStore } from './CoordinateStore.js';
import { CopiedBatch } from './CopiedBatch.js';
import { createReadingCanvas, type ReadingCanvas } from './readingCanvas.js';
import { drawPicture, readCanvas } from './readPicture.js';
import { assertBatch } from './SampleBatch.js';
import type {
  LoadedSamples,
  MaskRect,
  PackedSamples,
  SampledFrame,
  SampleRun,
  Sampler,
  SamplerCounters,
  Viewport,
} from './Sampler.js';

const DEFAULT_FPS = 5;

/**
 * Options of `Canvas2dSampler`.
 *
 * @example
 * ```ts
 * const options: Canvas2dSamplerOptions = { grid: { width: 320, height: 180 }, batch: 2 };
 * ```
 */
export interface Canvas2dSamplerOptions {
  readonly grid: CaptureGrid;
  /** Frames read together, 1 … 16. Default 4. */
  readonly batch?: number;
  /** Frames a second to ask for at most. Default 5. */
  readonly mostFps?: number;
}

/**
 * The last resort, for any canvas where neither WebGL2, WebGPU nor a worker serves: the browser scales the finished frame down to
 * the grid, one below the other into a tall canvas, and a whole batch is read with one `getImageData` at the start of a later
 * frame. That call waits for the GPU (milliseconds), so it asks for few frames (`mostFps`).
 *
 * Values are near those of the other samplers, not equal, as the browser's filter is no area mean. Measured in Chromium against
 * `AreaGather`: at most 1 off where the canvas is the grid's size times 1, 2, 4 …; elsewhere (3, 2.67, 6 times) 0.7 to 1.3 off in the
 * mean over pictures like a game's, and up to 90 at hard edges. Masks are painted at full size, before anything is scaled.
 *
 * The constructor throws `UNSUPPORTED` where there is no 2D canvas, `endFrame` `SecurityError` for a canvas that may not be read.
 *
 * @example
 * ```ts
 * const sampler = new Canvas2dSampler(canvas, { grid: { width: 320, height: 180 } });
 * ```
 */
export class Canvas2dSampler implements Sampler {
  readonly kind = 'canvas2d';
  readonly counters: SamplerCounters = { skipped: 0, postponed: 0, forced: 0, lost: 0, reads: 0 };
  readonly depth = LIMITS.framesPerPacket;
  readonly mostFps: number;
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #grid: CaptureGrid;
  readonly #store = new CoordinateStore();
  readonly #slot = new CopiedBatch();
  /** What each frame of the batch asked: later sets may overwrite the store before it is read. */
  readonly #words: Uint32Array[] = [];
  readonly #runs: (readonly SampleRun[])[] = [];
  readonly #ready: SampledFrame[] = [];
  readonly #gather: AreaGather;
  readonly #small: ReadingCanvas;
  /** Made when a mask is first needed. */
  #full: ReadingCanvas | null = null;
  #batch: number;
  /** Frames that the tall canvas has room for. */
  #room: number;
  #isFlushed = false;
  #isDisposed = false;

  constructor(canvas: HTMLCanvasElement | OffscreenCanvas, options: Canvas2dSamplerOptions) {
    assertCaptureGrid(options.grid);
    const { width, height } = options.grid;
    this.#canvas = canvas;
    this.#grid = options.grid;
    this.#batch = assertBatch(options.batch ?? 4);
    this.mostFps = options.mostFps ?? DEFAULT_FPS;
    // Means are taken of the small picture, where every pixel is a point sample.
    this.#gather = new AreaGather(width, height, options.grid, true);
    this.#room = this.#batch;
    this.#small = createReadingCanvas(width, height * this.#room, false);
  }

  get batch(): number {
    return this.#batch;
  }

  set batch(frames: number) {
    this.#batch = assertBatch(frames);
  }

  load(sets: readonly PackedSamples[]): LoadedSamples[] {
    return this.#store.load(sets);
  }

  holds(loaded: LoadedSamples): boolean {
    return this.#store.holds(loaded);
  }

  beginFrame(): readonly SampledFrame[] {
    this.#ready.length = 0;
    if (this.#isDue()) this.#take();
    return this.#ready;
  }

  endFrame(frameId: number, samples: LoadedSamples | null, _viewport: Viewport, masks: readonly MaskRect[]): boolean {
    if (this.#isDisposed) return false;
    if (this.#isDue()) {
      this.counters.skipped++;
      return false;
    }
    const count = samples?.count ?? 0;
    const i = this.#slot.used;
    // A batch that became larger: a new size clears, so only while nothing is in it.
    if (i === 0 && this.#room < this.#batch) {
      this.#room = this.#batch;
      this.#small.canvas.height = this.#grid.height * this.#room;
    }
    if (samples && count > 0) {
      this.#draw(i, masks);
      const first = this.#store.placeOf(samples);
      const { word, depths } = samples.runs[samples.runs.length - 1];
      const words = word + depths;
      if (!this.#words[i] || this.#words[i].length < words) this.#words[i] = new Uint32Array(words);
      this.#words[i].set(this.#store.words.subarray(first, first + words));
      this.#runs[i] = samples.runs;
    }
    this.#slot.add(frameId, count);
    return true;
  }

  skipFrame(): void {
    // Nothing waits for the end of a frame here.
  }

  flush(): void {
    this.#isFlushed = this.#slot.used > 0;
  }

  drain(): readonly SampledFrame[] {
    this.flush();
    return this.beginFrame();
  }

  /** Exact, unlike the samples: reads the whole canvas. */
  readTruth(out?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return readCanvas(this.#canvas, this.#grid, out);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.counters.lost += this.#slot.used;
    this.#slot.clear();
  }

  #isDue(): boolean {
    return this.#slot.used > 0 && (this.#isFlushed || this.#slot.used >= Math.min(this.#batch, this.#room));
  }

  /** Draws the frame into place `i` of the tall canvas. */
  #draw(i: number, masks: readonly MaskRect[]): void {
    const { context } = this.#small;
    const { width, height } = this.#grid;
    let picture: CanvasImageSource = this.#canvas;
    if (masks.length > 0) {
      const { width: w, height: h } = this.#canvas;
      this.#full ??= createReadingCanvas(w, h, false);
      drawPicture(this.#full, this.#canvas, w, h, masks);
      picture = this.#full.canvas;
    }
    context.fillStyle = '#000';
    context.fillRect(0, height * i, width, height);
    context.imageSmoothingEnabled = true;
    // Low looks at four pixels only; high costs more and measured no better.
    context.imageSmoothingQuality = 'medium';
    context.drawImage(picture, 0, height * i, width, height);
  }

  #take(): void {
    const { frames, used } = this.#slot;
    const { width, height } = this.#grid;
    let rows = 0;
    for (let i = 0; i < used; i++) if (frames[i].count > 0) rows = height * (i + 1);
    if (rows > 0) {
      const { data } = this.#small.context.getImageData(0, 0, width, rows);
      this.counters.reads++;
      for (let i = 0; i < used; i++) {
        const { count } = frames[i];
        if (count === 0) continue;
        const picture = data.subarray(4 * width * height * i, 4 * width * height * (i + 1));
        this.#gather.runs(picture, this.#words[i], 0, this.#runs[i], this.#slot.coloursOf(i), 0);
      }
    }
    for (let i = 0; i < used; i++) this.#ready.push(frames[i]);
    this.#slot.clear();
    this.#isFlushed = false;
  }
}
