import { SgapsError } from '@sgaps/protocol';
import type { Env } from 'onnxruntime-web';

/** Threads of the WASM build: beyond these a net of this size gains little, and the game's machine has other work. */
const MOST_THREADS = 4;

/** What is read of a worker's global scope; TypeScript's DOM library knows the window only. */
export interface RuntimeScope {
  readonly name: string;
  readonly crossOriginIsolated: boolean;
  readonly navigator: { readonly hardwareConcurrency: number };
}

/** True in a worker that ONNX Runtime started as one of its threads: it runs the script of the worker that it helps, and is not spoken to. */
export function isRuntimeThread({ name }: RuntimeScope): boolean {
  return name.startsWith('em-pthread');
}

/** Says where the runtime's WebAssembly is, and how many threads it may take. */
export function setUpWasm({ wasm }: Env, scope: RuntimeScope, wasmPaths: string | undefined): void {
  wasm.numThreads = scope.crossOriginIsolated ? Math.min(MOST_THREADS, Math.ceil(scope.navigator.hardwareConcurrency / 2)) : 1;
  if (wasmPaths !== undefined) wasm.wasmPaths = wasmPaths;
}

/** Why a model did not start: the runtime's own files or the device are missing, or else it is about the model. */
export function refusalOf(error: unknown, provider: string): SgapsError {
  const said = error instanceof Error ? error.message : String(error);
  if (said.startsWith('no available backend found'))
    return new SgapsError('PROVIDER_UNAVAILABLE', `ONNX Runtime does not start on ${provider} here: ${said}`);
  return invalidModel(said);
}

/** A model that is none of ours. */
export function invalidModel(why: string): SgapsError {
  return new SgapsError('MODEL_INVALID', `The model cannot be used: ${why}.`);
}
