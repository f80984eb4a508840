import { SgapsError } from '../errors.js';
import type { ByteReader } from './ByteReader.js';
import type { ByteWriter } from './ByteWriter.js';

const UNSEEN = 0x80000000;

/**
 * A model for a snapshot: runs of entries never used and of entries used.
 *
 * @example
 * ```ts
 * writeModel(writer, model);
 * readModel(new ByteReader(writer.toBytes()), model);
 * ```
 */
export function writeModel(writer: ByteWriter, model: Uint32Array): void {
  let at = 0;
  while (at < model.length) {
    const start = at;
    while (at < model.length && model[at] === UNSEEN) at++;
    writer.varint(at - start);
    const first = at;
    while (at < model.length && model[at] !== UNSEEN) at++;
    writer.varint(at - first);
    for (let i = first; i < at; i++) writer.u32(model[i]);
  }
}

/**
 * Takes what `writeModel` wrote into a model of the same size. Any probabilities are valid.
 *
 * @example
 * ```ts
 * readModel(reader, model);
 * ```
 */
export function readModel(reader: ByteReader, model: Uint32Array): void {
  let at = 0;
  while (at < model.length) {
    const start = at;
    const end = at + reader.varint('model run', model.length - at);
    model.fill(UNSEEN, at, end);
    const used = end + reader.varint('model run', model.length - end);
    if (used === start) throw SgapsError.malformed('model run');
    for (at = end; at < used; at++) model[at] = reader.u32('model entry');
  }
}
