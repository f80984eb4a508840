import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { SgapsError } from '@sgaps/protocol';
import { reasonOf } from './Refusal.js';

/**
 * The folder of a model: a path (absolute, or with a slash in it), or the name of one in `@sgaps/models`.
 *
 * @throws SgapsError `MODEL_NOT_FOUND`.
 *
 * @example
 * ```ts
 * await openModel('sgaps-mae-small');
 * await openModel('./my-models/fine-tuned');
 * ```
 */
export async function openModel(name: string): Promise<string> {
  if (isAbsolute(name) || /[/\\]/.test(name)) {
    const folder = resolve(name);
    if (existsSync(join(folder, 'model.json'))) return folder;
    throw new SgapsError('MODEL_NOT_FOUND', `${folder} has no model.json; name a folder with model.onnx and model.json.`);
  }
  let why = 'it has none of that name';
  try {
    const { modelFolder } = await import('@sgaps/models');
    const folder = modelFolder(name);
    if (folder) return folder;
  } catch (error) {
    why = reasonOf(error);
  }
  throw new SgapsError('MODEL_NOT_FOUND', `The model '${name}' is not in @sgaps/models (${why}); install it, or give a path.`);
}
