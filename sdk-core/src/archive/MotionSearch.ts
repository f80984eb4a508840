import { BORDER, type PaddedPicture, PLANE_NORM } from './PaddedPicture.js';
import { drawBlock } from './sight.js';

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

const drawn = new Int16Array(256);

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

  /** Goes down to quarters of a pixel where the difference is above `enough`. */
  refine(enough: number, fractions = true): void {
    if (this.cost <= enough) return;
    if ((this.x & 3) !== 0 || (this.y & 3) !== 0) this.consider((this.x + 2) & ~3, (this.y + 2) & ~3);
    for (let step = FIRST_STEP; step >= 1; step >>= 1) this.walk(4 * step);
    if (!fractions || this.cost <= enough) return;
    this.walk(2);
    this.walk(1);
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

  private walk(step: number): void {
    for (let i = 0; i < PATIENCE; i++) {
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
    const { size, source, reference, opposite } = this;
    const values = source.planes[0];
    const { stride } = source;
    const at = source.at(this.left, this.top);
    let other: Int16Array = drawn;
    let start = 0;
    let otherStride = size;
    if (reference && !opposite && (x & 3) === 0 && (y & 3) === 0) {
      other = reference.planes[0];
      start = reference.at(this.left + (x >> 2), this.top + (y >> 2));
      otherStride = stride;
    } else {
      const references = [reference ?? source, opposite ?? source];
      const which = reference && opposite ? 0 : reference ? 1 : 2;
      drawBlock({ references, isBetween: true }, which, 0, this.left, this.top, size, x, y, drawn, 0, size);
    }
    let sum = 0;
    for (let row = 0; row < size && sum < limit; row++) {
      const from = at + row * stride;
      const to = start + row * otherStride;
      for (let i = 0; i < size; i++) {
        const off = values[from + i] - other[to + i];
        sum += off < 0 ? -off : off;
      }
    }
    return sum;
  }
}
