import type { ArchiveModel } from '@sgaps/core';
import { isSgapsError } from '@sgaps/protocol';
import { NodeArchiveModel } from './NodeArchiveModel.js';

/** The model that codes where none is named. */
const USUAL_MODEL = 'hst-mae-tiny';

/**
 * The model that codes archives, by its name in `@sgaps/models` or its folder; null for 'none', and where none is named and the usual one, or onnxruntime-node, is not installed:
 * archives are then coded without, and larger.
 *
 * @throws SgapsError As `NodeArchiveModel.open`.
 *
 * @example
 * ```ts
 * const archiveModel = await openArchiveModel(flags.model);
 * ```
 */
export async function openArchiveModel(name?: string): Promise<ArchiveModel | null> {
  if (name === 'none') return null;
  try {
    return await NodeArchiveModel.open(name ?? USUAL_MODEL);
  } catch (error) {
    const isMissing = isSgapsError(error) && (error.code === 'MODEL_NOT_FOUND' || error.code === 'PROVIDER_UNAVAILABLE');
    if (name !== undefined || !isMissing) throw error;
    return null;
  }
}
