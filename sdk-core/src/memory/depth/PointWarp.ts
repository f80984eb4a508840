import { type CameraMotion, SKY, SKY_FROM } from './CameraMotion.js';
import { PLACES, type PointPicture } from './PointPicture.js';

/** Two depths within this ratio are one surface. */
const SAME = 1.05;
/** The same across a crack. */
const ACROSS = 1.12;
/** What is left of the confidence of points between which a crack is closed, of 8. */
const CRACK_KEEPS = 6;
/** What lies nearer to the camera than this is behind it. */
const BEHIND = 1e-4;
const HALF = PLACES / 2;
const PLACE_SHIFT = 7;
const PLACE_MASK = PLACES - 1;

/**
 * Carries points from one view to another: the nearest wins, cracks that open where the picture grows are closed, and what
 * was hidden stays unknown.
 *
 * @example
 * ```ts
 * const warp = new PointWarp(320, 180);
 * warp.carry(points, motion, ahead);
 * ```
 */
export class PointWarp {
  /** Which point lands on a pixel, −1 none; its place in the pixel, x in the high half; its depth. */
  private readonly source: Int32Array;
  private readonly place: Int32Array;
  private readonly depth: Float32Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    const pixels = width * height;
    this.source = new Int32Array(pixels);
    this.place = new Int32Array(pixels);
    this.depth = new Float32Array(pixels);
  }

  /** Carries all points of `from` by the motion into `to`, all of which is overwritten. */
  carry(from: PointPicture, motion: CameraMotion, to: PointPicture): void {
    this.project(from, motion);
    this.settle(from, to);
  }

  /** Finds for each pixel the point that lands on it. */
  private project(from: PointPicture, motion: CameraMotion): void {
    const { width, height, source, place, depth } = this;
    const { dx, dy, z, confidence, seen } = from;
    const [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11] = motion;
    const right = width * PLACES;
    const bottom = height * PLACES;
    source.fill(-1);
    for (let v = 0, i = 0; v < height; v++) {
      for (let u = 0; u < width; u++, i++) {
        if (confidence[i] === 0) continue;
        const px = u + dx[i] / PLACES;
        const py = v + dy[i] / PLACES;
        const pz = z[i];
        let w = pz * (m6 * px + m7 * py + m8) + m11;
        if (w <= BEHIND) continue;
        const scale = PLACES / w;
        // Places count from the pixel's left edge, half of one added to round.
        const nx = (pz * (m0 * px + m1 * py + m2) + m9) * scale + (HALF + 0.5);
        const ny = (pz * (m3 * px + m4 * py + m5) + m10) * scale + (HALF + 0.5);
        if (!(nx >= 0 && ny >= 0 && nx < right && ny < bottom)) continue;
        if (pz >= SKY_FROM) w = SKY;
        const x = nx | 0;
        const y = ny | 0;
        const at = (y >> PLACE_SHIFT) * width + (x >> PLACE_SHIFT);
        const other = source[at];
        if (other >= 0) {
          const held = depth[at];
          // Of one surface the fresher look stays, else the nearer thing.
          if (w * SAME >= held && (held * SAME < w || seen[i] <= seen[other])) continue;
        }
        source[at] = i;
        place[at] = ((x & PLACE_MASK) << PLACE_SHIFT) | (y & PLACE_MASK);
        depth[at] = w;
      }
    }
  }

  /** Copies the points to where they land, and closes cracks. */
  private settle(from: PointPicture, to: PointPicture): void {
    const { width, height, source, place, depth } = this;
    const { colour, confidence, seen } = from;
    for (let v = 0, at = 0; v < height; v++) {
      const inner = v > 0 && v < height - 1;
      for (let u = 0; u < width; u++, at++) {
        const i = source[at];
        if (i < 0) {
          const closed =
            (u > 0 && u < width - 1 && this.close(from, to, at, at - 1, at + 1)) ||
            (inner && this.close(from, to, at, at - width, at + width));
          if (!closed) to.confidence[at] = 0;
          continue;
        }
        const w = depth[at];
        // What shines through a crack of something nearer is as good as nothing.
        if (u > 0 && u < width - 1 && source[at - 1] >= 0 && depth[at - 1] * ACROSS < w && depth[at + 1] * ACROSS < w)
          if (this.close(from, to, at, at - 1, at + 1)) continue;
        if (inner && source[at - width] >= 0 && depth[at - width] * ACROSS < w && depth[at + width] * ACROSS < w)
          if (this.close(from, to, at, at - width, at + width)) continue;
        to.dx[at] = (place[at] >> PLACE_SHIFT) - HALF;
        to.dy[at] = (place[at] & PLACE_MASK) - HALF;
        to.z[at] = w;
        to.colour[at] = colour[i];
        to.confidence[at] = confidence[i];
        to.seen[at] = seen[i];
      }
    }
  }

  /** Fills pixel `at` from the two beside it if they are of one surface. */
  private close(from: PointPicture, to: PointPicture, at: number, a: number, b: number): boolean {
    const { source, depth } = this;
    const i = source[a];
    const j = source[b];
    if (i < 0 || j < 0) return false;
    const near = depth[a];
    const far = depth[b];
    if (near > far * ACROSS || far > near * ACROSS) return false;
    const p = from.colour[i];
    const q = from.colour[j];
    to.dx[at] = 0;
    to.dy[at] = 0;
    to.z[at] = (near + far) / 2;
    to.colour[at] = ((p & 0xfefefe) + (q & 0xfefefe)) >> 1;
    to.confidence[at] = (Math.min(from.confidence[i], from.confidence[j]) * CRACK_KEEPS) >> 3;
    to.seen[at] = Math.min(from.seen[i], from.seen[j]);
    return true;
  }
}
