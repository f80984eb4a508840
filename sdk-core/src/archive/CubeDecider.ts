import { forwardBlock, ZIGZAG } from '@sgaps/protocol';
import { CostCoder } from './CostCoder.js';
import { addDetail, type CubeChoice, type CubeCoder, type CubeFrame, newChoice, predictCube, Way } from './CubeCoder.js';
import { CUBE } from './cube.js';
import { BLOCK, COEFFICIENTS, Transform } from './DetailCoder.js';
import { guessBlock, INTRA_MODES } from './intra.js';
import { LevelChooser } from './LevelChooser.js';
import { QUARTERS } from './MotionField.js';
import { type PaddedPicture, PLANE_NORM, PLANES } from './PaddedPicture.js';
import { STEPS, stepOf } from './quantiser.js';
import { forwardQuarters } from './quarterTransform.js';

/** What a bit is worth in squared error of RGB, in squares of the step. */
export const BIT_WORTH = 0.134;
/** Bits that a cube's cost must be worth before it is looked at what lies around it. */
const INTRA_BITS = 24;

/** What a bit is worth in a cube, in squared error of RGB. */
export function worthOf({ quantiser }: Pick<CubeFrame, 'quantiser'>, offset: number): number {
  return BIT_WORTH * stepOf(quantiser + offset) ** 2;
}

const residual = new Int32Array(COEFFICIENTS);

/** Chooses how each cube of a picture is coded, by what that costs in bits and in error (encoder only). */
export class CubeDecider {
  private readonly cost = new CostCoder();
  private readonly levels = new LevelChooser();
  private readonly tried = new Int32Array(COEFFICIENTS);
  /** By `Transform`. */
  private readonly coefficients = Object.values(Transform).map(() => new Int32Array(COEFFICIENTS));
  private readonly options = [newChoice(), newChoice(), newChoice()];
  /** Cost of the choice made last: squared error in RGB, and bits as far as they are worth as much. */
  least = 0;

  constructor(
    private readonly coder: CubeCoder,
    private readonly columns: number,
  ) {}

  /** The best choice for a cube, which holds until the next call. `canMove`: there is something to move from. */
  decide(frame: CubeFrame, source: PaddedPicture, cube: number, offset: number, canMove: boolean): CubeChoice {
    let best: CubeChoice | null = null;
    this.least = Number.POSITIVE_INFINITY;
    const consider = (way: number) => {
      const cost = this.costOf(frame, source, cube, offset, way);
      if (cost >= this.least) return;
      this.least = cost;
      best = this.options[way];
    };
    if (canMove) consider(Way.Motion);
    if (frame.isDrawn[cube] > 0) consider(Way.Model);
    // What is predicted well needs no look at its surroundings.
    if (this.least > INTRA_BITS * worthOf(frame, offset)) consider(Way.Intra);
    return best as unknown as CubeChoice;
  }

  /** What a cube costs if it is predicted one way, at its best. */
  costOf(frame: CubeFrame, source: PaddedPicture, cube: number, offset: number, way: number): number {
    const worth = worthOf(frame, offset);
    const choice = this.options[way];
    choice.way = way;
    choice.offset = offset;
    return way === Way.Intra
      ? this.tryIntra(frame, source, cube, choice, worth)
      : this.tryWay(frame, source, cube, choice, worth);
  }

  /** Motion or model, with detail or without. */
  private tryWay(frame: CubeFrame, source: PaddedPicture, cube: number, choice: CubeChoice, worth: number): number {
    const { cost } = this;
    const { target } = frame;
    const x = CUBE * (cube % this.columns);
    const y = CUBE * Math.floor(cube / this.columns);
    predictCube(frame, cube, x, y, choice.way);
    let plain = 0;
    for (let plane = 0; plane < PLANES; plane++) plain += squaredError(target, source, plane, x, y, CUBE);
    choice.hasDetail = false;
    cost.bits = 0;
    this.coder.codeHead(cost, frame, cube, choice);
    const without = plain + worth * cost.bits;
    if (plain < 2 * worth) return without;
    cost.bits = 0;
    choice.hasDetail = true;
    this.coder.codeHead(cost, frame, cube, choice);
    let error = 0;
    let isEmpty = true;
    for (let quarter = 0; quarter < QUARTERS; quarter++)
      for (let plane = 0; plane < PLANES; plane++) {
        const bx = x + BLOCK * (quarter & 1);
        const by = y + BLOCK * (quarter >> 1);
        error += this.quantise(frame, source, choice, plane, quarter, bx, by, worth);
        if (choice.levels[QUARTERS * plane + quarter].some(Boolean)) isEmpty = false;
      }
    const total = error + worth * cost.bits;
    if (!isEmpty && total < without) return total;
    choice.hasDetail = false;
    return without;
  }

