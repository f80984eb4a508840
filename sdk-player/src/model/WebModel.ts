import type { ModelBackend, ModelOutput } from '@sgaps/core';
import { type CaptureGrid, isSgapsError, SgapsError } from '@sgaps/protocol';
import { type ModelFile, type ModelSource, readModel } from './ModelFile.js';
import type { FromModel, ToModel } from './messages.js';

/**
 * What a model runs on.
 *
 * @example
 * ```ts
 * const provider: WebProvider = 'wasm';
 * ```
 */
export type WebProvider = 'webgpu' | 'wasm';

/**
 * Options of `WebModel.load`.
 *
 * @example
 * ```ts
 * const options: WebModelOptions = { provider: 'wasm', grid: { width: 320, height: 180 } };
 * ```
 */
export interface WebModelOptions {
  /** `auto` (default): WebGPU where the browser has an adapter that is not software, else WASM. */
  readonly provider?: 'auto' | WebProvider;
  /** Size of the frames to come, so that the first does not wait for anything. Default 320×180. */
  readonly grid?: CaptureGrid;
  /** Address of the folder that ONNX Runtime's `.wasm` and `.mjs` files are in, where a bundler did not put them beside the worker. */
  readonly wasmPaths?: string;
}

/**
 * A model in the browser: ONNX Runtime Web in a worker of its own. Its WebAssembly lies beside the worker's script, nothing is fetched
 * from elsewhere. May be made on a page and in a worker.
 *
 * @example
 * ```ts
 * const model = await WebModel.load('/models/sgaps-mae-small/model.json');
 * console.log(model.id, model.provider);
 * ```
 */
export class WebModel implements ModelBackend {
  /** Frames that the model failed on, or gave numbers for that are none. They stay as memory drew them. */
  failures = 0;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (output: ModelOutput | null) => void>();
  #runs = 0;
  #isDead = false;

  private constructor(
    /** Model id, name@version. */
    readonly id: string,
    readonly provider: WebProvider,
    /** Why the model is on WASM although there is a WebGPU adapter; null otherwise. */
    readonly fallback: string | null,
    worker: Worker,
  ) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromModel>) => {
      if (data.type === 'ran') this.#settle(data.run, data.output);
    };
    worker.onerror = ({ message }) => {
      console.error(`SGAPS: the model's worker failed: ${message}`);
      this.dispose();
    };
  }

  /**
   * Gets a model, checks it against its `model.json` and starts it. Addresses are relative to the page, or to the worker's script.
   * Rejects with `MODEL_NOT_FOUND`, with `MODEL_INVALID` where it is damaged or no such model, with `PROVIDER_UNAVAILABLE` where the
   * provider asked for is not there, and with `STORAGE_FAILED` where it cannot be read.
   */
  static async load(source: ModelSource, options: WebModelOptions = {}): Promise<WebModel> {
    const { provider = 'auto' } = options;
    const [file, adapter] = await Promise.all([
      readModel(typeof source === 'string' ? new URL(source, globalThis.document?.baseURI ?? globalThis.location.href) : source),
      provider === 'wasm' ? 'none' : findAdapter(),
    ]);
    if (provider === 'webgpu' && adapter === 'none')
      throw new SgapsError('PROVIDER_UNAVAILABLE', 'This browser has no WebGPU adapter here; leave `provider` out for WASM.');
    if (provider === 'webgpu') return WebModel.#start(file, 'webgpu', null, options);
    if (adapter !== 'hardware') return WebModel.#start(file, 'wasm', null, options);
    try {
      return await WebModel.#start(file, 'webgpu', null, options);
    } catch (error) {
      if (!isSgapsError(error)) throw error;
      return WebModel.#start(file, 'wasm', error.message, options);
    }
  }

  run(grid: CaptureGrid, planes: Uint8Array): Promise<ModelOutput | null> {
    return new Promise((resolve) => {
      const run = this.#runs++;
      this.#waiting.set(run, resolve);
      if (this.#isDead) this.#settle(run, null);
      else this.#worker.postMessage({ type: 'run', run, grid, planes } satisfies ToModel);
    });
  }

  /** Ends the worker; frames that it has not answered, and later ones, stay as they are. */
  dispose(): void {
    this.#isDead = true;
    this.#worker.terminate();
    for (const run of [...this.#waiting.keys()]) this.#settle(run, null);
  }

  #settle(run: number, output: ModelOutput | null): void {
    if (output === null) this.failures++;
    this.#waiting.get(run)?.(output);
    this.#waiting.delete(run);
  }

  static #start(file: ModelFile, provider: WebProvider, fallback: string | null, options: WebModelOptions): Promise<WebModel> {
    const { grid = { width: 320, height: 180 }, wasmPaths } = options;
    return new Promise((resolve, reject) => {
      const worker = provider === 'webgpu' ? createWebGpu() : createWasm();
      const refuse = (error: SgapsError) => {
        worker.terminate();
        reject(error);
      };
      worker.onerror = ({ message }) =>
        refuse(
          new SgapsError('PROVIDER_UNAVAILABLE', `The worker of ONNX Runtime does not start: ${message || 'no reason given'}.`),
        );
      worker.onmessage = ({ data }: MessageEvent<FromModel>) => {
        if (data.type === 'loaded') resolve(new WebModel(file.id, provider, fallback, worker));
        else if (data.type === 'refused') refuse(new SgapsError(data.code, data.message));
      };
      worker.postMessage({ type: 'load', bytes: file.bytes, grid, wasmPaths } satisfies ToModel);
    });
  }
}

/** Written so that bundlers see the workers and bundle them. Two, as each brings its own build of ONNX Runtime. */
function createWebGpu(): Worker {
  return new Worker(new URL('./modelWebGpu.worker.js', import.meta.url), { type: 'module' });
}

function createWasm(): Worker {
  return new Worker(new URL('./modelWasm.worker.js', import.meta.url), { type: 'module' });
}

/** What is read of a WebGPU adapter, which TypeScript's DOM library does not know; older browsers say it of the adapter itself. */
interface Adapter {
  readonly info?: { readonly isFallbackAdapter?: boolean };
  readonly isFallbackAdapter?: boolean;
}

/** Software adapters are slower than WASM. */
async function findAdapter(): Promise<'none' | 'software' | 'hardware'> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<Adapter | null> } };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return 'none';
  return (adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter) ? 'software' : 'hardware';
}
