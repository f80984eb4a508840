import { CUBE } from './cube.js';
import type { GroupState } from './GroupState.js';
import { drawCube } from './sight.js';

/**
 * Draws what is known of both pictures of a pair before anything of them is decoded (H14), into `group.drawn`: as their motion finds them in pictures before the pair; mid-grey where the group begins.
 */
export function drawContext(group: GroupState, index: number, count: number): void {
  if (index === 0) {
    for (const picture of group.drawn) picture.fill(765, 0, 0);
    return;
  }
  const [first, second] = group.drawn;
  for (let cube = 0; cube < group.cubes; cube++) {
    const x = CUBE * (cube % group.columns);
    const y = CUBE * Math.floor(cube / group.columns);
    if (count === 1) {
      drawCube(group.sight(index, 1), group.motion[0], cube, x, y, first);
      continue;
    }
    drawCube(group.sight(index + 1, 2), group.motion[1], cube, x, y, second);
    // The first lies between: its motion leads to the picture before, whatever it is drawn from later.
    drawCube(group.before(index), group.motion[0], cube, x, y, first);
  }
  if (count === 1) second.copy(first);
}
