import type { ByteReader } from '../bytes/ByteReader.js';
import type { ByteWriter } from '../bytes/ByteWriter.js';
import { readModel, writeModel } from '../bytes/modelBytes.js';
import { codeSigned, createModel, type RangeCoder, resetModel, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import type { CaptureGrid } from '../samples/CaptureGrid.js';
import { DEPTH_CODE_LIMIT } from '../samples/depthCode.js';
import { SampleKind, type SampleSet } from '../samples/SampleSet.js';

const PRESENT = 0;
const SAME = PRESENT + 2;
const RESIDUAL = SAME + 4;
const SIZE = RESIDUAL + 2 * SIGNED_MODEL;

/**
 * Codes the depth of point samples after their colours, with all that both sides remember of it.
 *
 * @example
 * ```ts
 * if (model.codePresence(coder, 1)) model.code(coder, set, depth, unchanged);
 * ```
 */
export class DepthModel {
  private readonly width: number;
  private readonly probabilities = createModel(SIZE);
  /** By pixel of the screen: the last code + 1, 0 unknown. */
  private readonly known: Uint16Array;
  private lastPresent = 0;

  constructor(grid: CaptureGrid) {
    this.width = grid.width;
    this.known = new Uint16Array(grid.width * grid.height);
  }

  /** Forgets everything. */
  reset(): void {
    resetModel(this.probabilities);
    this.known.fill(0);
    this.lastPresent = 0;
  }

  /** Whether the frame carries depth, 0 or 1. */
  codePresence(coder: RangeCoder, present: number): number {
    this.lastPresent = coder.bit(this.probabilities, PRESENT + this.lastPresent, present);
    return this.lastPresent;
  }

  /**
   * Codes the samples of one frame, in order; `PixelModel.check` has seen them.
   *
   * @param depth Codes 0 … 1023: read when encoding, written when decoding; left alone for means.
   * @param unchanged 1 for each sample whose colour was unchanged.
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`
   */
  code(coder: RangeCoder, set: SampleSet, depth: Uint16Array, unchanged: Uint8Array): void {
    const { width, known, probabilities } = this;
    let last = 0;
    let lastSame = 0;
    for (let i = 0; i < set.count; i++) {
      if (set.kind[i] !== SampleKind.point) continue;
      const at = set.v[i] * width + set.u[i];
      const truth = coder.encoding ? depth[i] : 0;
      const old = known[at];
      let value = old - 1;
      lastSame = old > 0 ? coder.bit(probabilities, SAME + lastSame + 2 * unchanged[i], truth === value ? 1 : 0) : 0;
      if (lastSame === 0) {
        const near = old > 0 ? value : last;
        value = near + codeSigned(coder, probabilities, RESIDUAL + (old > 0 ? SIGNED_MODEL : 0), truth - near);
        if (value < 0 || value > DEPTH_CODE_LIMIT) throw SgapsError.malformed('depth code');
      }
      known[at] = value + 1;
      last = value;
      if (!coder.encoding) depth[i] = value;
    }
  }

  /** Appends all that is remembered, for a decoder snapshot. */
  save(writer: ByteWriter): void {
    writer.u8(this.lastPresent);
    writeModel(writer, this.probabilities);
    for (let i = 0; i < this.known.length; i++) writer.u16(this.known[i]);
  }

  /** Takes what `save` wrote. @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED` */
  restore(reader: ByteReader): void {
    this.lastPresent = reader.u8('depth') & 1;
    readModel(reader, this.probabilities);
    for (let i = 0; i < this.known.length; i++) {
      const entry = reader.u16('depth map');
      if (entry > DEPTH_CODE_LIMIT + 1) throw SgapsError.malformed('depth map');
      this.known[i] = entry;
    }
  }
}
