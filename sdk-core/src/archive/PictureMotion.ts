import { CUBE } from './cube.js';
import { type MotionCoder, type MotionField, QUARTERS } from './MotionField.js';
import { type Candidates, MotionSearch } from './MotionSearch.js';
import type { PaddedPicture } from './PaddedPicture.js';
import { choices, type Sight } from './sight.js';

/** Difference of a cube, 8-bit steps, up to which nothing better is looked for. */
const ENOUGH = 64;
const MORE = 3;
/** A reference that is worse than another by more at whole pixels is not looked at more closely. */
const HOPEFUL = 1.3;

/** Finds the motion of a picture's cubes, whole or in quarters, in any of its references (encoder only). */
export class PictureMotion {
  private readonly search = new MotionSearch();
  private coder!: MotionCoder;
  private readonly candidates: Candidates & { likely: number } = {
    likelyX: new Int32Array(16),
    likelyY: new Int32Array(16),
    likely: 0,
  };

  /** Finds one cube's, into `field`; its neighbours left and above are found. `last`: the motion of the picture before. */
  find(
    field: MotionField,
    cube: number,
    source: PaddedPicture,
    sight: Sight,
    coder: MotionCoder,
    expected: Int16Array,
    bitCost: number,
    last: MotionField,
  ): void {
    const { search } = this;
    this.coder = coder;
    const columns = field.columns >> 1;
    const x = CUBE * (cube % columns);
    const y = CUBE * Math.floor(cube / columns);
    const first = field.first(cube);
    let least = Number.POSITIVE_INFINITY;
    let motionX = 0;
    let motionY = 0;
    field.split[cube] = 0;
    field.reference[cube] = 0;
    for (let i = 0; i < choices(sight) && least > ENOUGH; i++) {
      this.gather(field, first, 2, expected, cube, last);
      if (i > 0) this.propose(motionX, motionY);
      search.begin(source, ...seen(sight, i), x, y, CUBE, bitCost, this.candidates);
      search.refine(ENOUGH, HOPEFUL * least);
      const cost = search.cost + (i > 0 ? MORE * bitCost : 0);
      if (cost >= least) continue;
      least = cost;
      motionX = search.x;
      motionY = search.y;
      field.reference[cube] = i;
    }
    field.spread(cube, motionX, motionY);
    if (least <= ENOUGH) return;
    this.trySplit(field, cube, source, seen(sight, field.reference[cube]), expected, bitCost, last, least);
  }

  /** Four motions instead of one, where they are worth their bits. */
  private trySplit(
    field: MotionField,
    cube: number,
    source: PaddedPicture,
    seen: readonly [PaddedPicture | null, PaddedPicture | null],
    expected: Int16Array,
    bitCost: number,
    last: MotionField,
    whole: number,
  ): void {
    const { search } = this;
    const columns = field.columns >> 1;
    const first = field.first(cube);
    const motionX = field.x[first];
    const motionY = field.y[first];
    let total = 4 * bitCost;
    for (let quarter = 0; quarter < QUARTERS && total < whole; quarter++) {
      const at = first + (quarter & 1) + (quarter >> 1) * field.columns;
      this.gather(field, at, 1, expected, cube, last);
      this.propose(motionX, motionY);
      const x = CUBE * (cube % columns) + 8 * (quarter & 1);
      const y = CUBE * Math.floor(cube / columns) + 8 * (quarter >> 1);
      search.begin(source, ...seen, x, y, 8, bitCost, this.candidates);
      search.refine(ENOUGH / 4, whole);
      field.x[at] = search.x;
      field.y[at] = search.y;
      total += search.cost;
    }
    if (total < whole) field.split[cube] = 1;
    else field.spread(cube, motionX, motionY);
  }

  private gather(field: MotionField, at: number, size: number, expected: Int16Array, cube: number, last: MotionField): void {
    const { coder, candidates } = this;
    coder.findLikely(field, at, size, expected, cube);
    candidates.likelyX.set(coder.likelyX);
    candidates.likelyY.set(coder.likelyY);
    candidates.likely = coder.likely;
    this.propose(last.x[at], last.y[at]);
  }

  private propose(x: number, y: number): void {
    const { candidates } = this;
    candidates.likelyX[candidates.likely] = x;
    candidates.likelyY[candidates.likely++] = y;
  }
}

/** What a reference shows: where motions lead, and where their opposites do. */
function seen({ references, isBetween }: Sight, reference: number): [PaddedPicture | null, PaddedPicture | null] {
  if (!isBetween) return [references[reference], null];
  return [reference === 2 ? null : references[0], reference === 1 ? null : references[1]];
}
