import { SgapsError } from '@sgaps/protocol';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { SplatStreamOptions } from './SplatStream.js';
import type { StreamArrays } from './StreamArrays.js';
import type { StreamManifest } from './StreamManifest.js';
import { type AskedFrame, StreamWorker } from './StreamWorker.js';
import type { FilledFrame } from './streamMessages.js';

/** A frame that is made before it is asked for. */
interface Ahead {
  readonly frame: number;
  readonly filled: Promise<FilledFrame | null>;
  readonly stop: AbortController;
}

/**
 * Streamed Gaussians (P6c) of a folder, as `SplatStream` reads them, in a thread of its own: nobody else in the process waits while a frame is made. One set of
 * arrays goes to and fro, or two. A thread that dies is begun anew.
 *
 * @example
 * ```ts
 * const stream = await StreamThread.open('./splats/dancer');
 * await renderer.load(await stream.frame(7));
 * stream.ahead(8);
 * await stream.dispose();
 * ```
 */
export class StreamThread {
  #line: Promise<unknown> = Promise.resolve();
  #ahead: Ahead | null = null;
  /** Arrays of the cloud given last, and free ones. */
  #given: StreamArrays | null = null;
  #free: StreamArrays[] = [];
  #isDisposed = false;

  private constructor(
    private readonly folder: string,
    private readonly options: SplatStreamOptions,
    private worker: StreamWorker,
  ) {}

  /** @throws SgapsError what `SplatStream.open` throws. */
  static async open(folder: string, options: SplatStreamOptions = {}): Promise<StreamThread> {
    return new StreamThread(folder, options, await StreamWorker.open(folder, options));
  }

  get manifest(): StreamManifest {
    return this.worker.manifest;
  }

  /**
   * The cloud of a frame, one at a time. It holds until something else is asked for, by `ahead` too: a renderer has taken it by then.
   *
   * @param signal Once it aborts, nobody waits for the frame any more: it is given up between two steps, with `CLOSED`. Those taken shorten the way next time.
   * @throws SgapsError what `SplatStream.frame` throws, `CLOSED` once disposed, where it was given up, and where reading the frame ended the thread twice.
   */
  async frame(frame: number, signal: AbortSignal = new AbortController().signal): Promise<SplatCloud> {
    const ahead = this.#ahead;
    this.#ahead = null;
    let filled: FilledFrame | null = null;
    if (ahead) {
      // Another one is in the way. (A signal of which nothing will come is left to itself.)
      if (ahead.frame !== frame || signal.aborted) ahead.stop.abort();
      signal.addEventListener('abort', () => ahead.stop.abort(), { once: true });
      filled = await ahead.filled;
      if (filled && ahead.frame !== frame) {
        this.#free.push(filled.arrays);
        filled = null;
      }
    }
    // What could not be made ahead is tried again, so that its error is told to whoever wants it.
    filled ??= await this.#ask(frame, signal);
    this.#given = filled.arrays;
    return filled.cloud;
  }

  /** Makes a frame that will be asked for; nothing is told of it. */
  ahead(frame: number): void {
    if (this.#ahead || frame < 0 || frame >= this.manifest.frames) return;
    const stop = new AbortController();
    this.#ahead = { frame, stop, filled: this.#ask(frame, stop.signal).catch(() => null) };
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.worker.end();
  }

  #ask(frame: number, signal: AbortSignal): Promise<FilledFrame> {
    if (this.#given) this.#free.push(this.#given);
    this.#given = null;
    const asked = this.#line.then(async () => {
      const answer = await this.#askWorker(frame, signal);
      if ('cloud' in answer) return answer;
      if (answer.arrays) this.#free.push(answer.arrays);
      throw answer.error;
    });
    this.#line = asked.catch(() => undefined);
    return asked;
  }

  /** A thread that died, now or before, is begun anew; unless it was just begun: this frame is what ends it then. */
  async #askWorker(frame: number, signal: AbortSignal): Promise<AskedFrame> {
    if (!this.worker.hasEnded) {
      try {
        return await this.worker.ask(frame, this.#free.pop() ?? null, signal);
      } catch (error) {
        if (!this.worker.hasEnded || this.worker.given === 0) throw error;
      }
    }
    if (this.#isDisposed) throw new SgapsError('CLOSED', 'The stream was closed.');
    const worker = await StreamWorker.open(this.folder, this.options);
    this.worker = worker;
    // The base may be another one by now, and arrays have a part of it.
    this.#free = [];
    if (this.#isDisposed) await worker.end();
    return worker.ask(frame, null, signal);
  }
}
