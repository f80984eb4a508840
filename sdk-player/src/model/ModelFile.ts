import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type ArchiveModelCard, parseArchiveModelCard, parseModelCard } from '@sgaps/core';
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
  const files = filesOf(source, 'model.onnx');
  const { id, sha256 } = parseModelCard(await cardText(files));
  return { id, bytes: await weights(files, sha256, `model.onnx of ${id}`) };
}

/** Gets what an archive is decoded with, as `readModel`: of the two graphs the decoder, which is the `onnx` of a source that is two files. */
export async function readArchiveDecoder(source: ModelSource): Promise<ModelFile & { readonly card: ArchiveModelCard }> {
  const files = filesOf(source, 'decoder.onnx');
  const card = parseArchiveModelCard(await cardText(files));
  const { id, sha256 } = card;
  return { id, card, bytes: await weights(files, sha256.decoder, `decoder.onnx of ${id}`) };
}

interface Files {
  readonly json: Blob | URL;
  readonly onnx: Blob | URL;
}

function filesOf(source: ModelSource, graph: string): Files {
  if (!(typeof source === 'string' || source instanceof URL)) return source;
  const json = new URL(source);
  return { json, onnx: new URL(graph, json) };
}

async function cardText({ json }: Files): Promise<string> {
  return new TextDecoder().decode(await contents(json, MOST_JSON));
}

async function weights({ onnx }: Files, expected: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await contents(onnx, MOST_BYTES);
  if (bytesToHex(sha256(bytes)) === expected) return bytes;
  throw new SgapsError('MODEL_INVALID', `${what} is not the file that model.json names; it is damaged or another's.`);
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
