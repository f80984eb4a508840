import type { GraphTensor } from '@sgaps/core';
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { FromArchiveModel, ToArchiveModel } from './archiveMessages.js';
import { isRuntimeThread, type RuntimeScope, refusalOf, setUpWasm } from './wasmRuntime.js';

/**
 * The worker that runs an archive's decoder, on WASM only: its numbers are nearer to those of the CPU that the archive was coded on than a GPU's, and what they are apart stays in
 * the picture until the next group.
 */
interface WorkerScope extends RuntimeScope {
  postMessage(message: FromArchiveModel, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToArchiveModel>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
let session: InferenceSession | null = null;

async function load({ bytes, wasmPaths }: Extract<ToArchiveModel, { type: 'load' }>): Promise<void> {
  setUpWasm(env, scope, wasmPaths);
  try {
    session = await InferenceSession.create(bytes, { executionProviders: ['wasm'], logSeverityLevel: 3 });
    const { inputMetadata, outputMetadata } = session;
    scope.postMessage({ type: 'loaded', inputs: inputMetadata, outputs: outputMetadata });
  } catch (error) {
    const { code, message } = refusalOf(error, 'wasm');
    scope.postMessage({ type: 'refused', code, message });
  }
}

async function run({ run, inputs, outputs }: Extract<ToArchiveModel, { type: 'run' }>): Promise<void> {
  try {
    if (!session) throw new Error('it is not loaded');
    const feeds = Object.fromEntries(inputs.map((input) => [input.name, tensorOf(input)]));
    const made = await session.run(feeds);
    const data = outputs.map(({ name, dims }): GraphTensor['data'] => {
      const { data, dims: found } = made[name];
      if ((data instanceof Float32Array || data instanceof Int32Array) && found.join() === dims.join()) return data;
      throw new Error(`its output ${name} is [${found}] instead of [${dims}]`);
    });
    const transfer = data.map(({ buffer }) => buffer as ArrayBuffer);
    scope.postMessage({ type: 'ran', run, outputs: data }, transfer);
  } catch (error) {
    scope.postMessage({ type: 'failed', run, message: error instanceof Error ? error.message : String(error) });
  }
}

function tensorOf({ type, data, dims }: GraphTensor): Tensor {
  return type === 'int32' ? new Tensor('int32', data as Int32Array, dims) : new Tensor('float32', data as Float32Array, dims);
}

if (!isRuntimeThread(scope)) scope.onmessage = ({ data }) => void (data.type === 'load' ? load(data) : run(data));
