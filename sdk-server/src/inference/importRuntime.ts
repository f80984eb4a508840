import type { Ort } from './OnnxModel.js';
import { Refusal, reasonOf } from './Refusal.js';

/**
 * ONNX Runtime, which may not be installed.
 *
 * @throws Refusal `PROVIDER_UNAVAILABLE`.
 *
 * @example
 * ```ts
 * const ort = await importRuntime();
 * ```
 */
export async function importRuntime(): Promise<Ort> {
  try {
    const ort = await import('onnxruntime-node');
    // What goes wrong is thrown, too; on standard error it would stand a second time, unasked for with `auto`.
    ort.env.logLevel = 'fatal';
    return ort;
  } catch (error) {
    throw new Refusal(
      'PROVIDER_UNAVAILABLE',
      `onnxruntime-node cannot be loaded (${reasonOf(error)}); add it with \`npm install onnxruntime-node\`.`,
    );
  }
}
