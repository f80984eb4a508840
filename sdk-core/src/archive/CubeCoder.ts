import {
  codeSigned,
  createModel,
  inverseBlock,
  type RangeCoder,
  resetModel,
  SgapsError,
  SIGNED_MODEL,
  ZIGZAG,
} from '@sgaps/protocol';
import { bitsOf } from './CostCoder.js';
import { CUBE } from './cube.js';
import { BLOCK, COEFFICIENTS, DetailCoder, Transform } from './DetailCoder.js';
import { guessBlock, INTRA_MODES, PLANE_LEAST, PLANE_MOST } from './intra.js';
import { isKnown } from './isKnown.js';
import { type MotionField, QUARTERS } from './MotionField.js';
import { type PaddedPicture, PLANES } from './PaddedPicture.js';
import { QUANTISERS, STEPS } from './quantiser.js';
import { inverseQuarters } from './quarterTransform.js';
import { drawCube, type Sight } from './sight.js';
import { smoothEdges } from './smoothEdges.js';

/** How a square of a picture is predicted: from what is known around it, by motion, or by the model. */
export const Way = { Intra: 0, Motion: 1, Model: 2 } as const;
/** Sums of two blocks' transforms, and contexts of a transform: in brightness, and in colours beside each there. */
const AROUND = 5;
const CONTEXTS = 4 * AROUND;

/** What is known of a picture before its cubes are coded. */
export interface CubeFrame extends Sight {
  /** The picture that is rebuilt. */
  readonly target: PaddedPicture;
  readonly motion: MotionField;
  /** What the model made of it, and of which cubes. */
  readonly drawn: PaddedPicture;
  readonly isDrawn: Uint8Array;
  readonly quantiser: number;
  /** A keyframe reads from itself: what lies further up or left. */
  readonly isKey: boolean;
}

/** What is said of a cube in one picture. */
export interface CubeChoice {
  way: number;
  /** Added to the frame's quantiser where there is detail. */
  offset: number;
  /** By quarter, where the way is `Intra`. */
  readonly modes: Uint8Array;
  /** By quarter and plane, 64 levels in zigzag order. */
  readonly levels: readonly Int32Array[];
  /** Of each of them, its `Transform`. */
  readonly transforms: Uint8Array;
  hasDetail: boolean;
}

export function newChoice(): CubeChoice {
  return {
    way: Way.Motion,
    offset: 0,
    modes: new Uint8Array(QUARTERS),
    levels: Array.from({ length: QUARTERS * PLANES }, () => new Int32Array(COEFFICIENTS)),
    transforms: new Uint8Array(QUARTERS * PLANES),
    hasDetail: false,
  };
}

const residual = new Int32Array(COEFFICIENTS);

/** Codes and rebuilds the cubes of a picture, one after the other, the same in both directions. */
export class CubeCoder {
  readonly detail = new DetailCoder();
  /** By 8×8 square and plane: 1 where there is detail. */
  private readonly blocks: readonly Uint8Array[];
  /** By 8×8 square and plane: its `Transform` where there is detail. */
  private readonly transforms: readonly Uint8Array[];
  /** By cube. */
  readonly ways: Uint8Array;
  readonly detailed: Uint8Array;
  /** By cube: what was added to the quantiser. */
  readonly offsets: Int8Array;
  /** Offset coded last. */
  private lastOffset = 0;
  private readonly wayModel = createModel(14);
  private readonly anyModel = createModel(9);
  private readonly modeModel = createModel(INTRA_MODES);
  private readonly offsetModel = createModel(SIGNED_MODEL);
  private readonly smoothModel = createModel(1);
  private readonly transformModel = createModel(2 * CONTEXTS);
  private readonly columns: number;

  constructor(width: number, height: number) {
    this.columns = width / CUBE;
    this.ways = new Uint8Array((width * height) / CUBE ** 2);
    this.offsets = new Int8Array(this.ways.length);
    this.detailed = new Uint8Array(this.ways.length);
    this.transforms = Array.from({ length: PLANES }, () => new Uint8Array((width * height) / BLOCK ** 2));
    this.blocks = Array.from({ length: PLANES }, () => new Uint8Array((width * height) / BLOCK ** 2));
  }

  /** Forgets what was learnt; for a group's start. */
  reset(): void {
    this.detail.reset();
    for (const model of [this.wayModel, this.anyModel, this.modeModel, this.offsetModel, this.smoothModel, this.transformModel])
      resetModel(model);
  }

  /** For a picture's start. */
  begin(): void {
    this.lastOffset = 0;
    this.ways.fill(Way.Motion);
    this.detailed.fill(0);
    this.offsets.fill(0);
    for (const plane of [...this.blocks, ...this.transforms]) plane.fill(0);
  }

