import type { Level } from '../sim/level.js';
import { caveLevel } from './cave.js';
import { meadowLevel } from './meadow.js';

const BUILDERS = [meadowLevel, caveLevel];

/** Number of levels. */
export const LEVEL_COUNT = BUILDERS.length;

/** Builds level 1 … `LEVEL_COUNT`; a higher number gives the last one. */
export function buildLevel(number: number): Level {
  return BUILDERS[Math.min(Math.max(1, number), LEVEL_COUNT) - 1]();
}
