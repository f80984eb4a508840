import { type DecodedFrame, SelfQualityAssessment, SessionReplica } from '@sgaps/core';
import { isSgapsError, type RecordingReader } from '@sgaps/protocol';

/** PSNR, dB, below which a rebuilt picture is no truth to learn from. */
export const TRUTH_DB = 35;

/**
 * What became of a recording's frames: each is one of `used`, `drawn`, `unanswered` and `poor`.
 *
 * @example
 * ```ts
 * const leftOut = count.drawn + count.unanswered + count.poor;
 * ```
 */
export interface TruthCount {
  used: number;
  /** Not whole: memory drew what was not sampled. */
  drawn: number;
  /** Nothing of them was sampled: they show the frame before. */
  unanswered: number;
  /** The recorder told of less than `TRUTH_DB` for what was looked at, or for what had been in what stands around it; or told nothing. */
  poor: number;
}

/**
 * The frames of a recording that may pass for the truth: whole pictures that samples alone kept up to date, and that came out at `TRUTH_DB` or better as
 * the recorder told. Their buffers are reused. Packets that did not decode were dropped by the live loop too.
 *
 * @param count Is added to.
 *
 * @example
 * ```ts
 * for await (const decoded of readTruth(reader, count)) await clip.add(decoded);
 * ```
 */
export async function* readTruth(reader: RecordingReader, count: TruthCount): AsyncGenerator<DecodedFrame> {
  const { grid, schema, tierBits, depth } = reader.header;
  const replica = new SessionReplica({ grid, schema, tierBits, depth });
  const quality = new SelfQualityAssessment(grid);
  for await (const record of reader.records(0, { kinds: ['coordinates', 'pixels'] })) {
    let frames: ReturnType<SessionReplica['pixels']> = [];
    try {
      if (record.kind === 'coordinates') replica.coordinates(record.bytes);
      else frames = replica.pixels(record.bytes, record.time);
    } catch (error) {
      if (!isSgapsError(error)) throw error;
    }
    for (const { frame } of frames) {
      const decoded = replica.decode(frame);
      const fate = judge(decoded, quality, replica);
      count[fate]++;
      if (fate === 'used') yield decoded;
    }
  }
}

function judge(decoded: DecodedFrame, quality: SelfQualityAssessment, { decoder }: SessionReplica): keyof TruthCount {
  if (!decoded.kept) {
    quality.clear();
    return 'drawn';
  }
  // Of all the picture, from what was told when its blocks were looked at last.
  const { psnr } = quality.assess(decoded, decoder.memory.innovations);
  if (decoded.samples.count === 0) return 'unanswered';
  return Math.min(psnr, decoded.samplesPsnr ?? 0) < TRUTH_DB ? 'poor' : 'used';
}
