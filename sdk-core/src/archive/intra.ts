import { BLOCK } from './DetailCoder.js';
import type { PaddedPicture } from './PaddedPicture.js';

/** Ways to guess a block from what is known left of and above it: their mean, the row above, the column left, and both less the corner. */
export const INTRA_MODES = 4;
/** What is guessed where nothing is known: mid-grey. */
const GREY = [765, 0, 0];
/** Least and most of each plane. */
export const PLANE_LEAST = [0, -510, -1020];
export const PLANE_MOST = [1530, 510, 1020];

const above = new Int32Array(BLOCK);
const left = new Int32Array(BLOCK);

/** Draws the guess for the 8×8 block at x, y into the picture itself, whose blocks left of and above it are known. */
export function guessBlock(picture: PaddedPicture, plane: number, x: number, y: number, mode: number): void {
  const values = picture.planes[plane];
  const { stride } = picture;
  const start = picture.at(x, y);
  const hasAbove = y > 0;
  const hasLeft = x > 0;
  const grey = GREY[plane];
  const fallback = hasAbove ? values[start - stride] : hasLeft ? values[start - 1] : grey;
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) {
    above[i] = hasAbove ? values[start - stride + i] : fallback;
    left[i] = hasLeft ? values[start - 1 + i * stride] : fallback;
    sum += hasAbove === hasLeft ? above[i] + left[i] : 2 * (hasAbove ? above[i] : left[i]);
  }
  const mean = (sum + BLOCK) >> 4;
  const corner = hasAbove && hasLeft ? values[start - stride - 1] : fallback;
  const least = PLANE_LEAST[plane];
  const most = PLANE_MOST[plane];
  for (let row = 0; row < BLOCK; row++) {
    const at = start + row * stride;
    for (let i = 0; i < BLOCK; i++) {
      let value = mean;
      if (mode === 1) value = above[i];
      else if (mode === 2) value = left[row];
      else if (mode === 3) value = above[i] + left[row] - corner;
      values[at + i] = value < least ? least : value > most ? most : value;
    }
  }
}
