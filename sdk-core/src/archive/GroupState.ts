import type { ArchiveShape } from './ArchivePicture.js';
import { CUBE, CubeCoder, type CubeFrame } from './CubeCoder.js';
import { MotionCoder, MotionField } from './MotionField.js';
import { PaddedPicture } from './PaddedPicture.js';

/** Pictures kept: the group's first, the last two, and the two being rebuilt. */
const KEPT = 5;

/** What both ends know while a group is coded: the pictures rebuilt so far, the models of the coder, and motion. */
export class GroupState {
  readonly width: number;
  readonly height: number;
  readonly cubes: number;
  readonly columns: number;
  readonly coder: CubeCoder;
  readonly motionCoder = new MotionCoder();
  /** Motion of the pair's pictures. */
  readonly motion: readonly MotionField[];
  /** What the game's state says of motion, quarter pixels, by picture of the pair: [x, y] by cube. */
  readonly stateMotion: readonly Int16Array[];
  /** What the model made of the pair. */
  readonly drawn: readonly PaddedPicture[];
  readonly levels: Uint8Array;
  private readonly pictures: readonly PaddedPicture[];

  constructor({ grid }: ArchiveShape) {
    this.pictures = Array.from({ length: KEPT }, () => new PaddedPicture(grid));
    this.drawn = [new PaddedPicture(grid), new PaddedPicture(grid)];
    const { width, height } = this.pictures[0];
    this.width = width;
    this.height = height;
    this.columns = width / CUBE;
    this.cubes = (width * height) / CUBE ** 2;
    this.coder = new CubeCoder(width, height);
    this.motion = [new MotionField(width, height), new MotionField(width, height)];
    this.stateMotion = [new Int16Array(2 * this.cubes), new Int16Array(2 * this.cubes)];
    this.levels = new Uint8Array(this.cubes);
  }

  /** For a group's start. */
  reset(): void {
    this.coder.reset();
    this.motionCoder.reset();
    for (const field of this.motion) field.clear();
    for (const motion of this.stateMotion) motion.fill(0);
    this.levels.fill(0);
  }

  /** The group's picture `index`, one of those kept: 0, the last two, or the next to be rebuilt. */
  picture(index: number): PaddedPicture {
    return this.pictures[index === 0 ? 0 : 1 + ((index - 1) % (KEPT - 1))];
  }

  /** Cubes that the model draws. */
  active(): number[] {
    const active: number[] = [];
    for (let cube = 0; cube < this.cubes; cube++) if (this.levels[cube] > 0) active.push(cube);
    return active;
  }

  /** What motion of picture `index` reads from: the last, the one before, and the first. */
  references(index: number): PaddedPicture[] {
    const indices = index === 0 ? [] : index === 1 ? [0] : index === 2 ? [1, 0] : [index - 1, index - 2, 0];
    return indices.map((at) => this.picture(at));
  }

  /** What is known of picture `index` before its cubes are coded. */
  frame(index: number, quantiser: number): CubeFrame {
    const half = index % 2;
    return {
      target: this.picture(index),
      references: this.references(index),
      motion: this.motion[half],
      drawn: this.drawn[half],
      isDrawn: this.levels,
      quantiser,
    };
  }
}
