import { CUBE, predictCube, Way } from './CubeCoder.js';
import type { GroupState } from './GroupState.js';
import { interpolate } from './interpolate.js';
import { type MotionField, QUARTERS } from './MotionField.js';
import { type PaddedPicture, PLANES } from './PaddedPicture.js';

/**
 * Draws what is known of both pictures of a pair before anything of them is decoded (H14), into `group.drawn`: the first by its motion; the second, whose motion starts
 * from the first, by both motions one after the other from where the first one read.
 */
export function drawContext(group: GroupState, index: number, pictures: number): void {
  const [first, second] = group.drawn;
  if (index === 0) {
    for (const picture of group.drawn) picture.fill(765, 0, 0);
    return;
  }
  const references = group.references(index);
  const [motion, next] = group.motion;
  const common = { drawn: first, isDrawn: group.levels, quantiser: 0 };
  for (let cube = 0; cube < group.cubes; cube++) {
    const x = CUBE * (cube % group.columns);
    const y = CUBE * Math.floor(cube / group.columns);
    predictCube({ ...common, target: first, references, motion }, cube, x, y, Way.Motion);
    if (pictures === 2) drawSecond(second, references, motion, next, cube, x, y);
  }
  if (pictures === 1) second.copy(first);
}

/** A cube of the second picture, quarter by quarter. */
function drawSecond(
  target: PaddedPicture,
  references: readonly PaddedPicture[],
  motion: MotionField,
  next: MotionField,
  cube: number,
  x: number,
  y: number,
): void {
  // References of the second: the first of the pair, what the first read from, and the group's first (`GroupState.references`).
  const reference = next.reference[cube];
  const from =
    reference === 0 ? references[motion.reference[cube]] : reference === 1 ? references[0] : (references[2] ?? references[1]);
  const start = next.first(cube);
  for (let quarter = 0; quarter < QUARTERS; quarter++) {
    const at = start + (quarter & 1) + (quarter >> 1) * next.columns;
    const bx = x + 8 * (quarter & 1);
    const by = y + 8 * (quarter >> 1);
    const mx = next.x[at] + (reference === 0 ? motion.x[at] : 0);
    const my = next.y[at] + (reference === 0 ? motion.y[at] : 0);
    for (let plane = 0; plane < PLANES; plane++)
      interpolate(from, plane, bx, by, 8, mx, my, target.planes[plane], target.at(bx, by), target.stride);
  }
}
