import { Worker } from 'node:worker_threads';
import { SgapsError, type SgapsErrorCode } from '@sgaps/protocol';
import { type ByteImage, checkSides, type SplatCamera, type SplatImage } from '../camera/SplatCamera.js';
import { type CloudChanges, checkCloud } from '../cloud/CloudChanges.js';
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
  #loaded: Pick<SplatCloud, 'count' | 'degree'> | null = null;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: FromReference) => this.#answer(answer));
    this.#worker.on('error', (error: Error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(new SgapsError('CLOSED', 'The thread that draws splats has ended.')));
  }

  /** @throws SgapsError `ARGUMENT_INVALID` for arrays of other lengths than the count says. */
  async load(cloud: SplatCloud): Promise<void> {
    checkCloud(cloud, cloud);
    this.#loaded = { count: cloud.count, degree: cloud.degree };
    this.#tell({ cloud });
  }

  /** @throws SgapsError `ARGUMENT_INVALID` for arrays of other lengths than the cloud's, `OUT_OF_ORDER` where nothing was loaded. */
  async update(changes: CloudChanges): Promise<void> {
    if (!this.#loaded) throw new SgapsError('OUT_OF_ORDER', 'Splats are changed once they are loaded.');
    checkCloud(this.#loaded, changes);
    this.#tell({ changes });
  }

  /** @throws SgapsError `OUT_OF_ORDER` while another is drawn, `CLOSED` once disposed. */
  async render(camera: SplatCamera): Promise<SplatImage> {
    return (await this.#draw(camera, 'floats')) as SplatImage;
  }

  /** As `render` does, with colours as bytes. */
  async renderBytes(camera: SplatCamera): Promise<ByteImage> {
    return (await this.#draw(camera, 'bytes')) as ByteImage;
  }

  async dispose(): Promise<void> {
    await this.#worker.terminate();
  }

  async #draw(camera: SplatCamera, colours: 'floats' | 'bytes'): Promise<SplatImage | ByteImage> {
    checkSides(camera.width, camera.height);
    if (this.#ended) throw this.#ended;
    if (this.#settle) throw new SgapsError('OUT_OF_ORDER', 'One picture of splats is drawn at a time.');
    this.#worker.ref();
    const answer = await new Promise<FromReference | Error>((resolve) => {
      this.#settle = resolve;
      this.#tell({ camera, colours });
    });
    this.#worker.unref();
    if (answer instanceof Error) throw answer;
    if ('failed' in answer) throw new SgapsError(answer.failed.code as SgapsErrorCode, answer.failed.message);
    return answer.image;
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