  private tryIntra(frame: CubeFrame, source: PaddedPicture, cube: number, choice: CubeChoice, worth: number): number {
    const { cost } = this;
    const { target } = frame;
    const x = CUBE * (cube % this.columns);
    const y = CUBE * Math.floor(cube / this.columns);
    choice.hasDetail = true;
    cost.bits = 0;
    this.coder.codeHead(cost, frame, cube, choice);
    let error = 0;
    for (let quarter = 0; quarter < QUARTERS; quarter++) {
      const bx = x + BLOCK * (quarter & 1);
      const by = y + BLOCK * (quarter >> 1);
      let least = Number.POSITIVE_INFINITY;
      for (let mode = 0; mode < INTRA_MODES; mode++) {
        let off = 0;
        for (let plane = 0; plane < PLANES; plane++) {
          guessBlock(target, plane, bx, by, mode);
          off += Math.sqrt(squaredError(target, source, plane, bx, by, BLOCK));
        }
        if (off >= least) continue;
        least = off;
        choice.modes[quarter] = mode;
      }
      cost.bits += 2;
      for (let plane = 0; plane < PLANES; plane++) {
        guessBlock(target, plane, bx, by, choice.modes[quarter]);
        const block = QUARTERS * plane + quarter;
        const levels = choice.levels[block];
        error += this.quantise(frame, source, choice, plane, quarter, bx, by, worth);
        if (levels.some(Boolean))
          addDetail(target, plane, bx, by, levels, COEFFICIENTS, frame.quantiser + choice.offset, choice.transforms[block]);
      }
    }
    return error + worth * cost.bits;
  }

  /** Chooses a block's transform and levels against what the target shows now, adds their bits to the cost, and gives the error that is left. */
  private quantise(
    frame: CubeFrame,
    source: PaddedPicture,
    choice: CubeChoice,
    plane: number,
    quarter: number,
    bx: number,
    by: number,
    worth: number,
  ): number {
    const { cost, coder } = this;
    const block = QUARTERS * plane + quarter;
    const levels = choice.levels[block];
    const step = STEPS[plane][frame.quantiser + choice.offset];
    const scale = 64 * PLANE_NORM[plane];
    const plain = takeResidual(frame.target, source, plane, bx, by);
    levels.fill(0);
    choice.transforms[block] = Transform.Whole;
    // What is left of a block that is nearly right is not worth a bit.
    if (plain > worth) {
      const [whole, quarters, none] = this.coefficients;
      forwardBlock(residual, whole);
      forwardQuarters(residual, quarters);
      for (let i = 0; i < COEFFICIENTS; i++) none[i] = residual[i] << 3;
      const around = coder.around(plane, bx, by);
      let least = Number.POSITIVE_INFINITY;
      this.coefficients.forEach((coefficients, transform) => {
        const bits = coder.transformBits(plane, bx, by, transform);
        const { model } = coder.detail;
        const total =
          worth * scale * bits +
          this.levels.choose(model, choice.way, transform, plane, around, coefficients, step, worth * scale, this.tried);
        if (total >= least) return;
        least = total;
        choice.transforms[block] = transform;
        levels.set(this.tried);
      });
    }
    if (coder.codeBlock(cost, choice, plane, quarter, bx, by) === 0) return plain;
    const coded = this.coefficients[choice.transforms[block]];
    let error = 0;
    for (let k = 0; k < COEFFICIENTS; k++) error += (coded[ZIGZAG[k]] - levels[k] * step) ** 2;
    return error / scale;
  }
}

/** Squared error of a block, in RGB. */
function squaredError(target: PaddedPicture, source: PaddedPicture, plane: number, x: number, y: number, size: number): number {
  const a = target.planes[plane];
  const b = source.planes[plane];
  let sum = 0;
  for (let row = 0; row < size; row++) {
    const at = target.at(x, y + row);
    for (let i = at; i < at + size; i++) sum += (a[i] - b[i]) ** 2;
  }
  return sum / PLANE_NORM[plane];
}

/** What is left of an 8×8 block into `residual`; gives its squared error in RGB. */
function takeResidual(target: PaddedPicture, source: PaddedPicture, plane: number, x: number, y: number): number {
  const a = target.planes[plane];
  const b = source.planes[plane];
  let sum = 0;
  for (let row = 0, to = 0; row < BLOCK; row++) {
    const at = target.at(x, y + row);
    for (let i = at; i < at + BLOCK; i++, to++) {
      const off = b[i] - a[i];
      residual[to] = off;
      sum += off * off;
    }
  }
  return sum / PLANE_NORM[plane];
}
