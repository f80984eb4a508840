import { SgapsError } from '@sgaps/protocol/vocabulary';
import type { FromGatherer, ToGatherer } from './gatherMessages.js';
import type { MaskRect, SampleRun } from './Sampler.js';

/** A worker's script that is not there after so many milliseconds will not come. */
const READY_WITHIN = 10_000;

/** A frame on its way to the worker, without its picture. */
interface FrameOrder {
  readonly width: number;
  readonly height: number;
  readonly first: number;
  readonly count: number;
  readonly runs: readonly SampleRun[];
  readonly masks: readonly MaskRect[];
  readonly last: boolean;
}

/**
 * The worker of `WorkerSampler`, spoken to in order. A picture is a `VideoFrame` where the browser has it, else an `ImageBitmap`:
 * making that takes time, and then everything after it waits its turn.
 *
 * @example
 * ```ts
 * const worker = new GatherWorker(() => new Worker(url, { type: 'module' }), (rgba, failure) => take(rgba, failure), (why) => stop(why));
 * await worker.ready;
 * ```
 */
export class GatherWorker {
  /** Resolves when the script runs; rejects with `UNSUPPORTED` where it does not. */
  readonly ready: Promise<void>;
  isReady = false;
  readonly #worker: Worker;
  /** What waits for a bitmap, null while nothing does. */
  #queue: Promise<void> | null = null;
  #left = false;

  constructor(
    create: () => Worker,
    onBatch: (rgba: Uint8Array<ArrayBuffer>, failure: string | null) => void,
    onDeath: (why: string) => void,
  ) {
    this.#worker = create();
    this.ready = new Promise((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        if (this.#left) return;
        this.dispose();
        reject(new SgapsError('UNSUPPORTED', `No worker to gather in: ${why}.`));
        onDeath(why);
      };
      const timer = setTimeout(() => fail(`its script did not load within ${READY_WITHIN} ms`), READY_WITHIN);
      this.#worker.onerror = (event) => fail(event.message || 'its script does not load');
      this.#worker.onmessageerror = () => fail('a message could not be read');
      this.#worker.onmessage = ({ data }: MessageEvent<FromGatherer>) => {
        if (this.#left) return;
        if (data.type === 'batch') return onBatch(data.rgba, data.failure);
        clearTimeout(timer);
        this.isReady = true;
        resolve();
      };
    });
    // Whoever does not wait for it is told by `onDeath`.
    this.ready.catch(() => undefined);
  }

  post(message: ToGatherer, transfer: Transferable[] = []): void {
    if (this.#queue) this.#enqueue(async () => this.#worker.postMessage(message, transfer));
    else this.#worker.postMessage(message, transfer);
  }

  /** Takes the canvas' picture now and sends it with its order. Throws `SecurityError` for a canvas that may not be read. */
  postFrame(canvas: HTMLCanvasElement | OffscreenCanvas, order: FrameOrder): void {
    if (typeof VideoFrame === 'function') {
      // The alpha channel is kept: the worker draws over black, which leaves premultiplied colours as they are.
      const picture = new VideoFrame(canvas, { timestamp: 0 });
      this.post({ type: 'frame', picture, ...order }, [picture]);
      return;
    }
    const bitmap = createImageBitmap(canvas).catch(() => null);
    // Posted later, when the caller may have put other masks into the same objects.
    const later = { ...order, masks: order.masks.map(({ x, y, width, height }) => ({ x, y, width, height })) };
    this.#enqueue(async () => {
      const picture = await bitmap;
      if (this.#left) picture?.close();
      else this.#worker.postMessage({ type: 'frame', picture, ...later } satisfies ToGatherer, picture ? [picture] : []);
    });
  }

  /** Ends the worker; what is in it is lost. */
  dispose(): void {
    this.#left = true;
    this.#worker.terminate();
  }

  #enqueue(work: () => Promise<void>): void {
    const queue = (this.#queue ?? Promise.resolve()).then(work).then(() => {
      if (this.#queue === queue) this.#queue = null;
    });
    this.#queue = queue;
  }
}
