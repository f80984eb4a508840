import { codeSigned, createModel, type RangeCoder, resetModel, SgapsError, SIGNED_MODEL } from '@sgaps/protocol';

/** Pictures that motion may read from (`GroupState.sight`). */
const REFERENCES = 3;
/** Vectors of a cube in one picture: one for each quarter. */
export const QUARTERS = 4;
/** Longest motion, quarter pixels. */
const MOTION_LIMIT = 4095;
/** Likely motions that are named by number. */
const LIKELY = 5;

/** Motion of one picture: a reference and one or four vectors for each 16×16 square, kept by 8×8 squares; in quarter pixels. */
export class MotionField {
  /** 8×8 squares in a row, and rows. */
  readonly columns: number;
  readonly rows: number;
  readonly x: Int16Array;
  readonly y: Int16Array;
  /** By 16×16 square. */
  readonly reference: Uint8Array;
  readonly split: Uint8Array;

  constructor(width: number, height: number) {
    this.columns = width >> 3;
    this.rows = height >> 3;
    this.x = new Int16Array(this.columns * this.rows);
    this.y = new Int16Array(this.columns * this.rows);
    this.reference = new Uint8Array(this.x.length / QUARTERS);
    this.split = new Uint8Array(this.reference.length);
  }

  clear(): void {
    this.x.fill(0);
    this.y.fill(0);
    this.reference.fill(0);
    this.split.fill(0);
  }

  /** The 8×8 square at the top left of a cube. */
  first(cube: number): number {
    const across = this.columns >> 1;
    return 2 * this.columns * Math.floor(cube / across) + 2 * (cube % across);
  }

  /** Gives all quarters of a cube one motion. */
  spread(cube: number, x: number, y: number): void {
    const at = this.first(cube);
    this.x[at] = this.x[at + 1] = this.x[at + this.columns] = this.x[at + this.columns + 1] = x;
    this.y[at] = this.y[at + 1] = this.y[at + this.columns] = this.y[at + this.columns + 1] = y;
  }
}

/**
 * Codes motions by the number of a likely one, or as they differ from the likeliest: the middle of those left, above and above right, then these, one expected for another reason, and
 * none.
 */
export class MotionCoder {
  /** Likely motions of the place looked at last, and how many there are. */
  readonly likelyX = new Int32Array(LIKELY);
  readonly likelyY = new Int32Array(LIKELY);
  likely = 0;

  private readonly which = createModel(LIKELY);
  private readonly references = createModel(REFERENCES * 3);
  private readonly splits = createModel(3);
  private readonly differences = createModel(2 * SIGNED_MODEL);

  reset(): void {
    for (const model of [this.which, this.references, this.splits, this.differences]) resetModel(model);
  }

  /** Codes the motion of a cube, whose neighbours left and above are known. `expected`: what else is likely, [x, y] by cube (`GroupState.expectMotion`). */
  code(coder: RangeCoder, field: MotionField, cube: number, references: number, expected: Int16Array): void {
    const across = field.columns >> 1;
    const left = cube % across > 0 ? field.reference[cube - 1] : 0;
    let reference = field.reference[cube];
    if (references > 1) {
      const context = 3 * left;
      if (coder.bit(this.references, context, reference > 0 ? 1 : 0) === 0) reference = 0;
      else if (references === 2) reference = 1;
      else reference = 1 + coder.bit(this.references, context + 1, reference > 1 ? 1 : 0);
    } else reference = 0;
    field.reference[cube] = reference;
    const context = (cube % across > 0 ? field.split[cube - 1] : 0) + (cube >= across ? field.split[cube - across] : 0);
    const split = coder.bit(this.splits, context, field.split[cube]);
    field.split[cube] = split;
    const first = field.first(cube);
    for (let quarter = 0; quarter < (split === 1 ? QUARTERS : 1); quarter++)
      this.codeVector(coder, field, first + (quarter & 1) + (quarter >> 1) * field.columns, split === 1 ? 1 : 2, expected, cube);
    if (split === 0) field.spread(cube, field.x[first], field.y[first]);
  }

  private codeVector(coder: RangeCoder, field: MotionField, at: number, size: number, expected: Int16Array, cube: number): void {
    this.findLikely(field, at, size, expected, cube);
    const { likely, likelyX, likelyY } = this;
    let which = 0;
    if (coder.encoding) while (which < likely && (likelyX[which] !== field.x[at] || likelyY[which] !== field.y[at])) which++;
    let index = 0;
    while (index < likely && coder.bit(this.which, index, which > index ? 1 : 0) === 1) index++;
    if (index < likely) {
      field.x[at] = likelyX[index];
      field.y[at] = likelyY[index];
      return;
    }
    const x = likelyX[0] + codeSigned(coder, this.differences, 0, field.x[at] - likelyX[0]);
    const y = likelyY[0] + codeSigned(coder, this.differences, SIGNED_MODEL, field.y[at] - likelyY[0]);
    if (x < -MOTION_LIMIT || x > MOTION_LIMIT || y < -MOTION_LIMIT || y > MOTION_LIMIT)
      throw SgapsError.malformed('archive: motion');
    field.x[at] = x;
    field.y[at] = y;
  }

  /** Looks up the likely motions of a place `size` squares wide, each once. */
  findLikely(field: MotionField, at: number, size: number, expected: Int16Array, cube: number): void {
    const { columns, x, y } = field;
    const hasLeft = at % columns > 0;
    const hasAbove = at >= columns;
    const left = hasLeft ? at - 1 : -1;
    const above = hasAbove ? at - columns : -1;
    // Right of the last quarter lies a cube that is not known yet.
    const isLast = ((at % columns) & 1) === 1 && (Math.floor(at / columns) & 1) === 1;
    const right = hasAbove && !isLast && (at % columns) + size < columns ? above + size : hasAbove && hasLeft ? above - 1 : -1;
    this.likely = 0;
    const lx = left < 0 ? 0 : x[left];
    const ly = left < 0 ? 0 : y[left];
    if (above < 0) this.propose(lx, ly);
    else this.propose(middle(lx, x[above], right < 0 ? 0 : x[right]), middle(ly, y[above], right < 0 ? 0 : y[right]));
    if (left >= 0) this.propose(lx, ly);
    if (above >= 0) this.propose(x[above], y[above]);
    this.propose(expected[2 * cube], expected[2 * cube + 1]);
    this.propose(0, 0);
  }

  private propose(x: number, y: number): void {
    const { likelyX, likelyY, likely } = this;
    for (let i = 0; i < likely; i++) if (likelyX[i] === x && likelyY[i] === y) return;
    likelyX[likely] = x;
    likelyY[likely] = y;
    this.likely++;
  }
}

function middle(a: number, b: number, c: number): number {
  return a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
}
