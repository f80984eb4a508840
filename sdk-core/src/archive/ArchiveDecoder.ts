import { ByteReader, RangeDecoder } from '@sgaps/protocol';
import type { ArchiveModel } from './ArchiveModel.js';
import type { ArchivePicture, ArchiveShape } from './ArchivePicture.js';
import { type CubeFrame, newChoice } from './CubeCoder.js';
import { GroupState } from './GroupState.js';
import { readGroupHeader } from './groupHeader.js';
import { QUANTISERS } from './quantiser.js';

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
  private readonly state: GroupState;
  private readonly choice = newChoice();
  private readonly rgb: Uint8ClampedArray;
  private pictures: Omit<ArchivePicture, 'rgb'>[] = [];
  private coder: RangeDecoder | null = null;
  private quantiser = 0;
  private at = 0;

  /** `model`: the one the archive names; null where it names none. */
  constructor(
    private readonly shape: ArchiveShape,
    protected readonly options: { readonly model: ArchiveModel | null },
  ) {
    this.state = new GroupState(shape);
    this.rgb = new Uint8ClampedArray(3 * shape.grid.width * shape.grid.height);
  }

  /**
   * Goes to the start of a group, and tells its frames and what the game said of them, without decoding a picture.
   * @throws SgapsError `BYTES_TRUNCATED`, `BYTES_MALFORMED`, `LIMIT_EXCEEDED`, `VERSION_UNSUPPORTED`
   */
  open(bytes: Uint8Array): readonly Omit<ArchivePicture, 'rgb'>[] {
    const reader = new ByteReader(bytes);
    this.coder = null;
    this.pictures = readGroupHeader(reader, this.shape);
    this.state.reset();
    this.at = 0;
    this.coder = new RangeDecoder(reader.bytes(reader.remaining, 'archive pictures'));
    this.quantiser = this.coder.uniform(0, QUANTISERS);
    return this.pictures;
  }

  /** The group's next picture, whose buffer the next call reuses; null behind the last. @throws SgapsError as `open` */
  async next(): Promise<ArchivePicture | null> {
    const { state, coder, at } = this;
    const said = this.pictures[at];
    if (!coder || !said) return null;
    if (at % 2 === 0) this.beginPair(coder);
    const target = state.picture(at);
    const frame: CubeFrame = {
      target,
      references: state.references(at),
      motion: state.motion[at % 2],
      drawn: state.drawn[at % 2],
      isDrawn: state.levels,
      quantiser: this.quantiser,
    };
    state.coder.begin();
    for (let cube = 0; cube < state.cubes; cube++) state.coder.codeCube(coder, frame, cube, this.choice);
    target.extend();
    target.writeRgb(this.rgb);
    this.at++;
    if (this.at === this.pictures.length) coder.end();
    return { ...said, rgb: this.rgb };
  }

  /** Motion of the next two pictures. */
  private beginPair(coder: RangeDecoder): void {
    const { state } = this;
    for (let i = 0; i < 2 && this.at + i < this.pictures.length; i++) {
      const count = Math.min(3, this.at + i);
      if (count === 0) continue;
      for (let cube = 0; cube < state.cubes; cube++)
        state.motionCoder.code(coder, state.motion[i], cube, count, state.stateMotion[i]);
    }
  }
}
