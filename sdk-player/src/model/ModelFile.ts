import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { parseModelCard } from '@sgaps/core';
import { SgapsError } from '@sgaps/protocol';
import { request } from '../source/request.js';

/**
 * Where a model is: the address of its `model.json`, with `model.onnx` beside it, or both files.
 *
 * @example
 * ```ts
 * const model: ModelSource = '/models/sgaps-mae-small/model.json';
 * ```
 */
export type ModelSource = string | URL | { readonly json: Blob; readonly onnx: Blob };

/** A model's weights, checked against its `model.json`. */
export interface ModelFile {
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const MOST_JSON = 1 << 20;
const MOST_BYTES = 256 << 20;

/** Gets a model and checks that it is whole and for this version. Throws `MODEL_NOT_FOUND`, `MODEL_INVALID`, or `STORAGE_FAILED`. */
export async function readModel(source: ModelSource): Promise<ModelFile> {
  const files = typeof source === 'string' || source instanceof URL ? beside(new URL(source)) : source;
  const card = parseModelCard(new TextDecoder().decode(await contents(files.json, MOST_JSON)));
  const bytes = await contents(files.onnx, MOST_BYTES);
  if (bytesToHex(sha256(bytes)) !== card.sha256) {
    throw new SgapsError(
      'MODEL_INVALID',
      `model.onnx of ${card.id} is not the file that model.json names; it is damaged or another's.`,
    );
  }
  return { id: card.id, bytes };
}

function beside(json: URL): { json: URL; onnx: URL } {
  return { json, onnx: new URL('model.onnx', json) };
}

async function contents(file: Blob | URL, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const body = file instanceof Blob ? file : await download(file.href);
  if (body.size > most)
    throw new SgapsError('MODEL_INVALID', `A model's file of ${body.size} bytes is too large; ${most} are allowed.`);
  return new Uint8Array(await body.arrayBuffer());
}

async function download(url: string): Promise<Blob> {
  try {
    const response = await request(url);
    return await response.blob();
  } catch (cause) {
    if (cause instanceof SgapsError && cause.code === 'NOT_FOUND')
      throw new SgapsError('MODEL_NOT_FOUND', `There is no model at ${url}.`, { cause });
    if (cause instanceof SgapsError) throw cause;
    throw new SgapsError('STORAGE_FAILED', `${url} broke off. Try again.`, { cause });
  }
}
