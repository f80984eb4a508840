import { CUBE } from './cube.js';
import { BLOCK } from './DetailCoder.js';
import { interpolate } from './interpolate.js';
import { type MotionField, QUARTERS } from './MotionField.js';
import { type PaddedPicture, PLANES } from './PaddedPicture.js';

/** What motion of a picture reads from. */
export interface Sight {
  /** By a cube's reference. Of a picture between two others: the one before it and the one after. */
  readonly references: readonly PaddedPicture[];
  /**
   * A picture between two others: reference 0 is the mean of both, 1 the one before, 2 the one after, and a motion leads to the one before as its opposite does to the
   * one after.
   */
  readonly isBetween: boolean;
}

const other = new Int16Array(CUBE * CUBE);

/** How many references a cube has to choose from. */
export function choices({ references, isBetween }: Sight): number {
  return isBetween ? 3 : references.length;
}

/** Draws a block of one plane by a motion: `out[to + y·stride + x]`. */
function drawBlock(
  { references, isBetween }: Sight,
  reference: number,
  plane: number,
  x: number,
  y: number,
  size: number,
  motionX: number,
  motionY: number,
  out: Int16Array,
  to: number,
  stride: number,
): void {
  if (!isBetween) return interpolate(references[reference], plane, x, y, size, motionX, motionY, out, to, stride);
  const [before, after] = references;
  if (reference === 2) return interpolate(after, plane, x, y, size, -motionX, -motionY, out, to, stride);
  interpolate(before, plane, x, y, size, motionX, motionY, out, to, stride);
  if (reference === 1) return;
  interpolate(after, plane, x, y, size, -motionX, -motionY, other, 0, size);
  for (let row = 0, from = 0; row < size; row++) {
    const at = to + row * stride;
    for (let i = at; i < at + size; i++, from++) out[i] = (out[i] + other[from] + 1) >> 1;
  }
}

/** Draws a whole cube by its motion into a picture. */
export function drawCube(sight: Sight, motion: MotionField, cube: number, x: number, y: number, target: PaddedPicture): void {
  const first = motion.first(cube);
  const reference = motion.reference[cube];
  for (let plane = 0; plane < PLANES; plane++) {
    const to = target.planes[plane];
    if (motion.split[cube] === 0) {
      drawBlock(sight, reference, plane, x, y, CUBE, motion.x[first], motion.y[first], to, target.at(x, y), target.stride);
      continue;
    }
    for (let quarter = 0; quarter < QUARTERS; quarter++) {
      const at = first + (quarter & 1) + (quarter >> 1) * motion.columns;
      const bx = x + BLOCK * (quarter & 1);
      const by = y + BLOCK * (quarter >> 1);
      drawBlock(sight, reference, plane, bx, by, BLOCK, motion.x[at], motion.y[at], to, target.at(bx, by), target.stride);
    }
  }
}
