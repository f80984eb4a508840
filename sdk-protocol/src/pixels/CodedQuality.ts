import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { createModel, type RangeCoder, resetModel } from '../bytes/RangeCoder.js';
import { BLOCK_KIND, type SampleSet } from '../samples/SampleSet.js';

/** Bits of a quality, and its steps a decibel: 0 … 63.75 dB. */
const BITS = 8;
const STEPS = 4;

/**
 * How well a frame's whole blocks came out, as the encoder alone can know: one number a frame, some 3 bits.
 *
 * @example
 * ```ts
 * const told = quality.code(encoder, pixels.blocksPsnr); // dB in steps of a quarter
 * ```
 */
export class CodedQuality {
  private readonly model = createModel(1 << BITS);

  /** Forgets everything. */
  reset(): void {
    resetModel(this.model);
  }

  /** Codes a PSNR, dB, when encoding; returns it as both sides know it, 0 … 63.75. @throws SgapsError `BYTES_TRUNCATED` */
  code(coder: RangeCoder, psnr: number): number {
    const step = Math.min((1 << BITS) - 1, Math.max(0, Math.round(STEPS * psnr)));
    return coder.symbol(this.model, 0, BITS, step) / STEPS;
  }

  /** Appends all that is remembered. */
  save(writer: ByteWriter): void {
    writeModel(writer, this.model);
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    readModel(reader, this.model);
  }
}

/** Whether a set's quality is told: it keeps a whole picture, and has a block of 8×8 pixels. */
export function tellsQuality({ keeps, kind, count }: SampleSet): boolean {
  if (!keeps) return false;
  for (let i = 0; i < count; i++) if (kind[i] === BLOCK_KIND) return true;
  return false;
}
