import { isSgapsError } from '@sgaps/protocol';
import { type CreateInferenceOptions, InferenceService, openModel } from '@sgaps/server';

const GPU_PROVIDERS = ['cuda', 'webgpu'] as const;

/**
 * An inference service on the GPU, by CUDA where that is there, else by WebGPU; or why neither runs. `provider` 'cpu' asks for the CPU instead. What is wrong
 * with the model is thrown: `MODEL_NOT_FOUND`, `MODEL_INVALID`.
 *
 * @example
 * ```ts
 * const opened = await openService('sgaps-mae-small', 'gpu', { maxBatch: 256 });
 * ```
 */
export async function openService(
  model: string,
  on: 'gpu' | 'cpu',
  options: Omit<CreateInferenceOptions, 'model' | 'provider'>,
): Promise<InferenceService | { readonly reason: string }> {
  const folder = await openModel(model);
  const reasons: string[] = [];
  for (const provider of on === 'cpu' ? (['cpu'] as const) : GPU_PROVIDERS) {
    try {
      return await InferenceService.start({ ...options, folder, provider });
    } catch (error) {
      if (on === 'cpu' || !isSgapsError(error) || error.code !== 'PROVIDER_UNAVAILABLE') throw error;
      reasons.push(error.message);
    }
  }
  return { reason: reasons.join(' ') };
}
