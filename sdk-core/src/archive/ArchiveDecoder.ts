import { ByteReader, RangeDecoder } from '@sgaps/protocol';
import type { ArchiveModel } from './ArchiveModel.js';
import type { ArchivePicture, ArchiveShape } from './ArchivePicture.js';
import { newChoice } from './CubeCoder.js';
import { GroupState } from './GroupState.js';
import { readGroupHeader } from './groupHeader.js';
import { ModelPair, writeTensor } from './ModelPair.js';
import { drawContext } from './PairContext.js';
import { PairStates } from './PairStates.js';
import { QUANTISERS } from './quantiser.js';
import { choices } from './sight.js';

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
  private readonly pair: ModelPair | null;
  private readonly states: PairStates;
  private readonly choice = newChoice();
  private readonly rgb: Uint8ClampedArray;
  private pictures: Omit<ArchivePicture, 'rgb'>[] = [];
  private coder: RangeDecoder | null = null;
  private quantiser = 0;
  private at = 0;

  /** `model`: the one the archive names; null where it names none. */
  constructor(
    private readonly shape: ArchiveShape,
    { model }: { readonly model: ArchiveModel | null },
  ) {
    this.state = new GroupState(shape);
    this.pair = model && new ModelPair(model, this.state);
    this.states = new PairStates(shape);
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
    this.pair?.reset();
    this.at = 0;
    this.coder = new RangeDecoder(reader.bytes(reader.remaining, 'archive pictures'));
    this.quantiser = this.coder.uniform(0, QUANTISERS);
    return this.pictures;
  }

  /** The group's next picture, whose buffer the next call reuses; null behind the last, and after a throw. One call at a time, `open` included. @throws SgapsError as `open` */
  async next(): Promise<ArchivePicture | null> {
    const { state, coder, at } = this;
    const said = this.pictures[at];
    if (!coder || !said) return null;
    if (at % 2 === 0) {
      // Until it has come through, there is nothing behind it.
      this.coder = null;
      await this.decodePair(coder);
      this.coder = coder;
    }
    state.picture(at).writeRgb(this.rgb);
    this.at++;
    return { ...said, rgb: this.rgb };
  }

  /** The next two pictures, or the last one. */
  private async decodePair(coder: RangeDecoder): Promise<void> {
    const { state, pair, at } = this;
    const count = Math.min(2, this.pictures.length - at);
    const order = state.order(at, count);
    for (const index of order) {
      const sight = state.sight(index, count);
      const expected = state.expectMotion(index, sight);
      const motion = state.motionCoderOf(index, sight);
      for (let cube = 0; cube < state.cubes; cube++) motion.code(coder, state.motion[index % 2], cube, choices(sight), expected);
    }
    if (pair) await this.decodeModel(coder, pair, count);
    for (const index of order) {
      const frame = state.frame(index, count, this.quantiser);
      state.coder.begin();
      for (let cube = 0; cube < state.cubes; cube++) state.coder.codeCube(coder, frame, cube, this.choice);
      state.coder.end(coder, frame, false);
    }
    if (at + count === this.pictures.length) coder.end();
  }

  /** What the model makes of a pair whose motion is known. */
  private async decodeModel(coder: RangeDecoder, pair: ModelPair, count: number): Promise<void> {
    const { state, at } = this;
    pair.begin(at, this.pictures[0].state);
    if (!pair.codePair(coder)) return;
    drawContext(state, at, count);
    state.drawn.forEach((picture, i) => {
      writeTensor(picture, pair.context, (i * pair.context.length) / 2);
    });
    pair.memory = await pair.draw(this.states.write(this.pictures, at));
  }
}
