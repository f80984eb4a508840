import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelCard, parseModelCard } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import { reasonOf } from './Refusal.js';

/**
 * Reads `model.json` of a folder.
 *
 * @throws SgapsError `MODEL_NOT_FOUND` where it is missing, `MODEL_INVALID` where it does not fit this program.
 *
 * @example
 * ```ts
 * const { id } = await readCard('models/sgaps-mae-small');
 * ```
 */
export async function readCard(folder: string): Promise<ModelCard> {
  return parseModelCard(...(await readCardText(folder)));
}

/**
 * Text and path of `model.json` in a folder, whatever it is a card of.
 *
 * @throws SgapsError `MODEL_NOT_FOUND`.
 *
 * @example
 * ```ts
 * const card = parseArchiveModelCard(...(await readCardText('models/hst-mae-tiny')));
 * ```
 */
export async function readCardText(folder: string): Promise<[text: string, file: string]> {
  const file = join(folder, 'model.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SgapsError('MODEL_NOT_FOUND', `${file} cannot be read: ${reasonOf(cause)}`, { cause });
  });
  return [text, file];
}