  /** Codes what is chosen, or reads it. */
  codeCube(coder: RangeCoder, frame: CubeFrame, cube: number, choice: CubeChoice): void {
    this.codeHead(coder, frame, cube, choice);
    if (choice.hasDetail) this.codeOffset(coder, frame, choice);
    const { target } = frame;
    const x = CUBE * (cube % this.columns);
    const y = CUBE * Math.floor(cube / this.columns);
    if (choice.way !== Way.Intra) predictCube(frame, cube, x, y, choice.way);
    for (let quarter = 0; quarter < QUARTERS; quarter++) {
      const bx = x + BLOCK * (quarter & 1);
      const by = y + BLOCK * (quarter >> 1);
      if (choice.way === Way.Intra) choice.modes[quarter] = coder.symbol(this.modeModel, 0, 2, choice.modes[quarter]);
      for (let plane = 0; plane < PLANES; plane++) {
        if (choice.way === Way.Intra) guessBlock(target, plane, bx, by, choice.modes[quarter]);
        if (!choice.hasDetail) {
          this.forget(plane, bx, by);
          continue;
        }
        const block = QUARTERS * plane + quarter;
        const levels = choice.levels[block];
        const count = this.codeBlock(coder, choice, plane, quarter, bx, by);
        if (count > 0) addDetail(target, plane, bx, by, levels, count, frame.quantiser + choice.offset, choice.transforms[block]);
      }
    }
    this.ways[cube] = choice.way;
    this.detailed[cube] = choice.hasDetail ? 1 : 0;
    if (!choice.hasDetail) return;
    this.offsets[cube] = choice.offset;
    this.lastOffset = choice.offset;
  }

  /** A block has no detail. */
  private forget(plane: number, bx: number, by: number): void {
    this.blocks[plane][this.square(bx, by)] = 0;
    this.transforms[plane][this.square(bx, by)] = 0;
  }

  /** Ends a picture whose cubes are coded: `smooth` tells whether its edges are smoothed. */
  end(coder: RangeCoder, { target, quantiser }: CubeFrame, smooth: boolean): void {
    if (coder.bit(this.smoothModel, 0, smooth ? 1 : 0) === 1) smoothEdges(target, this, quantiser);
    target.extend();
  }

  /** How it is predicted, and whether there is detail. */
  codeHead(coder: RangeCoder, frame: CubeFrame, cube: number, choice: CubeChoice): void {
    const { columns, ways, detailed } = this;
    const left = cube % columns > 0 ? cube - 1 : -1;
    const above = cube >= columns ? cube - columns : -1;
    const others = (left >= 0 && ways[left] !== Way.Motion ? 1 : 0) + (above >= 0 && ways[above] !== Way.Motion ? 1 : 0);
    const isDrawn = frame.isDrawn[cube] > 0;
    const base = frame.isKey ? 7 : 0;
    let way: number = Way.Intra;
    if (coder.bit(this.wayModel, base + others + (isDrawn ? 3 : 0), choice.way !== Way.Motion ? 1 : 0) === 0) way = Way.Motion;
    else if (isDrawn && coder.bit(this.wayModel, base + 6, choice.way === Way.Model ? 1 : 0) === 1) way = Way.Model;
    choice.way = way;
    const around = (left >= 0 ? detailed[left] : 0) + (above >= 0 ? detailed[above] : 0);
    choice.hasDetail = coder.bit(this.anyModel, around + 3 * way, choice.hasDetail ? 1 : 0) === 1;
  }

  private codeOffset(coder: RangeCoder, frame: CubeFrame, choice: CubeChoice): void {
    const offset = this.lastOffset + codeSigned(coder, this.offsetModel, 0, choice.offset - this.lastOffset);
    const quantiser = frame.quantiser + offset;
    if (quantiser < 0 || quantiser >= QUANTISERS) throw SgapsError.malformed('archive: quantiser');
    choice.offset = offset;
  }

  /** Codes a block's transform and levels, and remembers whether there are any. */
  codeBlock(coder: RangeCoder, choice: CubeChoice, plane: number, quarter: number, bx: number, by: number): number {
    const { way, transforms } = choice;
    const block = QUARTERS * plane + quarter;
    const levels = choice.levels[block];
    const at = this.square(bx, by);
    const any = coder.encoding && levels.some(Boolean);
    if (!this.detail.codeAny(coder, way, plane, this.around(plane, bx, by), any)) {
      this.forget(plane, bx, by);
      return 0;
    }
    this.blocks[plane][at] = 1;
    transforms[block] = this.codeTransform(coder, plane, bx, by, transforms[block]);
    return this.detail.code(coder, way, transforms[block], plane, levels);
  }

