import { type ArchiveGraph, checkArchiveGraph, GraphArchiveModel, type GraphOutput, type GraphTensor } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import type { FromArchiveModel, ToArchiveModel } from './archiveMessages.js';
import { type ModelSource, readArchiveDecoder } from './ModelFile.js';
import type { WebModelOptions } from './WebModel.js';
import { invalidModel } from './wasmRuntime.js';

/**
 * HST-MAE's decoder in the browser, for archives: ONNX Runtime Web on WASM, in a worker of its own. It does not encode. May be made on a page and in a worker.
 *
 * @example
 * ```ts
 * const model = await WebArchiveModel.load('/models/hst-mae-tiny/model.json');
 * const decoder = new ArchiveDecoder(reader.header, { model });
 * ```
 */
export class WebArchiveModel extends GraphArchiveModel {
  /**
   * Gets a model's `model.json` and the `decoder.onnx` beside it, checks them against each other, and runs the decoder once. Addresses are relative to the page, or to the
   * worker's script. Rejects with `MODEL_NOT_FOUND`, with `MODEL_INVALID` where it is damaged or no such model, with `PROVIDER_UNAVAILABLE` where ONNX Runtime does
   * not start here, and with `STORAGE_FAILED` where it cannot be read.
   */
  static async load(source: ModelSource, { wasmPaths }: Pick<WebModelOptions, 'wasmPaths'> = {}): Promise<WebArchiveModel> {
    const isAddress = typeof source === 'string' || source instanceof URL;
    const base = globalThis.document?.baseURI ?? globalThis.location.href;
    const { card, bytes } = await readArchiveDecoder(isAddress ? new URL(source, base) : source);
    const decoder = new WorkerDecoder();
    const model = new WebArchiveModel(card, decoder);
    try {
      await decoder.load(bytes, card.memoryWidth, wasmPaths);
      await model.warmUp();
      return model;
    } catch (error) {
      await model.close();
      throw error;
    }
  }
}

interface Waiting {
  resolve(data: readonly GraphTensor['data'][]): void;
  reject(error: SgapsError): void;
}

/** The decoder's graph in its worker. */
class WorkerDecoder {
  readonly #worker = createWorker();
  readonly #waiting = new Map<number, Waiting>();
  #runs = 0;
  /** Why it does nothing any more. */
  #ended: SgapsError | null = null;

  load(bytes: Uint8Array<ArrayBuffer>, memoryWidth: number, wasmPaths: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#worker.onerror = ({ message }) => {
        const why = `The worker of ONNX Runtime failed: ${message || 'no reason given'}.`;
        const error = new SgapsError('PROVIDER_UNAVAILABLE', why);
        reject(error);
        this.#end(error);
      };
      this.#worker.onmessage = ({ data }: MessageEvent<FromArchiveModel>) => {
        if (data.type === 'refused') reject(new SgapsError(data.code, data.message));
        else if (data.type === 'loaded') {
          try {
            resolve(checkArchiveGraph('decoder', data, memoryWidth));
          } catch (error) {
            reject(error);
          }
        } else this.#hear(data);
      };
      this.#worker.postMessage({ type: 'load', bytes, wasmPaths } satisfies ToArchiveModel, [bytes.buffer]);
    });
  }

  run(
    graph: ArchiveGraph,
    inputs: readonly GraphTensor[],
    outputs: readonly GraphOutput[],
  ): Promise<readonly GraphTensor['data'][]> {
    return new Promise((resolve, reject) => {
      if (graph === 'encoder') return reject(new SgapsError('UNSUPPORTED', 'Archives are made by the server, not in a browser.'));
      if (this.#ended) return reject(this.#ended);
      const run = this.#runs++;
      this.#waiting.set(run, { resolve, reject });
      this.#worker.postMessage({ type: 'run', run, inputs, outputs } satisfies ToArchiveModel);
    });
  }

  async close(): Promise<void> {
    this.#end(new SgapsError('CLOSED', 'The archive model is closed.'));
  }

  #hear(data: Extract<FromArchiveModel, { type: 'ran' | 'failed' }>): void {
    const waiting = this.#waiting.get(data.run);
    this.#waiting.delete(data.run);
    if (data.type === 'ran') waiting?.resolve(data.outputs);
    else waiting?.reject(invalidModel(data.message));
  }

  #end(why: SgapsError): void {
    this.#ended ??= why;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

/** Written so that bundlers see the worker and bundle it. */
function createWorker(): Worker {
  return new Worker(new URL('./archiveModel.worker.js', import.meta.url), { type: 'module' });
}
