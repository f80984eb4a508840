import { CUBE } from './CubeCoder.js';
import { MotionField } from './MotionField.js';
import { MotionSearch } from './MotionSearch.js';
import { type PaddedPicture, PLANE_NORM } from './PaddedPicture.js';

/** How much finer, in sixths of a doubling, what the rest of a group is drawn from is coded, for each doubling of how much is drawn from it. */
const STRENGTH = 1.6;
const FINEST = -12;
/** Differences below this, 8-bit steps a pixel, are none. */
const QUIET = 0.05 * CUBE * CUBE;

/**
 * Tells how much of what follows in a group is drawn from each cube, and so how well it is worth coding (x264's macroblock tree, after Garrett-Glaser 2009): looking back from
 * the last picture, what a cube hands on is what it shows itself and what it handed on before, as far as motion predicts it.
 *
 * @returns by picture and cube, what is added to the quantiser, 0 or less
 */
export function lookAhead(pictures: readonly PaddedPicture[]): Int8Array[] {
  const { width, height } = pictures[0];
  const columns = width / CUBE;
  const cubes = (width * height) / CUBE ** 2;
  const search = new MotionSearch();
  const field = new MotionField(width, height);
  const offsets = pictures.map(() => new Int8Array(cubes));
  let handed = new Float64Array(cubes);
  const candidates = { likelyX: new Int32Array(4), likelyY: new Int32Array(4), likely: 0 };
  for (let index = pictures.length - 1; index >= 0; index--) {
    const picture = pictures[index];
    const before = pictures[index - 1];
    const next = new Float64Array(cubes);
    for (let cube = 0; cube < cubes; cube++) {
      const x = CUBE * (cube % columns);
      const y = CUBE * Math.floor(cube / columns);
      const own = variation(picture, x, y) + QUIET;
      offsets[index][cube] = Math.max(FINEST, Math.round(-STRENGTH * Math.log2(1 + handed[cube] / own)));
      if (!before) continue;
      candidates.likely = 0;
      const propose = (mx: number, my: number) => {
        candidates.likelyX[candidates.likely] = mx;
        candidates.likelyY[candidates.likely++] = my;
      };
      propose(0, 0);
      const first = field.first(cube);
      propose(field.x[first], field.y[first]);
      if (cube % columns > 0) propose(field.x[first - 1], field.y[first - 1]);
      if (cube >= columns) propose(field.x[first - field.columns], field.y[first - field.columns]);
      search.begin(picture, before, x, y, CUBE, 1, candidates);
      search.refine(own / 8, false);
      field.spread(cube, search.x, search.y);
      const kept = Math.max(0, 1 - search.cost / own);
      const amount = (own + handed[cube]) * kept;
      // It was drawn from up to four cubes.
      const fx = Math.min(Math.max(x + search.x / 4, 0), width - CUBE) / CUBE;
      const fy = Math.min(Math.max(y + search.y / 4, 0), height - CUBE) / CUBE;
      const cx = Math.floor(fx);
      const cy = Math.floor(fy);
      const rx = fx - cx;
      const ry = fy - cy;
      const at = cy * columns + cx;
      next[at] += amount * (1 - rx) * (1 - ry);
      if (rx > 0) next[at + 1] += amount * rx * (1 - ry);
      if (ry > 0) next[at + columns] += amount * (1 - rx) * ry;
      if (rx > 0 && ry > 0) next[at + columns + 1] += amount * rx * ry;
    }
    handed = next;
  }
  return offsets;
}

/** How much a cube's brightness differs from the means of its quarters, 8-bit steps. */
function variation(picture: PaddedPicture, x: number, y: number): number {
  const values = picture.planes[0];
  let sum = 0;
  for (let quarter = 0; quarter < 4; quarter++) {
    const start = picture.at(x + 8 * (quarter & 1), y + 8 * (quarter >> 1));
    let total = 0;
    for (let row = 0; row < 8; row++) for (let i = 0; i < 8; i++) total += values[start + row * picture.stride + i];
    const mean = total / 64;
    for (let row = 0; row < 8; row++)
      for (let i = 0; i < 8; i++) sum += Math.abs(values[start + row * picture.stride + i] - mean);
  }
  return sum / Math.sqrt(PLANE_NORM[0]);
}
