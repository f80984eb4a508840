import { CUBE } from './cube.js';

/**
 * Whether a block of a keyframe at x, y may be copied from where a motion leads: whole pixels within the picture, above the row of its cube or left of the cube.
 */
export function isKnown(
  motionX: number,
  motionY: number,
  x: number,
  y: number,
  size: number,
  cubeX: number,
  cubeY: number,
  width: number,
): boolean {
  if ((motionX & 3) !== 0 || (motionY & 3) !== 0) return false;
  const left = x + (motionX >> 2);
  const top = y + (motionY >> 2);
  if (left < 0 || top < 0 || left + size > width) return false;
  return top + size <= cubeY || (left + size <= cubeX && top + size <= cubeY + CUBE);
}