  /** Which transform a block with detail has (`Transform`): what blocks left and above have is likely. */
  private codeTransform(coder: RangeCoder, plane: number, bx: number, by: number, transform: number): number {
    const context = this.transformContext(plane, bx, by);
    let coded: number = Transform.Whole;
    if (coder.bit(this.transformModel, context, transform === Transform.Whole ? 0 : 1) === 1)
      coded =
        coder.bit(this.transformModel, CONTEXTS + context, transform === Transform.None ? 1 : 0) === 1
          ? Transform.None
          : Transform.Quarters;
    this.transforms[plane][this.square(bx, by)] = coded;
    return coded;
  }

  /** Bits that `codeTransform` would take. */
  transformBits(plane: number, bx: number, by: number, transform: number): number {
    const context = this.transformContext(plane, bx, by);
    const first = bitsOf(this.transformModel[context], transform === Transform.Whole ? 0 : 1);
    if (transform === Transform.Whole) return first;
    return first + bitsOf(this.transformModel[CONTEXTS + context], transform === Transform.None ? 1 : 0);
  }

  private transformContext(plane: number, bx: number, by: number): number {
    const transforms = this.transforms[plane];
    const at = this.square(bx, by);
    const around = (bx > 0 ? transforms[at - 1] : 0) + (by > 0 ? transforms[at - 2 * this.columns] : 0);
    return around + (plane > 0 ? AROUND * (1 + this.transforms[0][at]) : 0);
  }

  /** How many blocks nearby have detail: left and above, and for colours brightness in the same place. */
  around(plane: number, bx: number, by: number): number {
    const blocks = this.blocks[plane];
    const at = this.square(bx, by);
    const beside = (bx > 0 ? blocks[at - 1] : 0) + (by > 0 ? blocks[at - 2 * this.columns] : 0);
    return beside + (plane > 0 && this.blocks[0][at] === 1 ? 3 : 0);
  }

  /** Whether an 8×8 block has detail in a plane. */
  hasBlock(plane: number, column: number, row: number): boolean {
    return this.blocks[plane][row * 2 * this.columns + column] === 1;
  }

  private square(bx: number, by: number): number {
    return (by >> 3) * 2 * this.columns + (bx >> 3);
  }
}

/** Draws a cube's prediction, by motion or by the model, into the picture. */
export function predictCube(frame: CubeFrame, cube: number, x: number, y: number, way: number): void {
  const { target, drawn, motion } = frame;
  if (way === Way.Motion) {
    if (frame.isKey) checkCopy(motion, cube, x, y, target.width);
    drawCube(frame, motion, cube, x, y, target);
    return;
  }
  for (let plane = 0; plane < PLANES; plane++)
    for (let row = 0; row < CUBE; row++) {
      const at = target.at(x, y + row);
      target.planes[plane].set(drawn.planes[plane].subarray(at, at + CUBE), at);
    }
}

/** What a keyframe copies must be known. @throws SgapsError `BYTES_MALFORMED` */
function checkCopy(motion: MotionField, cube: number, x: number, y: number, width: number): void {
  const first = motion.first(cube);
  const isSplit = motion.split[cube] === 1;
  for (let quarter = 0; quarter < (isSplit ? QUARTERS : 1); quarter++) {
    const at = first + (quarter & 1) + (quarter >> 1) * motion.columns;
    const bx = x + BLOCK * (quarter & 1);
    const by = y + BLOCK * (quarter >> 1);
    if (!isKnown(motion.x[at], motion.y[at], bx, by, isSplit ? BLOCK : CUBE, x, y, width))
      throw SgapsError.malformed('archive: copy');
  }
}

/** Adds what levels say to a block of the picture. */
export function addDetail(
  target: PaddedPicture,
  plane: number,
  x: number,
  y: number,
  levels: Int32Array,
  count: number,
  quantiser: number,
  transform: number,
): void {
  const step = STEPS[plane][quantiser];
  residual.fill(0);
  for (let k = 0; k < count; k++) residual[ZIGZAG[k]] = levels[k] * step;
  if (transform === Transform.Whole) inverseBlock(residual);
  else if (transform === Transform.Quarters) inverseQuarters(residual);
  else for (let i = 0; i < COEFFICIENTS; i++) residual[i] = (residual[i] + 4) >> 3;
  const values = target.planes[plane];
  const least = PLANE_LEAST[plane];
  const most = PLANE_MOST[plane];
  for (let row = 0, from = 0; row < BLOCK; row++) {
    let at = target.at(x, y + row);
    for (let i = 0; i < BLOCK; i++, from++, at++) {
      const value = values[at] + residual[from];
      values[at] = value < least ? least : value > most ? most : value;
    }
  }
}
