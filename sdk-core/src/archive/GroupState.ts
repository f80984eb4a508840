import type { ArchiveShape } from './ArchivePicture.js';
import { CubeCoder, type CubeFrame } from './CubeCoder.js';
import { CUBE } from './cube.js';
import { MotionCoder, MotionField } from './MotionField.js';
import { PaddedPicture } from './PaddedPicture.js';
import { QUANTISERS } from './quantiser.js';
import type { Sight } from './sight.js';

/** Odd pictures that are kept, for others to be drawn from: the last two, and the one being rebuilt. */
const ODD = 3;
/** How much coarser a picture is coded that no other is drawn from. */
const BETWEEN_OFFSET = 2;

/** What both ends know while a group is coded: the pictures rebuilt so far, the models of the coder, and motion. */
export class GroupState {
  readonly width: number;
  readonly height: number;
  readonly cubes: number;
  readonly columns: number;
  readonly coder: CubeCoder;
  readonly motionCoder = new MotionCoder();
  /** For what a keyframe copies from itself. */
  readonly copyCoder = new MotionCoder();
  /** Motion of the pair's pictures. */
  readonly motion: readonly MotionField[];
  /** For pictures between two others. */
  readonly betweenCoder = new MotionCoder();
  private readonly likelyMotion: Int16Array;
  /** What the model made of the pair. */
  readonly drawn: readonly PaddedPicture[];
  readonly levels: Uint8Array;
  private readonly pictures: readonly PaddedPicture[];

  constructor({ grid }: ArchiveShape) {
    this.pictures = Array.from({ length: ODD + 2 }, () => new PaddedPicture(grid));
    this.drawn = [new PaddedPicture(grid), new PaddedPicture(grid)];
    const { width, height } = this.pictures[0];
    this.width = width;
    this.height = height;
    this.columns = width / CUBE;
    this.cubes = (width * height) / CUBE ** 2;
    this.coder = new CubeCoder(width, height);
    this.motion = [new MotionField(width, height), new MotionField(width, height)];
    this.likelyMotion = new Int16Array(2 * this.cubes);
    this.levels = new Uint8Array(this.cubes);
  }

  /** For a group's start. */
  reset(): void {
    this.coder.reset();
    this.motionCoder.reset();
    this.copyCoder.reset();
    this.betweenCoder.reset();
    for (const field of this.motion) field.clear();
    this.levels.fill(0);
  }

  /** The group's picture `index`: 0, one of the pair at hand, or the odd ones of the two pairs before. */
  picture(index: number): PaddedPicture {
    return this.pictures[index === 0 ? 0 : index % 2 === 1 ? 1 + ((index >> 1) % ODD) : ODD + 1];
  }

  /** Cubes that the model draws. */
  active(): number[] {
    const active: number[] = [];
    for (let cube = 0; cube < this.cubes; cube++) if (this.levels[cube] > 0) active.push(cube);
    return active;
  }

  /** In which order the pictures of the pair that begins with picture `at` are coded: the second first, but for the group's first pair. */
  order(at: number, count: number): number[] {
    if (count === 1) return [at];
    return at === 0 ? [0, 1] : [at + 1, at];
  }

  /**
   * What picture `index` of a pair of `count` is drawn from. The first reads from itself; odd ones, and an even one that ends the group, from the odd ones before and the first; other even ones lie between two.
   */
  sight(index: number, count: number): Sight {
    if (index === 0) return { references: [this.picture(0)], isBetween: false };
    if (index % 2 === 0 && count === 2)
      return { references: [this.picture(index - 1), this.picture(index + 1)], isBetween: true };
    const last = index % 2 === 1 ? index - 2 : index - 1;
    const indices = [...new Set([Math.max(0, last), Math.max(0, last - 2), 0])];
    return { references: indices.map((at) => this.picture(at)), isBetween: false };
  }

  /** The picture before the pair that begins with `index`, whatever a cube's reference is. */
  before(index: number): Sight {
    const last = this.picture(index - 1);
    return { references: [last, last, last], isBetween: false };
  }

  /** The coder of a picture's motion. */
  motionCoderOf(index: number, { isBetween }: Sight): MotionCoder {
    return index === 0 ? this.copyCoder : isBetween ? this.betweenCoder : this.motionCoder;
  }

  /**
   * Before the motion of picture `index` is coded: what else is likely. Between two, half the motion of the second from the first; else the motion there was last.
   */
  expectMotion(index: number, { isBetween }: Sight): Int16Array {
    const { likelyMotion } = this;
    const field = this.motion[isBetween ? 1 : index % 2];
    for (let cube = 0; cube < this.cubes; cube++) {
      const at = field.first(cube);
      const isKnown = field.reference[cube] === 0 && index > 1;
      likelyMotion[2 * cube] = isKnown ? (isBetween ? field.x[at] >> 1 : field.x[at]) : 0;
      likelyMotion[2 * cube + 1] = isKnown ? (isBetween ? field.y[at] >> 1 : field.y[at]) : 0;
    }
    return likelyMotion;
  }

  /** What is known of picture `index` before its cubes are coded. */
  frame(index: number, count: number, quantiser: number): CubeFrame {
    const half = index % 2;
    const sight = this.sight(index, count);
    return {
      ...sight,
      target: this.picture(index),
      motion: this.motion[half],
      drawn: this.drawn[half],
      isDrawn: this.levels,
      quantiser: sight.isBetween ? Math.min(QUANTISERS - 1, quantiser + BETWEEN_OFFSET) : quantiser,
      isKey: index === 0,
    };
  }
}
