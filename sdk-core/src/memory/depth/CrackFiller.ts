import type { DrawDetail } from '../Composition.js';
import { MIDDLE, type PointPicture, SURE_SHIFT } from './PointPicture.js';

/** Two things within this ratio of nearness are one surface, across a crack. */
const ACROSS = 1.12;
/** What is left of the confidence of points between which a crack is closed, of 8. */
const KEEPS = 6;

/**
 * Closes the cracks that open in a surface where the picture of it grows: pixels on which nothing landed, or something far behind,
 * between two of one surface.
 *
 * @example
 * ```ts
 * const cracks = new CrackFiller(320, 180);
 * cracks.fill(points, FULL_DETAIL);
 * ```
 */
export class CrackFiller {
  /** Pixels to be filled, and what with. */
  private readonly cells: Int32Array;
  private readonly spot: Int32Array;
  private readonly nearness: Float32Array;
  private readonly colour: Int32Array;
  private readonly seen: Int32Array;
  private count = 0;

  constructor(width: number, height: number) {
    const pixels = width * height;
    this.cells = new Int32Array(pixels);
    this.spot = new Int32Array(pixels);
    this.nearness = new Float32Array(pixels);
    this.colour = new Int32Array(pixels);
    this.seen = new Int32Array(pixels);
  }

  /** Fills the cracks in the wanted rows of points whose nearness is −1 where there are none. */
  fill(points: PointPicture, { rowStep, firstRow }: Pick<DrawDetail, 'rowStep' | 'firstRow'>): void {
    const { width, height } = points;
    this.count = 0;
    for (let v = firstRow; v < height; v += rowStep) this.find(points, v * width, v > 0 && v < height - 1);
    this.write(points);
  }

  /** Finds the cracks of the row that starts at pixel `start`; `inner`: there are rows on both sides of it. */
  private find(points: PointPicture, start: number, inner: boolean): void {
    const { width, nearness } = points;
    const last = start + width - 1;
    // What shines through a crack of something nearer is as good as nothing.
    let left = Number.NEGATIVE_INFINITY;
    let here = nearness[start];
    for (let at = start; at <= last; at++) {
      const right = at < last ? nearness[at + 1] : Number.NEGATIVE_INFINITY;
      const least = here * ACROSS;
      if (left > least && right > least && this.bridge(points, at, at - 1, at + 1)) {
        // Filled already.
      } else if (inner && nearness[at - width] > least && nearness[at + width] > least) {
        this.bridge(points, at, at - width, at + width);
      }
      left = here;
      here = right;
    }
  }

  /** Notes what fills pixel `at`: the two beside it if they are of one surface. */
  private bridge({ spot, nearness, colour, seen }: PointPicture, at: number, a: number, b: number): boolean {
    const one = nearness[a];
    const other = nearness[b];
    if (one < 0 || other < 0 || one > other * ACROSS || other > one * ACROSS) return false;
    const n = this.count++;
    const sure = (Math.min(spot[a] >> SURE_SHIFT, spot[b] >> SURE_SHIFT) * KEEPS) >> 3;
    this.cells[n] = at;
    this.spot[n] = sure === 0 ? 0 : (sure << SURE_SHIFT) | MIDDLE;
    this.nearness[n] = (one + other) / 2;
    this.colour[n] = ((colour[a] & 0xfefefe) + (colour[b] & 0xfefefe)) >> 1;
    this.seen[n] = Math.min(seen[a], seen[b]);
    return true;
  }

  /** Fills what was found. */
  private write(points: PointPicture): void {
    const { cells, spot, nearness, colour, seen, count } = this;
    for (let n = 0; n < count; n++) {
      const at = cells[n];
      points.spot[at] = spot[n];
      points.nearness[at] = nearness[n];
      points.colour[at] = colour[n];
      points.seen[at] = seen[n];
    }
  }
}
