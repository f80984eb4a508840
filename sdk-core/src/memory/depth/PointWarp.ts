import type { DrawDetail } from '../Composition.js';
import type { CameraMotion } from './CameraMotion.js';
import { CrackFiller } from './CrackFiller.js';
import { PLACE_BITS, PLACE_MASK, PLACES, type PointPicture, SURE_SHIFT } from './PointPicture.js';

/** Two things within this ratio are one surface. */
const SAME = 1.05;
/** Points whose depth shrinks to less than this share are at the camera or behind it. */
const BEHIND = 1e-3;
/** Nearness of pixels on which nothing lands: farther than the farthest. */
const NOTHING = -1;
const HALF = PLACES / 2;
/** All of a spot but its place. */
const SURE_MASK = -1 << SURE_SHIFT;

/**
 * Carries points from one view to another: the nearest wins, cracks that open where the picture grows are closed, and what
 * was hidden stays unknown.
 *
 * @example
 * ```ts
 * const warp = new PointWarp(320, 180);
 * warp.carry(points, motion, ahead, FULL_DETAIL);
 * ```
 */
export class PointWarp {
  private readonly cracks: CrackFiller;

  constructor(width: number, height: number) {
    this.cracks = new CrackFiller(width, height);
  }

  /**
   * Carries all points of `from` by the motion into `to`, all of which is overwritten. Cracks are closed only in the rows of the
   * picture that are wanted.
   */
  carry(from: PointPicture, motion: CameraMotion, to: PointPicture, rows: Pick<DrawDetail, 'rowStep' | 'firstRow'>): void {
    project(from, motion, to);
    this.cracks.fill(to, rows);
  }
}

/** Moves each point to where it lands. */
function project(from: PointPicture, motion: CameraMotion, to: PointPicture): void {
  const { width, height, spot, nearness, colour, seen } = from;
  const { spot: landed, nearness: nearest, colour: painted, seen: looked } = to;
  // Places are whole numbers here, from the middle of pixel (0, 0) on; results from its edge, half of one added to round.
  const [m0, m1, , m3, m4, , m6, m7, m8, , , m11] = motion;
  const w0 = m6 / PLACES;
  const w1 = m7 / PLACES;
  const x2 = PLACES * motion[2];
  const y2 = PLACES * motion[5];
  const x3 = PLACES * motion[9];
  const y3 = PLACES * motion[10];
  const right = width * PLACES;
  const bottom = height * PLACES;
  landed.fill(0);
  nearest.fill(NOTHING);
  for (let v = 0, i = 0, top = -HALF; v < height; v++, top += PLACES) {
    for (let end = i + width, left = -HALF; i < end; i++, left += PLACES) {
      const here = spot[i];
      if (here === 0) continue;
      const px = left + ((here >> PLACE_BITS) & PLACE_MASK);
      const py = top + (here & PLACE_MASK);
      const q = nearness[i];
      const w = w0 * px + w1 * py + m8 + q * m11;
      if (w < BEHIND) continue;
      const scale = 1 / w;
      const nx = (m0 * px + m1 * py + x2 + q * x3) * scale + (HALF + 0.5);
      const ny = (m3 * px + m4 * py + y2 + q * y3) * scale + (HALF + 0.5);
      if (!(nx >= 0 && ny >= 0 && nx < right && ny < bottom)) continue;
      const x = nx | 0;
      const y = ny | 0;
      const near = q * scale;
      const at = (y >> PLACE_BITS) * width + (x >> PLACE_BITS);
      const held = nearest[at];
      // Of one surface the fresher look stays, else the nearer thing.
      if (held >= 0 && near < held * SAME && (near * SAME < held || seen[i] <= looked[at])) continue;
      landed[at] = (here & SURE_MASK) | ((x & PLACE_MASK) << PLACE_BITS) | (y & PLACE_MASK);
      nearest[at] = near;
      painted[at] = colour[i];
      looked[at] = seen[i];
    }
  }
}
