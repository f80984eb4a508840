import type { FrameDepths } from './FrameStore.js';
import { KdTree } from './KdTree.js';
import { makePlaneFit } from './planeFit.js';
import { fitNeighbours, fusePoints } from './Surfels.js';

/**
 * A sampler reads the depth texel in the middle of a pixel; where pixels are two or four texels wide there is none, and the next one's is read: so far to the right and down, pixels.
 */
const SHIFTS = [0, 1 / 8, 1 / 4];
/** Samples that are looked at, at most, and points that tell how flat surfaces come out. */
const MOST_DEPTHS = 300_000;
const MOST_POINTS = 40_000;
const NEIGHBOURS = 16;
const LEAST_NEIGHBOURS = 10;
/** Surfaces are told from edges by being among so many of the flattest. */
const FLATTEST = 0.25;
/** A shift must make surfaces flatter by this ratio to be believed. */
const CLEARLY = 0.98;

/** Finds by how much measured depths lie beside the middle of their pixels, in both directions: looks from several sides agree best on flat surfaces where that is taken into account. */
export function findDepthShift(frames: readonly FrameDepths[], far: number): number {
  const all = frames.reduce((sum, { depths }) => sum + depths.length, 0);
  const step = Math.max(1, Math.ceil(all / MOST_DEPTHS));
  const some = frames.filter((_, at) => at % step === 0);
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const shift of SHIFTS) {
    const rough = roughness(fusePoints(some, far, shift));
    if (!(rough < least * CLEARLY)) continue;
    best = shift;
    least = rough;
  }
  return best;
}

/** How far points lie off the plane of their neighbours, of those' spread, where surfaces are flat; 0 where too few lie together to tell. */
function roughness({ positions, sizes }: ReturnType<typeof fusePoints>): number {
  const tree = new KdTree(positions, NEIGHBOURS);
  const fit = makePlaneFit();
  const mean = new Float64Array(3);
  const all: number[] = [];
  const step = Math.max(1, Math.floor(sizes.length / MOST_POINTS));
  for (let i = 0; i < sizes.length; i += step) {
    const found = tree.nearest(positions[3 * i], positions[3 * i + 1], positions[3 * i + 2], 8 * sizes[i]);
    if (found < LEAST_NEIGHBOURS) continue;
    fitNeighbours(positions, tree, found, mean, fit);
    all.push(fit.across / (fit.narrow || 1));
  }
  all.sort((a, b) => a - b);
  return all[Math.floor(FLATTEST * all.length)] ?? 0;
}
