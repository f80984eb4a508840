import { createModel, type FrameState, type RangeCoder, resetModel, SgapsError } from '@sgaps/protocol';
import type { ArchiveModel, CubeConditions } from './ArchiveModel.js';
import { CubeRegions, REGIONS } from './CubeRegions.js';
import { CUBE } from './cube.js';
import type { GroupState } from './GroupState.js';
import type { PaddedPicture } from './PaddedPicture.js';

/** Codebooks of a cube, and entries of each: 54 bits in all (H11). */
export const CODEBOOKS = 6;
const CODE_BITS = 9;
/** Numbers of the session vector (H16), and steps of each. */
export const SESSION = 32;
const SESSION_BITS = 4;
const SESSION_STEP = 1 / 7;
const SESSION_MIDDLE = 8;
/** Values of one cube: two pictures of three planes. */
const CUBE_VALUES = 2 * 3 * CUBE * CUBE;

/** What the model is told of a pair, what it said of it in codes, and how both travel: the same at both ends. */
export class ModelPair {
  readonly regions: CubeRegions;
  /** int32 [N, 6]: all codes of a pair (encoder), or those read. */
  readonly codes: Int32Array;
  /** How many of them count, by cube. */
  readonly levels: Uint8Array;
  /** float32 [2, 3, H, W] */
  readonly context: Float32Array;
  memory: Float32Array;
  private readonly session = new Float32Array(SESSION);
  /** The session vector is coded. */
  isBegun = false;
  private readonly usedModel = createModel(1);
  private readonly levelModel = createModel(9 * 8);
  private readonly codeModel = createModel(CODEBOOKS << CODE_BITS);
  private readonly sessionModel = createModel(1 << SESSION_BITS);

  constructor(
    private readonly model: ArchiveModel,
    private readonly group: GroupState,
  ) {
    const { cubes, columns, width, height } = group;
    this.regions = new CubeRegions(columns, cubes);
    this.codes = new Int32Array(cubes * CODEBOOKS);
    this.levels = group.levels;
    this.context = new Float32Array(6 * width * height);
    this.memory = new Float32Array(REGIONS * model.memoryWidth);
  }

  /** For a group's start. */
  reset(): void {
    this.memory = new Float32Array(REGIONS * this.model.memoryWidth);
    this.session.fill(0);
    this.isBegun = false;
    for (const model of [this.usedModel, this.levelModel, this.codeModel, this.sessionModel]) resetModel(model);
  }

  /** Before the pair that begins with picture `index`: finds the group's regions, once its first picture is known anew. `state`: of the first picture. */
  begin(index: number, state: FrameState | null): void {
    if (index === 0) this.regions.find(null, state);
    else if (index === 2) this.regions.find(this.group.picture(0), state);
  }

  /** Takes the session vector that the encoder would have, as a decoder will have it. */
  setSession(wanted: Float32Array): void {
    for (let i = 0; i < SESSION; i++)
      this.session[i] = Math.round(Math.max(-1, Math.min(1, wanted[i])) / SESSION_STEP) * SESSION_STEP;
  }

  /** Levels and codes of a pair; before the first that has any, the session vector. Gives whether there are any. */
  codePair(coder: RangeCoder): boolean {
    const { levels, codes, group } = this;
    const isUsed = coder.bit(this.usedModel, 0, coder.encoding && levels.some(Boolean) ? 1 : 0) === 1;
    if (!isUsed) {
      levels.fill(0);
      return false;
    }
    if (!this.isBegun) this.codeSession(coder);
    this.isBegun = true;
    for (let cube = 0; cube < group.cubes; cube++) {
      const left = cube % group.columns > 0 ? levels[cube - 1] : 0;
      const above = cube >= group.columns ? levels[cube - group.columns] : 0;
      const context = 3 * depth(left) + depth(above);
      levels[cube] = coder.symbol(this.levelModel, 8 * context, 3, levels[cube]);
      if (levels[cube] > CODEBOOKS) throw SgapsError.malformed('archive: codebooks');
      for (let level = 0; level < levels[cube]; level++)
        codes[CODEBOOKS * cube + level] = coder.symbol(
          this.codeModel,
          level << CODE_BITS,
          CODE_BITS,
          codes[CODEBOOKS * cube + level],
        );
    }
    // A decoder may be told that it is used, and then that it is not.
    return levels.some(Boolean);
  }

