import { ByteReader, type FrameState, SgapsError, StateDecoder } from '@sgaps/protocol';
import type { ArchiveModel } from './ArchiveModel.js';
import { ARCHIVE, type ArchivePicture, type ArchiveShape } from './ArchivePicture.js';

/**
 * Decodes the groups of an archive. Bytes are untrusted: whatever they say, it throws only `SgapsError`.
 *
 * @example
 * ```ts
 * const decoder = new ArchiveDecoder(reader.header, { model });
 * decoder.open(record.bytes);
 * for (let picture = await decoder.next(); picture; picture = await decoder.next()) show(picture.rgb);
 * ```
 */
export class ArchiveDecoder {
  private pictures: ArchivePicture[] = [];
  private at = 0;

  /** `model`: the one the archive names; null where it names none. */
  constructor(
    private readonly shape: ArchiveShape,
    protected readonly options: { readonly model: ArchiveModel | null },
  ) {}

  /**
   * Goes to the start of a group, and tells its frames and what the game said of them, without decoding a picture.
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`, `VERSION_UNSUPPORTED`
   */
  open(bytes: Uint8Array): readonly Omit<ArchivePicture, 'rgb'>[] {
    const { grid, schema } = this.shape;
    const reader = new ByteReader(bytes);
    if (reader.u8('archive version') !== ARCHIVE.version)
      throw new SgapsError('VERSION_UNSUPPORTED', 'This archive was written by a newer version of SGAPS.');
    const count = reader.varint('pictures', ARCHIVE.groupFrames);
    const states = new StateDecoder(schema);
    this.pictures = [];
    this.at = 0;
    for (let i = 0; i < count; i++) {
      const frameId = reader.u32('frame');
      const time = reader.f64('time');
      const length = reader.varint('state', 1 << 20);
      const coded = reader.bytes(length, 'state');
      const state: FrameState | null = length > 0 ? states.decode(coded) : null;
      const rgb = new Uint8ClampedArray(reader.bytes(3 * grid.width * grid.height, 'picture'));
      this.pictures.push({ frameId, time, rgb, state });
    }
    reader.end('archive group');
    return this.pictures;
  }

  /** The group's next picture, whose buffer the next call reuses; null behind the last. @throws SgapsError as `open` */
  async next(): Promise<ArchivePicture | null> {
    return this.pictures[this.at++] ?? null;
  }
}
