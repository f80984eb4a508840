import { Worker } from 'node:worker_threads';
import { SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import type { ByteImage, SplatImage } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { FromReference, RowsWanted, ToReference } from './referenceMessages.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES
  ? new URL('./reference.worker.ts', import.meta.url)
  : new URL('./reference.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];

type Settle = (answer: FromReference | Error) => void;

/** One thread that draws rows of pictures for all renderers, one after the other. */
export class ReferenceThread {
  readonly #worker = new Worker(PROGRAM, { execArgv: EXEC_ARGV, name: 'sgaps-splats' });
  readonly #waiting = new Map<number, Settle>();
  #tasks = 0;
  #ended: Error | null = null;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: FromReference) => this.#answer(answer));
    this.#worker.on('error', (cause: Error) => this.#end(cause));
    this.#worker.on('exit', () => this.#end());
  }

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  load(renderer: number, cloud: SplatCloud): void {
    this.#tell({ renderer, cloud });
  }

  forget(renderer: number): void {
    this.#tell({ renderer, forget: true });
  }

  /** @throws SgapsError `PROVIDER_UNAVAILABLE` once it has ended, and what drawing throws. */
  async draw(renderer: number, rows: RowsWanted): Promise<SplatImage | ByteImage> {
    if (this.#ended) throw this.#ended;
    const task = this.#tasks++;
    const answer = await new Promise<FromReference | Error>((resolve) => {
      this.#waiting.set(task, resolve);
      this.#worker.ref();
      this.#tell({ renderer, task, rows });
    });
    if (answer instanceof Error) throw answer;
    if ('failed' in answer) throw new SgapsError(answer.failed.code as SgapsErrorCode, answer.failed.message);
    return answer.image;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(message: ToReference): void {
    this.#worker.postMessage(message);
  }

  #answer(answer: FromReference): void {
    const settle = this.#waiting.get(answer.task);
    this.#waiting.delete(answer.task);
    if (this.#waiting.size === 0) this.#worker.unref();
    settle?.(answer);
  }

  #end(cause?: Error): void {
    const why = cause ? `: ${cause.message}` : '.';
    this.#ended ??= new SgapsError('PROVIDER_UNAVAILABLE', `A thread that draws splats has ended${why}`, { cause });
    for (const settle of this.#waiting.values()) settle(this.#ended);
    this.#waiting.clear();
  }
}