  private codeSession(coder: RangeCoder): void {
    for (let i = 0; i < SESSION; i++) {
      const value = Math.round(this.session[i] / SESSION_STEP) + SESSION_MIDDLE;
      this.session[i] = (coder.symbol(this.sessionModel, 0, SESSION_BITS, value) - SESSION_MIDDLE) * SESSION_STEP;
    }
  }

  /** What the model would say of a true pair, float32 [2, 3, H, W] (encoder only). */
  encode(frames: Float32Array, state: Float32Array): ReturnType<ArchiveModel['encode']> {
    const { width, height } = this.group;
    return this.model.encode({ width, height }, frames, this.conditions(state));
  }

  private conditions(state: Float32Array): CubeConditions {
    const { region, rank } = this.regions;
    return { context: this.context, state, region, rank, memory: this.memory, session: this.session };
  }

  /**
   * Has the model draw the active cubes into `group.drawn`, each picture's.
   * @returns the memory for the next pair
   */
  async draw(state: Float32Array): Promise<Float32Array> {
    const { group, levels, codes } = this;
    const active = group.active();
    const places = Int32Array.from(active);
    const chosen = new Int32Array(active.length * CODEBOOKS);
    active.forEach((cube, i) => {
      for (let level = 0; level < levels[cube]; level++) chosen[CODEBOOKS * i + level] = codes[CODEBOOKS * cube + level];
    });
    const { cubes, memory } = await this.model.decode(
      { width: group.width, height: group.height },
      { places, codes: chosen, levels: Int32Array.from(active, (cube) => levels[cube]) },
      this.conditions(state),
    );
    active.forEach((cube, i) => this.place(cubes, i * CUBE_VALUES, cube));
    return memory;
  }

  private place(cubes: Float32Array, from: number, cube: number): void {
    const { group } = this;
    const x = CUBE * (cube % group.columns);
    const y = CUBE * Math.floor(cube / group.columns);
    const size = CUBE * CUBE;
    group.drawn.forEach((picture, i) => {
      const [bright, first, second] = picture.planes;
      for (let row = 0; row < CUBE; row++) {
        let at = picture.at(x, y + row);
        for (let k = from + 3 * i * size + row * CUBE, end = k + CUBE; k < end; k++, at++) {
          const r = byte(cubes[k]);
          const g = byte(cubes[k + size]);
          const b = byte(cubes[k + 2 * size]);
          bright[at] = Math.round(2 * (r + g + b));
          first[at] = Math.round(2 * (r - b));
          second[at] = Math.round(2 * (2 * g - r - b));
        }
      }
    });
  }
}

/** Writes a picture as float32 [3, H, W], 0…1, at `to`. */
export function writeTensor(picture: PaddedPicture, out: Float32Array, to: number): void {
  const { width, height } = picture;
  const [bright, first, second] = picture.planes;
  const size = width * height;
  const scale = 1 / (12 * 255);
  for (let y = 0; y < height; y++) {
    let at = picture.at(0, y);
    for (let i = to + y * width, end = i + width; i < end; i++, at++) {
      const twice = 2 * bright[at];
      const c = second[at];
      const a = 3 * first[at];
      out[i] = clamp((twice - c + a) * scale);
      out[i + size] = clamp((twice + 2 * c) * scale);
      out[i + 2 * size] = clamp((twice - c - a) * scale);
    }
  }
}

function depth(levels: number): number {
  return levels === 0 ? 0 : levels < 4 ? 1 : 2;
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

/** 0 … 255; what is no number counts as 0. */
function byte(value: number): number {
  return value > 0 ? (value < 1 ? 255 * value : 255) : 0;
}
