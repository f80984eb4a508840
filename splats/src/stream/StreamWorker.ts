import { Worker } from 'node:worker_threads';
import { SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import type { SplatStreamOptions } from './SplatStream.js';
import type { StreamArrays } from './StreamArrays.js';
import type { StreamManifest } from './StreamManifest.js';
import { buffersOf, type FilledFrame, type FromStream, type StreamThreadData, type ToStream } from './streamMessages.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES ? new URL('./stream.worker.ts', import.meta.url) : new URL('./stream.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];

/** What came of a frame that was asked for: it, or why there is none; and arrays, which are free again where there is none. */
export type AskedFrame = FilledFrame | { readonly error: SgapsError; readonly arrays: StreamArrays | null };

/** One thread that reads a stream, one frame after the other. */
export class StreamWorker {
  /** Frames that it gave. */
  given = 0;
  #manifest: StreamManifest | null = null;
  #settle: ((answer: FromStream | SgapsError) => void) | null = null;
  #ended: SgapsError | null = null;
  /** What was asked for up to this number is no longer wanted; the thread looks at it between two steps. */
  readonly #stopped = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;
  #number = 0;

  private constructor(folder: string, options: SplatStreamOptions) {
    const workerData: StreamThreadData = { folder, options, stopped: this.#stopped };
    this.#worker = new Worker(PROGRAM, { execArgv: EXEC_ARGV, workerData, name: 'sgaps-stream' });
    this.#worker.on('message', (answer: FromStream) => this.#answer(answer));
    this.#worker.on('error', (cause: Error) =>
      this.#end(new SgapsError('CLOSED', 'The thread of a stream has failed.', { cause })),
    );
    this.#worker.on('exit', () => this.#end(new SgapsError('CLOSED', 'The thread of a stream has ended.')));
  }

  /** @throws SgapsError what `SplatStream.open` throws. */
  static async open(folder: string, options: SplatStreamOptions): Promise<StreamWorker> {
    const worker = new StreamWorker(folder, options);
    try {
      const opened = await worker.#next();
      if ('failed' in opened) throw errorOf(opened.failed);
      if ('manifest' in opened) worker.#manifest = opened.manifest;
    } catch (error) {
      await worker.end();
      throw error;
    }
    return worker;
  }

  get manifest(): StreamManifest {
    return this.#manifest!;
  }

  /** It died, or was ended: it answers no more. */
  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  /** One frame at a time. Once `signal` aborts it is given up between two steps, with `CLOSED`; those taken are kept. Throws where the thread has ended. */
  async ask(frame: number, arrays: StreamArrays | null, signal: AbortSignal): Promise<AskedFrame> {
    const number = ++this.#number;
    const stop = () => Atomics.store(this.#stopped, 0, number);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      const answer = await this.#next({ number, frame, arrays });
      if ('failed' in answer) return { error: errorOf(answer.failed), arrays: answer.arrays };
      if (!('cloud' in answer)) throw new SgapsError('CLOSED', 'The thread of a stream gave no frame.');
      this.given++;
      return answer;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Sends something, if anything, and waits for the next answer. The process lives on while it waits. */
  async #next(message?: ToStream): Promise<FromStream> {
    if (this.#ended) throw this.#ended;
    this.#worker.ref();
    try {
      const answer = await new Promise<FromStream | SgapsError>((resolve) => {
        this.#settle = resolve;
        if (message) this.#worker.postMessage(message, message.arrays ? buffersOf(message.arrays) : []);
      });
      if (answer instanceof SgapsError) throw answer;
      return answer;
    } finally {
      this.#settle = null;
      this.#worker.unref();
    }
  }

  #answer(answer: FromStream | SgapsError): void {
    this.#settle?.(answer);
  }

  #end(error: SgapsError): void {
    this.#ended ??= error;
    this.#answer(this.#ended);
  }
}

function errorOf({ code, message }: { readonly code: string; readonly message: string }): SgapsError {
  return new SgapsError(code as SgapsErrorCode, message);
}
