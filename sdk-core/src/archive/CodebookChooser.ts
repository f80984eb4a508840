import { BIT_WORTH } from './CubeDecider.js';
import { CUBE } from './cube.js';
import type { GroupState } from './GroupState.js';
import { lookAt } from './lookAt.js';
import type { ModelPair } from './ModelPair.js';
import { type PaddedPicture, PLANE_NORM, PLANES } from './PaddedPicture.js';
import { stepOf } from './quantiser.js';
import { drawCube } from './sight.js';

/** How many codebooks are tried, of those there may be: more for what moves, fewer for what is calm, none for what is known (H15). */
const SHARES = [1 / 3, 2 / 3, 1];
/** Bits that a code takes. */
const CODE_BITS = 8.8;
/** Share of a block's coefficients that its detail is worth bits for. */
const BUSY_SHARE = 0.25;
const VALUES = CUBE * CUBE * PLANES;

/** Chooses how many codebooks each cube of a pair is given, by the bits that detail would take without them (encoder only). */
export class CodebookChooser {
  constructor(
    private readonly group: GroupState,
    private readonly pair: ModelPair,
    private readonly codebooks: number,
    private readonly spare: PaddedPicture,
  ) {}

  /** Sets `pair.codes` and `pair.levels`. `sources`: its one or two pictures. */
  async choose(
    sources: readonly PaddedPicture[],
    frames: Float32Array,
    state: Float32Array,
    index: number,
    quantiser: number,
  ): Promise<void> {
    const { group, pair } = this;
    const { codes } = await pair.encode(frames, state);
    pair.codes.set(codes.subarray(0, pair.codes.length));
    const step = stepOf(quantiser);
    const best = new Float64Array(group.cubes);
    const levels = new Uint8Array(group.cubes);
    for (let cube = 0; cube < group.cubes; cube++)
      for (let i = 0; i < sources.length; i++) best[cube] += price(this.without(sources, i, cube, index), step);
    for (const tried of new Set(SHARES.map((share) => Math.ceil(share * this.codebooks)))) {
      pair.levels.fill(tried);
      await pair.draw(state);
      for (let cube = 0; cube < group.cubes; cube++) {
        let cost = tried * CODE_BITS * BIT_WORTH * step * step;
        sources.forEach((source, i) => {
          cost += Math.min(
            price(errorOf(source, group.drawn[i], cube, group.columns), step),
            price(this.without(sources, i, cube, index), step),
          );
        });
        if (cost >= best[cube]) continue;
        best[cube] = cost;
        levels[cube] = tried;
      }
    }
    pair.levels.set(levels);
  }

  /** Squared error of a cube without the model: by motion, or at a keyframe by the means of its quarters. */
  private without(sources: readonly PaddedPicture[], i: number, cube: number, index: number): number {
    const { group } = this;
    const x = CUBE * (cube % group.columns);
    const y = CUBE * Math.floor(cube / group.columns);
    if (index + i === 0) return deviation(sources[0], x, y);
    const sight = lookAt(group.sight(index + i, sources.length), i, sources);
    drawCube(sight, group.motion[i], cube, x, y, this.spare);
    return errorOf(sources[i], this.spare, cube, group.columns);
  }
}

/** What it is thought to cost to bring a cube's squared error down to that of the step, or to leave it. */
function price(error: number, step: number): number {
  const deviation = error / VALUES;
  const quiet = 0.2 * step * step;
  if (deviation <= quiet) return error;
  const bits = 0.5 * Math.log2(deviation / quiet) * VALUES * BUSY_SHARE;
  return Math.min(error, bits * BIT_WORTH * step * step + VALUES * Math.min(deviation, (step * step) / 12));
}

function errorOf(a: PaddedPicture, b: PaddedPicture, cube: number, columns: number): number {
  const x = CUBE * (cube % columns);
  const y = CUBE * Math.floor(cube / columns);
  let sum = 0;
  for (let plane = 0; plane < PLANES; plane++)
    for (let row = 0; row < CUBE; row++) {
      const from = a.at(x, y + row);
      for (let i = from; i < from + CUBE; i++) sum += (a.planes[plane][i] - b.planes[plane][i]) ** 2 / PLANE_NORM[plane];
    }
  return sum;
}

function deviation(picture: PaddedPicture, x: number, y: number): number {
  let sum = 0;
  for (let plane = 0; plane < PLANES; plane++) {
    const values = picture.planes[plane];
    for (let quarter = 0; quarter < 4; quarter++) {
      let total = 0;
      let squares = 0;
      for (let row = 0; row < 8; row++) {
        const from = picture.at(x + 8 * (quarter & 1), y + 8 * (quarter >> 1) + row);
        for (let i = from; i < from + 8; i++) {
          total += values[i];
          squares += values[i] ** 2;
        }
      }
      sum += (squares - (total * total) / 64) / PLANE_NORM[plane];
    }
  }
  return sum;
}
