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

/** One thread that draws rows of pictures, one after the other. */
export class ReferenceThread {
  readonly #worker = new Worker(PROGRAM, { execArgv: EXEC_ARGV, name: 'sgaps-splats' });
  #settle: ((answer: FromReference | Error) => void) | null = null;
  #ended: Error | null = null;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: FromReference) => this.#answer(answer));
    this.#worker.on('error', (error: Error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new SgapsError('CLOSED', 'The thread that draws splats has ended.')));
  }

  load(cloud: SplatCloud): void {
    this.#tell({ cloud });
  }

  /** @throws SgapsError `CLOSED` once it has ended, and what drawing throws. */
  async draw(rows: RowsWanted): Promise<SplatImage | ByteImage> {
    if (this.#ended) throw this.#ended;
    this.#worker.ref();
    const answer = await new Promise<FromReference | Error>((resolve) => {
      this.#settle = resolve;
      this.#tell(rows);
    });
    this.#worker.unref();
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

  #answer(answer: FromReference | Error): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(answer);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#answer(error);
  }
}
