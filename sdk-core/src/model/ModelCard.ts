import { SgapsError } from '@sgaps/protocol';
import { MODEL_PLANES } from './ModelInput.js';

/** Characters of an id: some fit beside it where recordings name their model. */
const ID_LENGTH = 64;

/**
 * What `model.json` says of the `model.onnx` beside it.
 *
 * @example
 * ```ts
 * const { id, sha256 }: ModelCard = parseModelCard(text);
 * ```
 */
export interface ModelCard {
  /** name@version, at most 64 characters. */
  readonly id: string;
  /** Of the weights, 64 hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Reads `model.json`: `id`, `sha256`, and `planes`, which must be those of `MODEL_PLANES`, by their names in order or by their number.
 *
 * @param file How errors name it.
 * @throws SgapsError `MODEL_INVALID`.
 *
 * @example
 * ```ts
 * const { id } = parseModelCard(await readFile('models/sgaps-mae-small/model.json', 'utf8'));
 * ```
 */
export function parseModelCard(text: string, file = 'model.json'): ModelCard {
  const { id, card } = readCardIdentity(text, file);
  const { kind, planes, sha256 } = card;
  if (kind !== undefined)
    throw new SgapsError(
      'MODEL_INVALID',
      `Model ${id} is ${typeof kind === 'string' ? `of the kind '${kind}'` : 'of no known kind'}, which rebuilds no frames. Name another.`,
    );
  if (typeof sha256 !== 'string' || !SHA256.test(sha256))
    throw new SgapsError('MODEL_INVALID', `${file} needs \`sha256\`, 64 hexadecimal digits.`);
  if (planes !== MODEL_PLANES.length && !(Array.isArray(planes) && planes.join() === MODEL_PLANES.join()))
    throw new SgapsError('MODEL_INVALID', `Model ${id} takes other planes than this version makes. Update one of the two.`);
  return { id, sha256 };
}

/** How cards write a sha256. */
export const SHA256 = /^[0-9a-f]{64}$/;

/** What every card has, whatever its model is for, and the rest as it is. Throws `MODEL_INVALID`. */
export function readCardIdentity(text: string, file: string): { id: string; card: Readonly<Record<string, unknown>> } {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new SgapsError('MODEL_INVALID', `${file} is not JSON.`, { cause });
  }
  const card = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const { id } = card;
  if (typeof id !== 'string' || !/^[\w.-]+@[\w.-]+$/.test(id) || id.length > ID_LENGTH)
    throw new SgapsError('MODEL_INVALID', `${file} needs an \`id\` of the form name@version, at most ${ID_LENGTH} characters.`);
  return { id, card };
}
