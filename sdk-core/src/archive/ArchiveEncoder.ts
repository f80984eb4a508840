import { ByteWriter, RangeEncoder, SgapsError } from '@sgaps/protocol';
import type { ArchiveModel } from './ArchiveModel.js';
import { ARCHIVE, type ArchivePicture, type ArchiveShape } from './ArchivePicture.js';
import type { CubeFrame } from './CubeCoder.js';
import { BIT_WORTH, CubeDecider } from './CubeDecider.js';
import { GroupState } from './GroupState.js';
import { writeGroupHeader } from './groupHeader.js';
import { lookAhead } from './Lookahead.js';
import { PaddedPicture } from './PaddedPicture.js';
import { PictureMotion } from './PictureMotion.js';
import { QUANTISERS, stepOf } from './quantiser.js';

/**
 * How an archive is to be made.
 *
 * @example
 * ```ts
 * const options: ArchiveEncoderOptions = { model: null, bytesPerSecond: 30_000 };
 * ```
 */
export interface ArchiveEncoderOptions {
  /** HST-MAE; null codes without it, a little worse. */
  readonly model: ArchiveModel | null;
  /** Bytes of pictures and states that a second may take, on average. Default: as many as `quality` takes. */
  readonly bytesPerSecond?: number;
  /** PSNR that is aimed at, dB against the pictures given, where the bytes allow it. Default 38.5. */
  readonly quality?: number;
  /** For measurements: one quantiser for all, 0 … 63. */
  readonly quantiser?: number;
}

/**
 * Codes pictures in groups that can each be decoded by themselves (H1–H17).
 *
 * @example
 * ```ts
 * const encoder = new ArchiveEncoder(reader.header, { model });
 * const bytes = await encoder.encode(pictures); // at most ARCHIVE.groupFrames
 * ```
 */
export class ArchiveEncoder {
  private readonly state: GroupState;
  private readonly decider: CubeDecider;
  private readonly motion: PictureMotion;
  private readonly sources: readonly PaddedPicture[];
  private readonly coder = new RangeEncoder(1 << 16);

  constructor(
    private readonly shape: ArchiveShape,
    protected readonly options: ArchiveEncoderOptions,
  ) {
    this.state = new GroupState(shape);
    this.decider = new CubeDecider(this.state.coder, this.state.columns);
    this.motion = new PictureMotion(this.state.motionCoder);
    this.sources = Array.from({ length: ARCHIVE.groupFrames }, () => new PaddedPicture(shape.grid));
  }

  /** One group, of 1 … `ARCHIVE.groupFrames` pictures in order. @throws SgapsError `ARGUMENT_INVALID` for pictures that are none of this archive. */
  async encode(pictures: readonly ArchivePicture[]): Promise<Uint8Array> {
    if (pictures.length === 0 || pictures.length > ARCHIVE.groupFrames)
      throw new SgapsError('ARGUMENT_INVALID', `A group has 1 to ${ARCHIVE.groupFrames} pictures, not ${pictures.length}.`);
    pictures.forEach(({ rgb }, i) => this.sources[i].readRgb(rgb));
    const sources = this.sources.slice(0, pictures.length);
    const offsets = lookAhead(sources);
    const writer = new ByteWriter(1 << 16);
    writeGroupHeader(writer, this.shape, pictures);
    writer.bytes(this.encodeAt(sources, offsets, this.options.quantiser ?? 24));
    return writer.toBytes();
  }

  private encodeAt(sources: readonly PaddedPicture[], offsets: readonly Int8Array[], quantiser: number): Uint8Array {
    const { coder, state } = this;
    coder.reset();
    state.reset();
    coder.uniform(quantiser, QUANTISERS);
    for (let at = 0; at < sources.length; at += 2) {
      for (let i = 0; i < 2 && at + i < sources.length; i++) this.codeMotion(sources, at + i, quantiser);
      for (let i = 0; i < 2 && at + i < sources.length; i++)
        this.codePicture(sources[at + i], at + i, offsets[at + i], quantiser);
    }
    return coder.finish();
  }

  /** Finds and codes a picture's motion. The second of a pair is compared with the first as it was, which is not rebuilt yet. */
  private codeMotion(sources: readonly PaddedPicture[], index: number, quantiser: number): void {
    const { state, coder } = this;
    const references = state.references(index);
    if (references.length === 0) return;
    if (index % 2 === 1) references[0] = sources[index - 1];
    const field = state.motion[index % 2];
    const bitCost = Math.sqrt(BIT_WORTH) * stepOf(quantiser);
    for (let cube = 0; cube < state.cubes; cube++) {
      this.motion.find(
        field,
        cube,
        sources[index],
        references,
        state.stateMotion[index % 2],
        bitCost,
        state.motion[1 - (index % 2)],
      );
      state.motionCoder.code(coder, field, cube, references.length, state.stateMotion[index % 2]);
    }
  }

  private codePicture(source: PaddedPicture, index: number, offsets: Int8Array, quantiser: number): void {
    const { state, coder } = this;
    const target = state.picture(index);
    const frame: CubeFrame = {
      target,
      references: state.references(index),
      motion: state.motion[index % 2],
      drawn: state.drawn[index % 2],
      isDrawn: state.levels,
      quantiser,
    };
    state.coder.begin();
    for (let cube = 0; cube < state.cubes; cube++) {
      const offset = Math.max(offsets[cube], -quantiser);
      const choice = this.decider.decide(frame, source, cube, offset);
      state.coder.codeCube(coder, frame, cube, choice);
    }
    target.extend();
  }
}
