import { harmonicBasis } from '../../reference/harmonics.js';
import { SplatRandom } from '../../synthetic/SplatRandom.js';

/** Sets of directions that are tried. */
const TRIES = 100;

/** Directions that tell the coefficients of a band of harmonics. */
export interface BandDirections {
  /** 3·(2·band + 1). */
  readonly directions: Float64Array;
  /** (2·band + 1)², row-major: coefficients of what is seen in those directions. */
  readonly inverse: Float64Array;
}

/** As many directions as band 1, 2 or 3 has coefficients: of some sets the one whose inverse has the smallest numbers, so that little is lost by rounding. */
export function bandDirections(band: 1 | 2 | 3): BandDirections {
  const random = new SplatRandom(band);
  let best: BandDirections | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const directions = someDirections(2 * band + 1, random);
    const inverse = inverseOf(seenFrom(band, directions));
    const largest = inverse.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!(largest < least)) continue;
    best = { directions, inverse };
    least = largest;
  }
  return best!;
}

function someDirections(count: number, random: SplatRandom): Float64Array {
  const directions = new Float64Array(3 * count);
  for (let at = 0; at < directions.length; at += 3) {
    const [x, y, z] = [random.normal(), random.normal(), random.normal()];
    const length = Math.hypot(x, y, z);
    directions.set([x / length, y / length, z / length], at);
  }
  return directions;
}

/** What the band's harmonics are in these directions, a row each. */
function seenFrom(band: 1 | 2 | 3, directions: Float64Array): Float64Array {
  const count = 2 * band + 1;
  const basis = new Float64Array(16);
  const rows = new Float64Array(count * count);
  for (let row = 0; row < count; row++) {
    harmonicBasis(band, directions[3 * row], directions[3 * row + 1], directions[3 * row + 2], basis);
    rows.set(basis.subarray(band * band, (band + 1) ** 2), row * count);
  }
  return rows;
}

/** Of a square matrix, by Gauss and Jordan; numbers that are not finite where there is none. */
function inverseOf(matrix: Float64Array): Float64Array {
  const size = Math.sqrt(matrix.length);
  const left = Array.from({ length: size }, (_, row) => matrix.slice(row * size, (row + 1) * size));
  const right = left.map((_, row) => Float64Array.from({ length: size }, (_, column) => (row === column ? 1 : 0)));
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column; row < size; row++) if (Math.abs(left[row][column]) > Math.abs(left[pivot][column])) pivot = row;
    for (const side of [left, right]) [side[column], side[pivot]] = [side[pivot], side[column]];
    const scale = 1 / left[column][column];
    for (const side of [left, right]) for (let at = 0; at < size; at++) side[column][at] *= scale;
    for (let row = 0; row < size; row++) {
      const share = left[row][column];
      if (row === column) continue;
      for (const side of [left, right]) for (let at = 0; at < size; at++) side[row][at] -= share * side[column][at];
    }
  }
  return Float64Array.from(right.flatMap((row) => [...row]));
}
