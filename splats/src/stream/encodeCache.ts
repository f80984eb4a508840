import { crc32c, SgapsError, toFloat16 } from '@sgaps/protocol';
import { cacheBytesOf } from './NeuralTransformationCache.js';
import { numbersOf, type StreamGrid } from './StreamGrid.js';

const HEADER = 24;

/** What a frame's file holds. */
export interface CacheNumbers {
  readonly frame: number;
  readonly added: number;
  /** As `NeuralTransformationCache` has them. */
  readonly tables: Float32Array;
  readonly layers: Float32Array;
}

/**
 * The file of a frame, its numbers rounded to half floats.
 *
 * @throws SgapsError `ARGUMENT_INVALID` for numbers of another grid, or larger than half floats.
 */
export function encodeCache(grid: StreamGrid, { frame, added, tables, layers }: CacheNumbers): Uint8Array {
  const due = numbersOf(grid);
  if (tables.length !== due.tables || layers.length !== due.layers)
    throw new SgapsError(
      'ARGUMENT_INVALID',
      `A cache of this grid has ${due.tables} and ${due.layers} numbers, not ${tables.length} and ${layers.length}.`,
    );
  const bytes = new Uint8Array(cacheBytesOf(grid));
  const view = new DataView(bytes.buffer);
  bytes.set([0x53, 0x47, 0x4e, 0x54, 1, 0, 0, 0]);
  view.setUint32(8, frame, true);
  view.setUint32(12, added, true);
  view.setUint32(16, tables.length, true);
  view.setUint32(20, layers.length, true);
  let at = HEADER;
  for (const numbers of [tables, layers])
    for (let from = 0; from < numbers.length; from++, at += 2) {
      const bits = toFloat16(numbers[from]);
      if ((bits & 0x7c00) === 0x7c00) throw new SgapsError('ARGUMENT_INVALID', `A cache cannot hold ${numbers[from]}.`);
      view.setUint16(at, bits, true);
    }
  view.setUint32(at, crc32c(bytes, 0, 0, at), true);
  return bytes;
}
