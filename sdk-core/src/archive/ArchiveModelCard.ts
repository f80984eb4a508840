import { SgapsError } from '@sgaps/protocol';
import { readCardIdentity, SHA256 } from '../model/ModelCard.js';

/** Width of a region memory at most: 8 rows of it go in and out of each pair. */
const MOST_WIDTH = 4096;
/** Of each cube, and of each code (H11). */
const CODEBOOKS = 6;
const ENTRIES = 512;

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
 * Reads an archive model's `model.json`: `id`, `kind`, which must be `hst-mae`, `memory`, the width of the region memory, `codebooks` and `entries`, which must be this version's,
 * and of `encoder` and `decoder` the `sha256`.
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
  const { kind, memory, codebooks, entries } = card;
  if (kind !== 'hst-mae')
    throw new SgapsError('MODEL_INVALID', `Model ${id} is no archive model: ${file} lacks \`"kind": "hst-mae"\`. Name another.`);
  if (codebooks !== CODEBOOKS || entries !== ENTRIES)
    throw new SgapsError('MODEL_INVALID', `Model ${id} has other codes than the ${CODEBOOKS}×${ENTRIES} of this version.`);
  if (typeof memory !== 'number' || !Number.isInteger(memory) || memory < 1 || memory > MOST_WIDTH)
    throw new SgapsError('MODEL_INVALID', `${file} needs \`memory\`, a whole number from 1 to ${MOST_WIDTH}.`);
  return { id, memoryWidth: memory, sha256: { encoder: hashOf(card, 'encoder', file), decoder: hashOf(card, 'decoder', file) } };
}

function hashOf(card: Readonly<Record<string, unknown>>, graph: 'encoder' | 'decoder', file: string): string {
  const { sha256 } = (card[graph] ?? {}) as { readonly sha256?: unknown };
  if (typeof sha256 !== 'string' || !SHA256.test(sha256))
    throw new SgapsError('MODEL_INVALID', `${file} needs \`sha256\` in \`${graph}\`, 64 hexadecimal digits.`);
  return sha256;
}
