import type { CaptureGrid } from '@sgaps/protocol';
import { assertCaptureGrid, LIMITS, SgapsError } from '@sgaps/protocol/vocabulary';
import { areaEdgeBits } from './areaEdgeBits.js';
import { CoordinateStore } from './CoordinateStore.js';
import { GatherWorker } from './GatherWorker.js';
import { readCanvas } from './readPicture.js';
import { assertBatch, SampleBatch } from './SampleBatch.js';
import type { LoadedSamples, MaskRect, PackedSamples, SampledFrame, Sampler, SamplerCounters, Viewport } from './Sampler.js';

/** Frames under way beyond a batch: what a slow worker may hold of pictures, a whole frame each. */
const AHEAD = 3;
const DEFAULT_FPS = 10;
/** A worker that died is replaced so many times. */
const RESTARTS = 3;

interface Slot {
  readonly batch: SampleBatch;
  /** Samples in it; a batch without any needs no answer. */
  values: number;
  rgba: Uint8Array | null;
  isBack: boolean;
}

/**
 * Options of `WorkerSampler`.
 *
 * @example
 * ```ts
 * const options: WorkerSamplerOptions = { grid: { width: 320, height: 180 }, batch: 2 };
 * ```
 */
export interface WorkerSamplerOptions {
  readonly grid: CaptureGrid;
  /** Frames that come back together, 1 … 16. Default 4. */
  readonly batch?: number;
  /** Frames a second to ask for at most. Default 10. */
  readonly mostFps?: number;
  /** Makes the worker: `gather.worker.js` of this package, found by bundlers, unless told otherwise. */
  readonly createWorker?: () => Worker;
}

/**
 * Samples any canvas (WebGL1, 2D, whatever a game draws with): takes the finished frame as a `VideoFrame` (an `ImageBitmap` where
 * there is none) and gathers in a worker. Costs the main thread some 100 µs a sampled frame and the process a read-back of the
 * whole picture, so it asks for few frames (`mostFps`).
 *
 * Equal to `AreaGather` on the canvas' own read-back, bit for bit, for canvases without alpha and for those with premultiplied alpha
 * (what the page shows over black). Not so with `premultipliedAlpha: false`, nor by `getImageData` (which divides by
 * alpha), where alpha is below 1, nor in another colour space than sRGB.
 *
 * `endFrame` returns false until `ready`. `drain` cannot wait: `await whenIdle()` first. The constructor throws what `createWorker`
 * throws; `endFrame` throws `SecurityError` for a canvas that may not be read, and once for every fault of the worker.
 *
 * @example
 * ```ts
 * const sampler = new WorkerSampler(canvas, { grid: { width: 320, height: 180 } });
 * await sampler.ready;
 * ```
 */
export class WorkerSampler implements Sampler {
  readonly kind = 'worker';
  readonly counters: SamplerCounters = { skipped: 0, postponed: 0, forced: 0, lost: 0, reads: 0 };
  readonly depth = LIMITS.framesPerPacket + AHEAD;
  readonly mostFps: number;
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #grid: CaptureGrid;
  readonly #createWorker: () => Worker;
  readonly #store = new CoordinateStore();
  readonly #free: Slot[] = [];
  readonly #inFlight: Slot[] = [];
  readonly #ready: SampledFrame[] = [];
  readonly #waiting: (() => void)[] = [];
  #batch: number;
  #worker: GatherWorker | null = null;
  #filling: Slot | null = null;
  #underWay = 0;
  /** Words that the worker's store holds. */
  #room = 0;
  #restarts = 0;
  #failure: string | null = null;
  #width = 0;
  #height = 0;

  constructor(canvas: HTMLCanvasElement | OffscreenCanvas, options: WorkerSamplerOptions) {
    assertCaptureGrid(options.grid);
    this.#canvas = canvas;
    this.#grid = options.grid;
    this.#batch = assertBatch(options.batch ?? 4);
    this.mostFps = options.mostFps ?? DEFAULT_FPS;
    this.#createWorker = options.createWorker ?? createGatherWorker;
    this.#start();
  }

  /** Resolves when the worker runs; rejects with `UNSUPPORTED` where it does not. */
  get ready(): Promise<void> {
    return this.#worker?.ready ?? Promise.reject(new SgapsError('CLOSED', this.#failure ?? 'The sampler is disposed.'));
  }

  get batch(): number {
    return this.#batch;
  }

  set batch(frames: number) {
    this.#batch = assertBatch(frames);
  }

  load(sets: readonly PackedSamples[]): LoadedSamples[] {
    const loaded = this.#store.load(sets);
    this.#upload();
    return loaded;
  }

  holds(loaded: LoadedSamples): boolean {
    return this.#store.holds(loaded);
  }

  beginFrame(): readonly SampledFrame[] {
    this.#ready.length = 0;
    const slot = this.#inFlight[0];
    if (slot?.isBack) this.#take(slot);
    return this.#ready;
  }

