import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { createModel, type RangeCoder, resetModel } from '../bytes/RangeCoder.js';
import { BLOCK_KIND, levelOf, type SampleSet } from '../samples/SampleSet.js';
import type { KnownColours } from './KnownColours.js';
import { wrap } from './wrap.js';

/** Bits of a quality, and its steps a decibel: 0 … 63.75 dB. */
const BITS = 8;
const STEPS = 4;

/**
 * How well a frame's whole blocks came out, as the encoder alone can know: one number a frame, some 3 bits.
 *
 * @example
 * ```ts
 * const told = quality.code(encoder, samplesPsnr(known, set, rgb, scrollX, scrollY)); // dB in steps of a quarter
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

/**
 * PSNR of a set's single pixels, dB: what both sides know of them after they were coded, against `rgb`, 3 × count. Infinite where all is exact.
 */
export function samplesPsnr(known: KnownColours, set: SampleSet, rgb: Uint8Array, scrollX: number, scrollY: number): number {
  const { width, height } = known;
  const shiftX = wrap(scrollX, width);
  const shiftY = wrap(scrollY, height);
  const map = known.openWorld(0);
  const { u, v, kind, count } = set;
  let sum = 0;
  let values = 0;
  for (let i = 0, p = 0; i < count; i++, p += 3) {
    if (levelOf(kind[i]) !== 0) continue;
    const x = u[i] + shiftX;
    const y = v[i] + shiftY;
    const entry = map[(y < height ? y : y - height) * width + (x < width ? x : x - width)];
    const dr = rgb[p] - ((entry >>> 16) & 255);
    const dg = rgb[p + 1] - ((entry >>> 8) & 255);
    const db = rgb[p + 2] - (entry & 255);
    sum += dr * dr + dg * dg + db * db;
    values += 3;
  }
  return 10 * Math.log10((255 * 255 * values) / sum);
}
