import { Worker } from 'node:worker_threads';
import { SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import type { SplatCamera, SplatImage } from '../camera/SplatCamera.js';
import type { SplatCloud } from '../cloud/SplatCloud.js';
import type { FromReference, ToReference } from './referenceMessages.js';
import type { SplatRenderer } from './SplatRenderer.js';

/** From its sources the thread needs what this process was started with; the published package is plain JavaScript. */
const FROM_SOURCES = import.meta.url.endsWith('.ts');
const PROGRAM = FROM_SOURCES
  ? new URL('./reference.worker.ts', import.meta.url)
  : new URL('./reference.worker.js', import.meta.url);
const EXEC_ARGV = FROM_SOURCES ? ['--conditions=sgaps-source', '--import', 'tsx'] : [];

/**
 * Draws splats by `renderReference` in a thread of its own, where there is no GPU: some pictures a second at best, and nobody else in the process waits for them.
 *
 * @example
 * ```ts
 * const renderer = new ReferenceRenderer();
 * await renderer.load(cloud);
 * const { colour } = await renderer.render(camera);
 * await renderer.dispose();
 * ```
 */
export class ReferenceRenderer implements SplatRenderer {
  readonly adapter = 'CPU, without WebGPU';
  readonly #worker = new Worker(PROGRAM, { execArgv: EXEC_ARGV, name: 'sgaps-splats' });
  #settle: ((answer: FromReference | Error) => void) | null = null;
  #ended: Error | null = null;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: FromReference) => this.#answer(answer));
    this.#worker.on('error', (error: Error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new SgapsError('CLOSED', 'The thread that draws splats has ended.')));
  }

  async load(cloud: SplatCloud): Promise<void> {
    this.#tell({ cloud });
  }

  /** One at a time. @throws SgapsError `OUT_OF_ORDER` while another is drawn, `CLOSED` once disposed. */
  async render(camera: SplatCamera): Promise<SplatImage> {
    if (this.#ended) throw this.#ended;
    if (this.#settle) throw new SgapsError('OUT_OF_ORDER', 'One picture of splats is drawn at a time.');
    this.#worker.ref();
    const answer = await new Promise<FromReference | Error>((resolve) => {
      this.#settle = resolve;
      this.#tell({ camera });
    });
    this.#worker.unref();
    if (answer instanceof Error) throw answer;
    if ('failed' in answer) throw new SgapsError(answer.failed.code as SgapsErrorCode, answer.failed.message);
    return answer.image;
  }

  async dispose(): Promise<void> {
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