  endFrame(frameId: number, samples: LoadedSamples | null, _viewport: Viewport, masks: readonly MaskRect[]): boolean {
    if (this.#failure) {
      const message = `The worker that gathers failed: ${this.#failure}.`;
      this.#failure = null;
      throw new SgapsError('UNSUPPORTED', message);
    }
    if (this.#filling && this.#filling.batch.used >= this.#batch) this.flush();
    const worker = this.#worker;
    if (!worker) return false;
    if (!worker.isReady || this.#underWay >= this.#batch + AHEAD) {
      this.counters.skipped++;
      return false;
    }
    const slot = (this.#filling ??= this.#free.pop() ?? { batch: new SampleBatch(), values: 0, rgba: null, isBack: false });
    const count = samples?.count ?? 0;
    const last = slot.batch.used + 1 >= this.#batch;
    if (samples && count > 0) {
      const { width, height } = this.#canvas;
      if (width !== this.#width || height !== this.#height) areaEdgeBits(width, height, this.#grid);
      this.#width = width;
      this.#height = height;
      worker.postFrame(this.#canvas, {
        width,
        height,
        first: this.#store.placeOf(samples),
        count,
        runs: samples.runs,
        masks,
        last,
      });
    }
    const frame = slot.batch.add(frameId, count);
    frame.at = slot.values;
    slot.values += count;
    this.#underWay++;
    if (last) this.#sendBack(slot, count > 0);
    return true;
  }

  skipFrame(): void {
    // Nothing waits for the end of a frame here.
  }

  flush(): void {
    if (this.#filling && this.#filling.batch.used > 0) this.#sendBack(this.#filling, false);
  }

  drain(): readonly SampledFrame[] {
    this.flush();
    return this.beginFrame();
  }

  /** Resolves when the worker has answered all that is under way, or is gone. */
  async whenIdle(): Promise<void> {
    this.flush();
    if (this.#inFlight.some((slot) => !slot.isBack)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  readTruth(out?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return readCanvas(this.#canvas, this.#grid, out);
  }

  dispose(): void {
    this.#restarts = RESTARTS;
    this.#forget();
  }

  #start(): void {
    this.#worker = new GatherWorker(
      this.#createWorker,
      (rgba, failure) => this.#receive(rgba, failure),
      (why) => this.#die(why),
    );
    this.#worker.post({ type: 'start', grid: this.#grid });
    this.#room = 0;
    this.#upload();
  }

  #upload(): void {
    const worker = this.#worker;
    if (!worker) return;
    const { capacity } = this.#store;
    if (this.#room !== capacity) {
      this.#room = capacity;
      worker.post({ type: 'room', capacity });
      this.#store.forget();
    }
    this.#store.upload((at, words) => {
      // A copy of its own: a view would be sent with the whole ring.
      const copy = words.slice();
      worker.post({ type: 'words', at, words: copy }, [copy.buffer]);
    });
  }

  #die(why: string): void {
    const ran = this.#worker?.isReady === true;
    this.#failure = why;
    this.#forget();
    // One that never ran would not run the next time either.
    if (ran && this.#restarts++ < RESTARTS) this.#start();
  }

  /** `isAsked`: the batch's last frame has told the worker to answer. */
  #sendBack(slot: Slot, isAsked: boolean): void {
    this.#filling = null;
    this.#inFlight.push(slot);
    if (slot.values === 0) slot.isBack = true;
    else if (!isAsked) this.#worker?.post({ type: 'flush' });
  }

  #receive(rgba: Uint8Array<ArrayBuffer>, failure: string | null): void {
    const at = this.#inFlight.findIndex((candidate) => !candidate.isBack);
    if (at < 0) return;
    const slot = this.#inFlight[at];
    if (failure !== null || rgba.length !== 4 * slot.values) {
      this.#failure = failure ?? 'its answer does not fit the question';
      this.#inFlight.splice(at, 1);
      this.counters.lost += slot.batch.used;
      this.#release(slot);
    } else {
      slot.rgba = rgba;
      slot.isBack = true;
      this.counters.reads++;
    }
    if (this.#inFlight.every((candidate) => candidate.isBack)) this.#wake();
  }

  #take(slot: Slot): void {
    this.#inFlight.shift();
    const { frames, used } = slot.batch;
    for (let i = 0; i < used; i++) {
      const { count, at } = frames[i];
      if (slot.rgba && count > 0) frames[i].rgba = slot.rgba.subarray(4 * at, 4 * (at + count));
      this.#ready.push(frames[i]);
    }
    this.#release(slot);
  }

  #release(slot: Slot): void {
    this.#underWay -= slot.batch.used;
    slot.batch.clear();
    slot.values = 0;
    slot.rgba = null;
    slot.isBack = false;
    this.#free.push(slot);
  }

  #forget(): void {
    this.#worker?.dispose();
    this.#worker = null;
    this.counters.lost += this.#underWay;
    this.#underWay = 0;
    this.#filling = null;
    this.#inFlight.length = 0;
    this.#free.length = 0;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Written so that bundlers (Vite, webpack, Rollup, Parcel) see the worker and bundle it. */
function createGatherWorker(): Worker {
  return new Worker(new URL('./gather.worker.js', import.meta.url), { type: 'module' });
}
