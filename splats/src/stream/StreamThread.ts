import { Worker } from 'node:worker_threads';
import { SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { SplatStreamOptions } from './SplatStream.js';
import type { StreamArrays } from './StreamArrays.js';
import type { StreamManifest } from './StreamManifest.js';
import { buffersOf, type FilledFrame, type FromStream, type StreamThreadData, type ToStream } from './streamMessages.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES ? new URL('./stream.worker.ts', import.meta.url) : new URL('./stream.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];

/** A frame that is made before it is asked for. */
interface Ahead {
  readonly frame: number;
  readonly filled: Promise<FilledFrame | null>;
}

/**
 * Streamed Gaussians (P6c) of a folder, as `SplatStream` reads them, in a thread of its own: nobody else in the process waits while a frame is made. One set of
 * arrays goes to and fro, or two.
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
  #worker: Worker;
  #settle: ((answer: FromStream | SgapsError) => void) | null = null;
  #ended: SgapsError | null = null;
  #manifest: StreamManifest | null = null;
  #line: Promise<unknown> = Promise.resolve();
  #ahead: Ahead | null = null;
  /** Arrays of the cloud given last, and free ones. */
  #given: StreamArrays | null = null;
  #free: StreamArrays[] = [];

  private constructor(data: StreamThreadData) {
    this.#worker = new Worker(PROGRAM, { execArgv: EXEC_ARGV, workerData: data, name: 'sgaps-stream' });
    this.#worker.on('message', (answer: FromStream) => this.#answer(answer));
    this.#worker.on('error', (cause: Error) =>
      this.#end(new SgapsError('CLOSED', 'The thread of a stream has failed.', { cause })),
    );
    this.#worker.on('exit', () => this.#end(new SgapsError('CLOSED', 'The thread of a stream has ended.')));
  }

  /** @throws SgapsError what `SplatStream.open` throws. */
  static async open(folder: string, options: SplatStreamOptions = {}): Promise<StreamThread> {
    const thread = new StreamThread({ folder, options });
    try {
      const opened = await thread.#next();
      if ('manifest' in opened) thread.#manifest = opened.manifest;
    } catch (error) {
      await thread.dispose();
      throw error;
    }
    return thread;
  }

  get manifest(): StreamManifest {
    return this.#manifest!;
  }

  /**
   * The cloud of a frame, one at a time. It holds until something else is asked for, by `ahead` too: a renderer has taken it by then.
   *
   * @throws SgapsError what `SplatStream.frame` throws, `CLOSED` once disposed.
   */
  async frame(frame: number): Promise<SplatCloud> {
    const ahead = this.#ahead;
    this.#ahead = null;
    let filled = await ahead?.filled;
    if (filled && ahead?.frame !== frame) {
      this.#free.push(filled.arrays);
      filled = null;
    }
    // What could not be made ahead is tried again, so that its error is told to whoever wants it.
    filled ??= await this.#ask(frame);
    this.#given = filled.arrays;
    return filled.cloud;
  }

  /** Makes a frame that will be asked for; nothing is told of it. */
  ahead(frame: number): void {
    if (this.#ahead || frame < 0 || frame >= this.manifest.frames) return;
    this.#ahead = { frame, filled: this.#ask(frame).catch(() => null) };
  }

  async dispose(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(frame: number): Promise<FilledFrame> {
    if (this.#given) this.#free.push(this.#given);
    this.#given = null;
    const asked = this.#line.then(async () => {
      const arrays = this.#free.pop() ?? null;
      const answer = await this.#next({ frame, arrays });
      if ('cloud' in answer) return answer;
      throw new SgapsError('CLOSED', 'The thread of a stream gave no frame.');
    });
    this.#line = asked.catch(() => undefined);
    return asked;
  }

  /** Sends something, if anything, and waits for the next answer. */
  async #next(message?: ToStream): Promise<Exclude<FromStream, { failed: unknown }>> {
    if (this.#ended) throw this.#ended;
    this.#worker.ref();
    const answer = await new Promise<FromStream | SgapsError>((resolve) => {
      this.#settle = resolve;
      if (message) this.#worker.postMessage(message, message.arrays ? buffersOf(message.arrays) : []);
    });
    this.#worker.unref();
    if (answer instanceof SgapsError) throw answer;
    if ('failed' in answer) throw new SgapsError(answer.failed.code as SgapsErrorCode, answer.failed.message);
    return answer;
  }

  #answer(answer: FromStream | SgapsError): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(answer);
  }

  #end(error: SgapsError): void {
    this.#ended ??= error;
    this.#answer(this.#ended);
  }
}
