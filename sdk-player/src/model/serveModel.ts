import { MODEL_PLANES, type ModelOutput } from '@sgaps/core';
import { type CaptureGrid, isSgapsError } from '@sgaps/protocol';
import type { Env, InferenceSession, Tensor, TypedTensor } from 'onnxruntime-web';
import type { FromModel, ToModel } from './messages.js';
import { invalidModel as invalid, isRuntimeThread, type RuntimeScope, refusalOf, setUpWasm } from './wasmRuntime.js';

/** What is used of ONNX Runtime Web, of whichever build. */
interface Runtime {
  readonly env: Env;
  readonly InferenceSession: { create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> };
  readonly Tensor: new (type: 'uint8', data: Uint8Array, dims: readonly number[]) => TypedTensor<'uint8'>;
}

/** What a worker's global scope offers. */
interface WorkerScope extends RuntimeScope {
  postMessage(message: FromModel, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToModel>) => void) | null;
}

const OUTPUTS = ['frame', 'logVariance', 'gap'] as const;

/** Makes this worker run a model with `provider`. */
export function serveModel(runtime: Runtime, provider: 'webgpu' | 'wasm'): void {
  const scope = globalThis as unknown as WorkerScope;
  if (isRuntimeThread(scope)) return;
  let session: InferenceSession | null = null;

  async function load({ bytes, grid, wasmPaths }: Extract<ToModel, { type: 'load' }>): Promise<void> {
    setUpWasm(runtime.env, scope, wasmPaths);
    try {
      session = await runtime.InferenceSession.create(bytes, { executionProviders: [provider], logSeverityLevel: 3 });
      const names = [...session.inputNames, ...session.outputNames].join();
      if (names !== ['planes', ...OUTPUTS].join()) throw invalid(`it has the inputs and outputs ${names}`);
      // Also compiles what the first frame would wait for.
      await infer(session, grid, new Uint8Array(MODEL_PLANES.length * grid.width * grid.height));
      scope.postMessage({ type: 'loaded' });
    } catch (error) {
      const { code, message } = isSgapsError(error) ? error : refusalOf(error, provider);
      scope.postMessage({ type: 'refused', code, message });
    }
  }

  async function infer(session: InferenceSession, { width, height }: CaptureGrid, planes: Uint8Array): Promise<ModelOutput> {
    const input = new runtime.Tensor('uint8', planes, [1, MODEL_PLANES.length, height, width]);
    const outputs = await session.run({ planes: input });
    const data = <T>(name: string, type: new () => T, channels: number): T => {
      const tensor: Tensor | undefined = outputs[name];
      if (!(tensor?.data instanceof type) || tensor.dims.join() !== [1, channels, height, width].join())
        throw invalid(`its output ${name} is ${tensor?.type} ${tensor?.dims}, for planes of ${height}×${width}`);
      return tensor.data;
    };
    return {
      frame: data('frame', Uint8Array, 3),
      logVariance: data('logVariance', Float32Array, 1),
      gap: data('gap', Float32Array, 1),
    };
  }

  async function run(message: Extract<ToModel, { type: 'run' }>): Promise<void> {
    let output: ModelOutput | null = null;
    try {
      if (session) output = await infer(session, message.grid, message.planes);
    } catch (error) {
      console.error('SGAPS: the model failed on a frame.', error);
    }
    if (output && !(allFinite(output.logVariance) && allFinite(output.gap))) output = null;
    const transfer = output ? [output.frame.buffer, output.logVariance.buffer, output.gap.buffer] : [];
    scope.postMessage({ type: 'ran', run: message.run, output }, transfer as Transferable[]);
  }

  scope.onmessage = ({ data }) => void (data.type === 'load' ? load(data) : run(data));
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
