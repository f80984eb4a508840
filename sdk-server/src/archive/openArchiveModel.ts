import type { ArchiveModel } from '@sgaps/core';
import { NodeArchiveModel } from './NodeArchiveModel.js';

/**
 * The model that codes archives, by its name in `@sgaps/models` or its folder; null for 'none', the default: what codes save is little so far (docs/archive-figures.md), and
 * without a model an archive is shown anywhere.
 *
 * @throws SgapsError As `NodeArchiveModel.open`.
 *
 * @example
 * ```ts
 * const archiveModel = await openArchiveModel(flags.model);
 * ```
 */
export async function openArchiveModel(name = 'none'): Promise<ArchiveModel | null> {
  return name === 'none' ? null : NodeArchiveModel.open(name);
}
