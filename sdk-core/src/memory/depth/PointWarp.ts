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
// Constants of this file, which hot loops read for free, unlike what is imported.
const BITS = PLACE_BITS;
const SIDE = PLACES;
const MASK = PLACE_MASK;
const HALF = SIDE / 2;
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
  /** Of the points of a row: the pixel each lands on, −1 none; its spot and nearness there. */
  private readonly target: Int32Array;
  private readonly spot: Int32Array;
  private readonly nearness: Float32Array;

  constructor(width: number, height: number) {
    this.cracks = new CrackFiller(width, height);
    this.target = new Int32Array(width);
    this.spot = new Int32Array(width);
    this.nearness = new Float32Array(width);
  }

  /**
   * Carries all points of `from` by the motion into `to`, all of which is overwritten. Cracks are closed only in the rows of the
   * picture that are wanted.
   */
  carry(from: PointPicture, motion: CameraMotion, to: PointPicture, rows: Pick<DrawDetail, 'rowStep' | 'firstRow'>): void {
    to.spot.fill(0);
    to.nearness.fill(NOTHING);
    // Row by row, in two loops of few arrays each: that is a third faster than one loop of all.
    for (let v = 0; v < from.height; v++) {
      this.locate(from, v, motion);
      this.land(from, v, to);
    }
    this.cracks.fill(to, rows);
  }

  /** Finds where the points of row v land. */
  private locate(from: PointPicture, v: number, motion: CameraMotion): void {
    const { width, height, spot, nearness } = from;
    const { target, spot: landing, nearness: nearer } = this;
    // Places are whole numbers here, from the middle of pixel (0, 0) on; results from its edge, half of one added to round.
    const m0 = motion[0];
    const m1 = motion[1];
    const m3 = motion[3];
    const m4 = motion[4];
    const w0 = motion[6] / SIDE;
    const w1 = motion[7] / SIDE;
    const w2 = motion[8];
    const w3 = motion[11];
    const x2 = SIDE * motion[2];
    const y2 = SIDE * motion[5];
    const x3 = SIDE * motion[9];
    const y3 = SIDE * motion[10];
    const right = width * SIDE;
    const bottom = height * SIDE;
    const top = v * SIDE - HALF;
    for (let u = 0, i = v * width, left = -HALF; u < width; u++, i++, left += SIDE) {
      target[u] = -1;
      const here = spot[i];
      if (here === 0) continue;
      const px = left + ((here >> BITS) & MASK);
      const py = top + (here & MASK);
      const q = nearness[i];
      const w = w0 * px + w1 * py + w2 + q * w3;
      if (w < BEHIND) continue;
      const scale = 1 / w;
      const nx = (m0 * px + m1 * py + x2 + q * x3) * scale + (HALF + 0.5);
      const ny = (m3 * px + m4 * py + y2 + q * y3) * scale + (HALF + 0.5);
      if (!(nx >= 0 && ny >= 0 && nx < right && ny < bottom)) continue;
      const x = nx | 0;
      const y = ny | 0;
      target[u] = (y >> BITS) * width + (x >> BITS);
      landing[u] = (here & SURE_MASK) | ((x & MASK) << BITS) | (y & MASK);
      nearer[u] = q * scale;
    }
  }

  /** Puts the points of row v where they land, unless something nearer is there. */
  private land({ width, colour, seen }: PointPicture, v: number, to: PointPicture): void {
    const { target, spot: landing, nearness: nearer } = this;
    const { spot, nearness, colour: painted, seen: looked } = to;
    for (let u = 0, i = v * width; u < width; u++, i++) {
      const at = target[u];
      if (at < 0) continue;
      const near = nearer[u];
      const held = nearness[at];
      // Of one surface the fresher look stays, else the nearer thing; nothing is farther than all.
      if (near < held * SAME && (near * SAME < held || seen[i] <= looked[at])) continue;
      spot[at] = landing[u];
      nearness[at] = near;
      painted[at] = colour[i];
      looked[at] = seen[i];
    }
  }
}
