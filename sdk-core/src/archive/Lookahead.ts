import { CUBE } from './cube.js';
import { MotionField } from './MotionField.js';
import { MotionSearch } from './MotionSearch.js';
import { type PaddedPicture, PLANE_NORM } from './PaddedPicture.js';

/** How much finer, in sixths of a doubling, what the rest of a group is drawn from is coded, for each doubling of how much is drawn from it. */
const STRENGTH = 2;
const FINEST = -12;
/** Differences below this, 8-bit steps a pixel, are none. */
const QUIET = 0.05 * CUBE * CUBE;

/**
 * Tells how much of what follows in a group is drawn from each cube, and so how well it is worth coding (x264's macroblock tree, after Garrett-Glaser 2009): looking back from
 * the last picture coded, what a cube hands on is what it shows itself and what it handed on before, as far as motion predicts it.
 *
 * @returns by picture and cube, what is added to the quantiser, 0 or less
 */
export function lookAhead(pictures: readonly PaddedPicture[]): Int8Array[] {
  const tree = new CubeTree(pictures);
  const last = pictures.length - 1;
  for (let index = last; index >= 0; index--) {
    // Even pictures lie between two and come after the second of their pair.
    const isBetween = index % 2 === 0 && index > 0 && index < last;
    if (isBetween) continue;
    if (index % 2 === 1 && index > 1) {
      tree.hand(index - 1, index, 0.5);
      tree.hand(index - 1, index - 2, 0.5);
    }
    if (index > 0) tree.hand(index, Math.max(0, index % 2 === 1 ? index - 2 : index - 1), 1);
  }
  return pictures.map((_, index) => tree.offsets(index));
}

class CubeTree {
  private readonly columns: number;
  private readonly cubes: number;
  private readonly handed: Float64Array[];
  private readonly search = new MotionSearch();
  private readonly field: MotionField;
  private readonly candidates = { likelyX: new Int32Array(4), likelyY: new Int32Array(4), likely: 0 };

  constructor(private readonly pictures: readonly PaddedPicture[]) {
    const { width, height } = pictures[0];
    this.columns = width / CUBE;
    this.cubes = (width * height) / CUBE ** 2;
    this.handed = pictures.map(() => new Float64Array(this.cubes));
    this.field = new MotionField(width, height);
  }

  offsets(index: number): Int8Array {
    return Int8Array.from({ length: this.cubes }, (_, cube) =>
      Math.max(FINEST, Math.round(-STRENGTH * Math.log2(1 + this.handed[index][cube] / this.own(index, cube)))),
    );
  }

  /** Hands a share of what `from` shows on to what it is drawn from. */
  hand(from: number, to: number, share: number): void {
    const { columns, field, candidates, search } = this;
    const { width, height } = this.pictures[from];
    for (let cube = 0; cube < this.cubes; cube++) {
      const x = CUBE * (cube % columns);
      const y = CUBE * Math.floor(cube / columns);
      const own = this.own(from, cube);
      candidates.likely = 0;
      const first = field.first(cube);
      this.propose(0, 0);
      this.propose(field.x[first], field.y[first]);
      if (cube % columns > 0) this.propose(field.x[first - 1], field.y[first - 1]);
      if (cube >= columns) this.propose(field.x[first - field.columns], field.y[first - field.columns]);
      search.begin(this.pictures[from], this.pictures[to], null, x, y, CUBE, 1, candidates);
      search.refine(own / 8, 0);
      field.spread(cube, search.x, search.y);
      const kept = Math.max(0, 1 - search.cost / own);
      const amount = share * (own + this.handed[from][cube]) * kept;
      // It was drawn from up to four cubes.
      const fx = Math.min(Math.max(x + search.x / 4, 0), width - CUBE) / CUBE;
      const fy = Math.min(Math.max(y + search.y / 4, 0), height - CUBE) / CUBE;
      this.give(to, Math.floor(fx), Math.floor(fy), fx % 1, fy % 1, amount);
    }
  }

  private give(to: number, column: number, row: number, right: number, down: number, amount: number): void {
    const { columns } = this;
    const handed = this.handed[to];
    const at = row * columns + column;
    handed[at] += amount * (1 - right) * (1 - down);
    if (right > 0) handed[at + 1] += amount * right * (1 - down);
    if (down > 0) handed[at + columns] += amount * (1 - right) * down;
    if (right > 0 && down > 0) handed[at + columns + 1] += amount * right * down;
  }

  private propose(x: number, y: number): void {
    const { candidates } = this;
    candidates.likelyX[candidates.likely] = x;
    candidates.likelyY[candidates.likely++] = y;
  }

  /** How much a cube's brightness differs from the means of its quarters, 8-bit steps. */
  private own(index: number, cube: number): number {
    const picture = this.pictures[index];
    const values = picture.planes[0];
    const x = CUBE * (cube % this.columns);
    const y = CUBE * Math.floor(cube / this.columns);
    let sum = 0;
    for (let quarter = 0; quarter < 4; quarter++) {
      const start = picture.at(x + 8 * (quarter & 1), y + 8 * (quarter >> 1));
      let total = 0;
      for (let row = 0; row < 8; row++) for (let i = 0; i < 8; i++) total += values[start + row * picture.stride + i];
      const mean = total / 64;
      for (let row = 0; row < 8; row++)
        for (let i = 0; i < 8; i++) sum += Math.abs(values[start + row * picture.stride + i] - mean);
    }
    return sum / Math.sqrt(PLANE_NORM[0]) + QUIET;
  }
}
