import { ByteWriter } from '@sgaps/protocol';
import type { ArchiveModel } from './ArchiveModel.js';
import { ARCHIVE, type ArchivePicture, type ArchiveShape } from './ArchivePicture.js';
import { checkOptions, checkPictures } from './checkArguments.js';
import { GroupEncoder } from './GroupEncoder.js';
import { exact, writeGroupHeader } from './groupHeader.js';
import { lookAhead } from './Lookahead.js';
import { CODEBOOKS } from './ModelPair.js';
import { PaddedPicture } from './PaddedPicture.js';
import { quantised } from './PairStates.js';
import { type Attempt, RateControl } from './RateControl.js';

/** How often a group is coded anew at most, to come close to what is aimed at. */
const ATTEMPTS = 4;
const QUALITY = 38.5;

/**
 * How an archive is to be made.
 *
 * @example
 * ```ts
 * const options: ArchiveEncoderOptions = { model: null, bytesPerSecond: 30_000 };
 * ```
 */
export interface ArchiveEncoderOptions {
  /** HST-MAE; null codes without it. */
  readonly model: ArchiveModel | null;
  /** Bytes of pictures and states that a second may take, on average. Default: as many as `quality` takes. */
  readonly bytesPerSecond?: number;
  /** PSNR that is aimed at, dB against the pictures given, where the bytes allow it. Default 38.5. */
  readonly quality?: number;
  /** Codebooks of a cube at most, 1 … 6. Default 6. */
  readonly codebooks?: number;
  /** One quantiser for all, 0 … 63, instead of aiming at anything: for measurements. */
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
  private readonly group: GroupEncoder;
  private readonly rate: RateControl;
  private readonly sources: readonly PaddedPicture[];

  /** @throws SgapsError `ARGUMENT_INVALID` for options that are out of bounds. */
  constructor(
    private readonly shape: ArchiveShape,
    private readonly options: ArchiveEncoderOptions,
  ) {
    checkOptions(options);
    this.group = new GroupEncoder(shape, options.model, options.codebooks ?? CODEBOOKS);
    this.rate = new RateControl({ bytesPerSecond: options.bytesPerSecond, quality: options.quality ?? QUALITY });
    this.sources = Array.from({ length: ARCHIVE.groupFrames }, () => new PaddedPicture(shape.grid));
  }

  /** One group, of 1 … `ARCHIVE.groupFrames` pictures in order. @throws SgapsError `ARGUMENT_INVALID` for pictures that are none of this archive. */
  async encode(pictures: readonly ArchivePicture[]): Promise<Uint8Array> {
    const { schema } = this.shape;
    checkPictures(this.shape, pictures);
    pictures.forEach(({ rgb }, i) => {
      this.sources[i].readRgb(rgb);
    });
    const sources = this.sources.slice(0, pictures.length);
    const said = pictures.map(({ frameId, time, state }) => ({ frameId, time: exact(time), state: quantised(state, schema) }));
    const writer = new ByteWriter(1 << 16);
    writeGroupHeader(writer, this.shape, pictures);
    const offsets = lookAhead(sources);
    const { quantiser } = this.options;
    if (quantiser !== undefined) writer.bytes((await this.group.encode(said, sources, offsets, quantiser)).bytes);
    else writer.bytes(await this.encodeToGoal(said, sources, offsets, writer.length, secondsOf(pictures, this.shape.fps)));
    this.group.next();
    return writer.toBytes();
  }

  private async encodeToGoal(
    said: Parameters<GroupEncoder['encode']>[0],
    sources: readonly PaddedPicture[],
    offsets: readonly Int8Array[],
    head: number,
    seconds: number,
  ): Promise<Uint8Array> {
    const { rate } = this;
    const attempts: (Attempt & { readonly coded: Uint8Array })[] = [];
    for (let quantiser: number | null = rate.first; quantiser !== null; ) {
      const { bytes: coded, psnr } = await this.group.encode(said, sources, offsets, quantiser);
      attempts.push({ quantiser, bytes: coded.length + head, psnr, coded });
      quantiser = attempts.length < ATTEMPTS ? rate.next(attempts, seconds) : null;
    }
    const best = rate.best(attempts, seconds);
    rate.take(best, seconds);
    return best.coded;
  }
}

/** How long pictures are shown, s: as their times say, where there are several. */
function secondsOf(pictures: readonly ArchivePicture[], fps: number): number {
  const [first, last] = [pictures[0], pictures[pictures.length - 1]];
  const passed = (last.time - first.time) / 1000;
  return passed > 0 ? (passed * pictures.length) / (pictures.length - 1) : pictures.length / fps;
}
