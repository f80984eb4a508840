import type { CameraMotion } from './CameraMotion.js';
import { PLACES, type PointPicture } from './PointPicture.js';

/** Two things within this ratio are one surface. */
const SAME = 1.05;
/** The same across a crack. */
const ACROSS = 1.12;
/** What is left of the confidence of points between which a crack is closed, of 8. */
const CRACK_KEEPS = 6;
/** Points whose depth shrinks to less than this share are at the camera or behind it. */
const BEHIND = 1e-3;
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
  /** Which point lands on a pixel, −1 none; its place in the pixel, x in the high half; its nearness there. */
  private readonly source: Int32Array;
  private readonly place: Int32Array;
  private readonly nearness: Float32Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    const pixels = width * height;
    this.source = new Int32Array(pixels);
    this.place = new Int32Array(pixels);
    this.nearness = new Float32Array(pixels);
  }

  /** Carries all points of `from` by the motion into `to`, all of which is overwritten. */
  carry(from: PointPicture, motion: CameraMotion, to: PointPicture): void {
    this.project(from, motion);
    this.settle(from, to);
  }

  /** Finds for each pixel the point that lands on it. */
  private project(from: PointPicture, motion: CameraMotion): void {
    const { width, height, source, place, nearness: landed } = this;
    const { dx, dy, nearness, confidence, seen } = from;
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
    source.fill(-1);
    landed.fill(0);
    for (let v = 0, i = 0; v < height; v++) {
      for (let u = 0; u < width; u++, i++) {
        if (confidence[i] === 0) continue;
        const px = (u << PLACE_SHIFT) + dx[i];
        const py = (v << PLACE_SHIFT) + dy[i];
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
        const at = (y >> PLACE_SHIFT) * width + (x >> PLACE_SHIFT);
        const other = source[at];
        if (other >= 0) {
          const held = landed[at];
          // Of one surface the fresher look stays, else the nearer thing.
          if (near < held * SAME && (near * SAME < held || seen[i] <= seen[other])) continue;
        }
        source[at] = i;
        place[at] = ((x & PLACE_MASK) << PLACE_SHIFT) | (y & PLACE_MASK);
        landed[at] = near;
      }
    }
  }

  /** Copies the points to where they land, and closes cracks. */
  private settle(from: PointPicture, to: PointPicture): void {
    const { width, height, source, place, nearness } = this;
    const { colour, confidence, seen } = from;
    for (let v = 0, at = 0; v < height; v++) {
      const inner = v > 0 && v < height - 1;
      for (let u = 0; u < width; u++, at++) {
        const i = source[at];
        // What shines through a crack of something nearer is as good as nothing.
        const least = nearness[at] * ACROSS;
        if (u > 0 && u < width - 1 && (i < 0 || (nearness[at - 1] > least && nearness[at + 1] > least)))
          if (this.close(from, to, at, at - 1, at + 1)) continue;
        if (inner && (i < 0 || (nearness[at - width] > least && nearness[at + width] > least)))
          if (this.close(from, to, at, at - width, at + width)) continue;
        if (i < 0) {
          to.confidence[at] = 0;
          continue;
        }
        to.dx[at] = (place[at] >> PLACE_SHIFT) - HALF;
        to.dy[at] = (place[at] & PLACE_MASK) - HALF;
        to.nearness[at] = nearness[at];
        to.colour[at] = colour[i];
        to.confidence[at] = confidence[i];
        to.seen[at] = seen[i];
      }
    }
  }

  /** Fills pixel `at` from the two beside it if they are of one surface. */
  private close(from: PointPicture, to: PointPicture, at: number, a: number, b: number): boolean {
    const { source, nearness } = this;
    const i = source[a];
    const j = source[b];
    if (i < 0 || j < 0) return false;
    const one = nearness[a];
    const other = nearness[b];
    if (one > other * ACROSS || other > one * ACROSS) return false;
    const p = from.colour[i];
    const q = from.colour[j];
    to.dx[at] = 0;
    to.dy[at] = 0;
    to.nearness[at] = (one + other) / 2;
    to.colour[at] = ((p & 0xfefefe) + (q & 0xfefefe)) >> 1;
    to.confidence[at] = (Math.min(from.confidence[i], from.confidence[j]) * CRACK_KEEPS) >> 3;
    to.seen[at] = Math.min(from.seen[i], from.seen[j]);
    return true;
  }
}
