import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { codeUnsigned, createModel, type RangeCoder, resetModel, UNSIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import { BLOCK_SAMPLES } from '../samples/SampleSet.js';

/** Largest level that can be coded: more than any 8-bit picture has at the finest step. */
const LEVEL_LIMIT = 1 << 14;

/** Classes of frequency in zigzag order: DC, then rings that grow. */
const BANDS = 6;
const BAND = Uint8Array.from({ length: BLOCK_SAMPLES }, (_, k) =>
  k === 0 ? 0 : k < 3 ? 1 : k < 6 ? 2 : k < 15 ? 3 : k < 28 ? 4 : 5,
);
/** How much was coded just above it in frequency. */
const BUSY = 3;

// Model layout of one plane.
const ANY = 0;
const LAST = ANY + 3;
const ZERO = LAST + 64;
const ONE = ZERO + BANDS * BUSY;
const MORE = ONE + BANDS * BUSY;
const PLANE = MORE + 2 * UNSIGNED_MODEL;

/**
 * Codes the quantised coefficients of a block's planes: whether there are any, the place of the last in zigzag order, and from there
 * down whether each is zero, one, or how much more, in the context of frequency and of the two coded before it.
 *
 * @example
 * ```ts
 * coefficients.code(encoder, 0, levels); // luma: 64 levels in zigzag order
 * ```
 */
export class CoefficientCoder {
  private readonly model: Uint32Array;
  /** By plane: whether the block coded last had any. */
  private readonly lastAny: Uint8Array;

  /** `contexts` sets of probabilities, for planes and for ways to predict. */
  constructor(contexts: number) {
    this.model = createModel(contexts * PLANE);
    this.lastAny = new Uint8Array(contexts);
  }

  reset(): void {
    resetModel(this.model);
    this.lastAny.fill(0);
  }

  /**
   * Codes 64 levels in zigzag order; a decoder gets all of them written. Returns how many are coded, the last one included.
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
   */
  code(coder: RangeCoder, context: number, levels: Int32Array): number {
    const { model, lastAny } = this;
    const { encoding } = coder;
    const base = context * PLANE;
    let last = -1;
    if (encoding) for (let k = BLOCK_SAMPLES - 1; k >= 0 && last < 0; k--) if (levels[k] !== 0) last = k;
    const any = coder.bit(model, base + ANY + lastAny[context], last >= 0 ? 1 : 0);
    lastAny[context] = any;
    if (!encoding) levels.fill(0);
    if (any === 0) return 0;
    last = coder.symbol(model, base + LAST, 6, last < 0 ? 0 : last);
    let near = 0;
    let far = 0;
    for (let k = last; k >= 0; k--) {
      const busy = near + far > 2 ? 2 : near + far > 0 ? 1 : 0;
      const place = BAND[k] * BUSY + busy;
      const level = encoding ? levels[k] : 0;
      let size = encoding ? (level < 0 ? -level : level) : 0;
      far = near;
      near = 0;
      // The last one is not zero.
      if (k < last && coder.bit(model, base + ZERO + place, size === 0 ? 1 : 0) === 1) continue;
      if (coder.bit(model, base + ONE + place, size === 1 ? 1 : 0) === 1) size = 1;
      else {
        size = 2 + codeUnsigned(coder, model, base + MORE + (k < 3 ? 0 : UNSIGNED_MODEL), size - 2);
        if (size > LEVEL_LIMIT) throw SgapsError.malformed('block coefficient');
      }
      near = size > 1 ? 2 : 1;
      const negative = coder.uniform(level < 0 ? 1 : 0, 2);
      if (!encoding) levels[k] = negative === 1 ? -size : size;
    }
    return last + 1;
  }

  /** Appends all that is remembered. */
  save(writer: ByteWriter): void {
    writeModel(writer, this.model);
    writer.bytes(this.lastAny);
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    readModel(reader, this.model);
    const any = reader.bytes(this.lastAny.length, 'coefficient state');
    for (let i = 0; i < any.length; i++) this.lastAny[i] = any[i] & 1;
  }
}
