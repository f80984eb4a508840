import { SgapsError } from '@sgaps/protocol';
import { readCardIdentity, SHA256 } from '../model/ModelCard.js';

/** Width of a region memory at most: 8 rows of it are held beside each place of an archive. */
const MOST_WIDTH = 4096;

/**
 * What `model.json` says of the `encoder.onnx` and `decoder.onnx` beside it, which archives are made and played with.
 *
 * @example
 * ```ts
 * const { id, sha256 }: ArchiveModelCard = parseArchiveModelCard(text);
 * ```
 */
export interface ArchiveModelCard {
  /** name@version, at most 64 characters; archives name their model so. */
  readonly id: string;
  /** Width D of the region memory (H6), 1 … 4,096. */
  readonly memoryWidth: number;
  /** Of the two files, 64 hexadecimal digits each. */
  readonly sha256: { readonly encoder: string; readonly decoder: string };
}

/**
 * Reads an archive model's `model.json`: `kind`, which must be `archive`, `id`, `memoryWidth`, and `sha256` of `encoder` and `decoder`.
 *
 * @param file How errors name it.
 * @throws SgapsError `MODEL_INVALID`.
 *
 * @example
 * ```ts
 * const { id } = parseArchiveModelCard(await readFile('models/hst-mae-tiny/model.json', 'utf8'));
 * ```
 */
export function parseArchiveModelCard(text: string, file = 'model.json'): ArchiveModelCard {
  const { id, card } = readCardIdentity(text, file);
  const { kind, memoryWidth, sha256 } = card;
  if (kind !== 'archive')
    throw new SgapsError('MODEL_INVALID', `Model ${id} is no archive model: ${file} lacks \`"kind": "archive"\`.`);
  const { encoder, decoder } = (typeof sha256 === 'object' && sha256 !== null ? sha256 : {}) as Record<string, unknown>;
  if (typeof encoder !== 'string' || typeof decoder !== 'string' || !SHA256.test(encoder) || !SHA256.test(decoder))
    throw new SgapsError('MODEL_INVALID', `${file} needs \`sha256\` of \`encoder\` and \`decoder\`, 64 hexadecimal digits each.`);
  if (typeof memoryWidth !== 'number' || !Number.isInteger(memoryWidth) || memoryWidth < 1 || memoryWidth > MOST_WIDTH)
    throw new SgapsError('MODEL_INVALID', `${file} needs \`memoryWidth\`, a whole number from 1 to ${MOST_WIDTH}.`);
  return { id, memoryWidth, sha256: { encoder, decoder } };
}
