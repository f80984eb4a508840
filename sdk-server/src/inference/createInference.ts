import { isSgapsError } from '@sgaps/protocol';
import type { Logger } from 'pino';
import type { InferenceOptions } from './InferenceOptions.js';
import { InferenceService } from './InferenceService.js';
import { openModel } from './openModel.js';

/**
 * Options of `createInference`.
 *
 * @example
 * ```ts
 * const options: CreateInferenceOptions = { model: 'sgaps-mae-small', provider: 'cpu' };
 * ```
 */
export interface CreateInferenceOptions extends Omit<InferenceOptions, 'folder' | 'log'> {
  /** Name of a model in `@sgaps/models`, or a path to one. Default `sgaps-mae-small`, if it is installed. */
  readonly model?: string;
}

/** The model that is taken where none is named. */
export const USUAL_MODEL = 'sgaps-mae-small';

/**
 * The inference service; null, and one line in the log, where the usual model or `onnxruntime-node` is not installed: frames are then rebuilt by `diffusion`.
 *
 * @throws SgapsError As `openModel` and `InferenceService.start`, where a model is damaged, or where the model or provider was asked for by name.
 *
 * @example
 * ```ts
 * const inference = await createInference({}, log);
 * ```
 */
export async function createInference(options: CreateInferenceOptions, log: Logger): Promise<InferenceService | null> {
  const { model, provider = 'auto', ...others } = options;
  try {
    return await InferenceService.start({ ...others, provider, folder: await openModel(model ?? USUAL_MODEL), log });
  } catch (error) {
    const missing =
      isSgapsError(error) &&
      ((error.code === 'MODEL_NOT_FOUND' && model === undefined) ||
        (error.code === 'PROVIDER_UNAVAILABLE' && provider === 'auto'));
    if (!missing) throw error;
    log.info({ code: error.code, reason: error.message }, 'no model: frames are rebuilt by diffusion');
    return null;
  }
}
