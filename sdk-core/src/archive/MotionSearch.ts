import { finePlanes } from './finePlanes.js';
import { BORDER, type PaddedPicture, PLANE_NORM } from './PaddedPicture.js';

/** Length of a brightness step in RGB. */
const BRIGHT = Math.sqrt(PLANE_NORM[0]);
/** Whole pixels of the search's first step. */
const FIRST_STEP = 8;
/** Steps taken in one direction at most, for each size of step. */
const PATIENCE = 4;
const NEIGHBOURS = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
];

/** Likely motions to begin with, quarter pixels. */
export interface Candidates {
  readonly likelyX: Int32Array;
  readonly likelyY: Int32Array;
  readonly likely: number;
}

/**
 * Finds where in another picture a block's picture was (encoder only): the likeliest motions first, then whole pixels by ever smaller steps around the best of them, then
 * halves and quarters. Brightness alone decides.
 */
export class MotionSearch {
  x = 0;
  y = 0;
  /** Sum of absolute differences, 8-bit steps in RGB, and what the motion costs. */
  cost = 0;
  /** Planes looked at, and where. */
  private readonly views: Int16Array[] = [];
  private readonly starts = new Int32Array(4);
  private bitCost = 0;
  private size = 0;
  private left = 0;
  private top = 0;
  private source!: PaddedPicture;
  /** Where a motion leads, and where its opposite does. */
  private reference: PaddedPicture | null = null;
  private opposite: PaddedPicture | null = null;
  private candidates!: Candidates;

  /** Looks at a block of `source` where motions lead in `reference`, where their opposites do, or at the mean of both; a bit weighs as `bitCost` of difference. */
  begin(
    source: PaddedPicture,
    reference: PaddedPicture | null,
    opposite: PaddedPicture | null,
    left: number,
    top: number,
    size: number,
    bitCost: number,
    candidates: Candidates,
  ): void {
    this.source = source;
    this.reference = reference;
    this.opposite = opposite;
    this.left = left;
    this.top = top;
    this.size = size;
    this.bitCost = bitCost;
    this.candidates = candidates;
    this.cost = Number.POSITIVE_INFINITY;
    for (let i = 0; i < candidates.likely; i++) this.consider(candidates.likelyX[i], candidates.likelyY[i]);
  }

  /** Prices motions by these likely ones from now on. */
  use(candidates: Candidates): void {
    this.candidates = candidates;
  }

  /** Takes a motion if it is better than the best so far; tells whether it was. */
  consider(x: number, y: number): boolean {
    // What lies beyond the border is not worth a motion of its own.
    if (this.reference && !this.reaches(x, y)) return false;
    if (this.opposite && !this.reaches(-x, -y)) return false;
    const bits = this.bits(x, y) * this.bitCost;
    if (bits >= this.cost) return false;
    const cost = bits + this.difference(x, y, (this.cost - bits) * BRIGHT) / BRIGHT;
    if (cost >= this.cost) return false;
    this.cost = cost;
    this.x = x;
    this.y = y;
    return true;
  }

  /** Goes down to whole pixels where the difference is above `enough`; to quarters where it is also below `worst`, beyond which nothing comes of it. */
  refine(enough: number, worst: number): void {
    if (this.cost <= enough) return;
    if ((this.x & 3) !== 0 || (this.y & 3) !== 0) this.consider((this.x + 2) & ~3, (this.y + 2) & ~3);
    for (let step = FIRST_STEP; step >= 1; step >>= 1) this.walk(4 * step, PATIENCE);
    if (this.cost <= enough || this.cost > worst) return;
    this.walk(2, 1);
    this.walk(1, 1);
  }

  private reaches(x: number, y: number): boolean {
    const { left, top, size, source } = this;
    const reach = 4 * (BORDER - 6);
    return (
      4 * left + x >= -reach &&
      4 * top + y >= -reach &&
      4 * (left + size - source.width) + x <= reach &&
      4 * (top + size - source.height) + y <= reach
    );
  }

  private walk(step: number, patience: number): void {
    for (let i = 0; i < patience; i++) {
      const { x, y } = this;
      for (const [dx, dy] of NEIGHBOURS) this.consider(x + dx * step, y + dy * step);
      if (this.x === x && this.y === y) return;
    }
  }

  private bits(x: number, y: number): number {
    const { likelyX, likelyY, likely } = this.candidates;
    for (let i = 0; i < likely; i++) if (likelyX[i] === x && likelyY[i] === y) return 1 + i;
    return 6 + 2 * (32 - Math.clz32(Math.abs(x - likelyX[0]))) + 2 * (32 - Math.clz32(Math.abs(y - likelyY[0])));
  }

  private difference(x: number, y: number, limit: number): number {
    const { source, reference, opposite } = this;
    if (reference) this.lookFor(0, reference, x, y);
    if (opposite) this.lookFor(reference ? 2 : 0, opposite, -x, -y);
    const at = source.at(this.left, this.top);
    return reference && opposite ? this.differenceOfMean(at, limit) : this.differenceOfOne(at, limit);
  }

  /** Where a motion leads, as the mean of two places half a pixel or none apart, from slot `to` on. */
  private lookFor(to: number, reference: PaddedPicture, x: number, y: number): void {
    const planes = (x & 3) === 0 && (y & 3) === 0 ? reference.planes : finePlanes(reference);
    for (let i = 0; i < 2; i++) {
      // In half pixels: down where they lie between, then up.
      const hx = (x >> 1) + (i & x);
      const hy = (y >> 1) + (i & y);
      this.views[to + i] = planes[(hx & 1) | ((hy & 1) << 1)];
      this.starts[to + i] = reference.at(this.left + (hx >> 1), this.top + (hy >> 1));
    }
  }

  private differenceOfOne(at: number, limit: number): number {
    const { size, views, starts } = this;
    const values = this.source.planes[0];
    const { stride } = this.source;
    const [a, b] = views;
    let sum = 0;
    for (let row = 0; row < size && sum < limit; row++) {
      const from = at + row * stride;
      const first = starts[0] + row * stride;
      const second = starts[1] + row * stride;
      for (let i = 0; i < size; i++) {
        const off = values[from + i] - ((a[first + i] + b[second + i] + 1) >> 1);
        sum += off < 0 ? -off : off;
      }
    }
    return sum;
  }

  private differenceOfMean(at: number, limit: number): number {
    const { size, views, starts } = this;
    const values = this.source.planes[0];
    const { stride } = this.source;
    const [a, b, c, d] = views;
    let sum = 0;
    for (let row = 0; row < size && sum < limit; row++) {
      const from = at + row * stride;
      const down = row * stride;
      for (let i = down; i < down + size; i++) {
        const mean = (a[starts[0] + i] + b[starts[1] + i] + c[starts[2] + i] + d[starts[3] + i] + 2) >> 2;
        const off = values[from + i - down] - mean;
        sum += off < 0 ? -off : off;
      }
    }
    return sum;
  }
}
