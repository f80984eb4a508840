import { codeSigned, createModel, type RangeCoder, SIGNED_MODEL } from '../bytes/RangeCoder.js';
import { SgapsError } from '../errors.js';
import type { PixelMarks } from './PixelMarks.js';

/** Counts up to this are coded as a symbol in a context of their own, larger ones as a difference to the fair share. */
const SMALL = 15;
const DENSITIES = 6;
const SMALL_MODELS = (SMALL + 1) * 16 * DENSITIES * 2;
const EXTREME = SMALL_MODELS;
const SIDE = EXTREME + 16 * 4;
const LARGE = SIDE + 4;
const SIZE = LARGE + 16 * SIGNED_MODEL;

/** Observations the prior counts for. */
const PRIOR_WEIGHT = 6;

/** What is believed before anything was seen: places fall evenly. */
const PRIOR = prior();

/**
 * Codes a set of distinct places of a rectangle, in raster order, by halving the rectangle again and again and saying
 * how many fall in the first half. Even sets cost their entropy, clusters less; an empty or full rectangle ends it, so
 * that dense runs cost next to nothing. A rectangle more than half full is coded by its gaps.
 *
 * @example
 * ```ts
 * const count = occupancy.code(encoder, keys, keys.length, 320, 180, marks); // keys: v · 320 + u, rising
 * ```
 */
export class OccupancyCoder {
  private readonly model = PRIOR.slice();
  /** Nothing was learnt. */
  private fresh = true;
  private keys = new Uint32Array(0);
  private spare = new Uint32Array(0);
  private width = 0;
  private marks!: PixelMarks;
  private coder!: RangeCoder;

  /** Forgets what was learnt. */
  reset(): void {
    if (!this.fresh) this.model.set(PRIOR);
    this.fresh = true;
  }

  /** Copies what another learnt. */
  learnFrom(other: OccupancyCoder): void {
    if (!this.fresh || !other.fresh) this.model.set(other.model);
    this.fresh = other.fresh;
  }

  /**
   * Codes `count` rising keys (v · width + u); when decoding, fills them in.
   * @throws SgapsError `BYTES_MALFORMED`, `BYTES_TRUNCATED`
   */
  code(coder: RangeCoder, keys: Uint32Array, count: number, width: number, height: number, marks: PixelMarks): void {
    this.coder = coder;
    this.fresh = false;
    this.width = width;
    if (coder.encoding) {
      if (this.keys.length < count) {
        this.keys = new Uint32Array(2 * count);
        this.spare = new Uint32Array(2 * count);
      }
      for (let i = 0; i < count; i++) this.keys[i] = keys[i];
      this.split(0, 0, width, height, 0, count);
      return;
    }
    this.marks = marks;
    marks.clear();
    this.split(0, 0, width, height, 0, count);
    marks.take(keys);
  }

  /** One rectangle with `count` places, which when encoding are keys[start …]. */
  private split(x: number, y: number, width: number, height: number, start: number, count: number): void {
    if (count === 0) return;
    const area = width * height;
    const { coder } = this;
    if (count === area) {
      if (!coder.encoding) this.fill(x, y, width, height);
      return;
    }
    if (count === 1) {
      const key = coder.encoding ? this.keys[start] : 0;
      const v = (key / this.width) | 0;
      const place = coder.uniform((v - y) * width + (key - v * this.width - x), area);
      if (!coder.encoding) this.mark(x + (place % width), y + ((place / width) | 0));
      return;
    }
    const across = width >= height;
    const firstWidth = across ? (width + 1) >> 1 : width;
    const firstHeight = across ? height : (height + 1) >> 1;
    const firstArea = firstWidth * firstHeight;
    const first = this.codeShare(
      area,
      firstArea,
      count,
      coder.encoding ? this.partition(start, count, across, across ? x + firstWidth : y + firstHeight) : 0,
    );
    this.split(x, y, firstWidth, firstHeight, start, first);
    if (across) this.split(x + firstWidth, y, width - firstWidth, height, start + first, count - first);
    else this.split(x, y + firstHeight, width, height - firstHeight, start + first, count - first);
  }

  /** How many of `count` places in `area` lie in its first part. */
  private codeShare(area: number, firstArea: number, count: number, first: number): number {
    const { coder, model } = this;
    const gaps = 2 * count > area;
    const total = gaps ? area - count : count;
    const value = gaps ? firstArea - first : first;
    const low = Math.max(0, total - (area - firstArea));
    const high = Math.min(total, firstArea);
    let coded: number;
    if (low === high) coded = low;
    else if (total <= SMALL) {
      const spread = Math.min(DENSITIES - 1, (31 - Math.clz32((area / total) | 0)) >> 1);
      const bits = 32 - Math.clz32(total);
      coded = coder.symbol(model, (((gaps ? 1 : 0) * DENSITIES + spread) * (SMALL + 1) + total) * 16, bits, value);
    } else {
      const size = Math.min(15, 31 - Math.clz32(total));
      const extreme = coder.bit(model, EXTREME + 4 * size + (gaps ? 1 : 0), value === low || value === high ? 1 : 0);
      if (extreme === 1) coded = coder.bit(model, SIDE + (gaps ? 1 : 0), value === high ? 1 : 0) === 1 ? high : low;
      else {
        const fair = Math.floor((total * firstArea) / area);
        coded = fair + codeSigned(coder, model, LARGE + size * SIGNED_MODEL, value - fair);
      }
    }
    if (coded < low || coded > high) throw SgapsError.malformed('sample occupancy');
    return gaps ? firstArea - coded : coded;
  }

  /** Moves the keys left of (above) `edge` to the front, keeping raster order; says how many. */
  private partition(start: number, count: number, across: boolean, edge: number): number {
    const { keys, spare, width } = this;
    const end = start + count;
    if (!across) {
      let first = start;
      const limit = edge * width;
      while (first < end && keys[first] < limit) first++;
      return first - start;
    }
    let front = start;
    let back = 0;
    for (let i = start; i < end; i++) {
      const key = keys[i];
      if (key % width < edge) keys[front++] = key;
      else spare[back++] = key;
    }
    for (let i = 0; i < back; i++) keys[front + i] = spare[i];
    return front - start;
  }

  private mark(u: number, v: number): void {
    this.marks.set(v * this.width + u);
  }

  private fill(x: number, y: number, width: number, height: number): void {
    for (let v = y; v < y + height; v++) for (let u = x; u < x + width; u++) this.mark(u, v);
  }
}

/** Small counts as if each place chose its half by a fair coin. */
function prior(): Uint32Array {
  const model = createModel(SIZE);
  for (let total = 1; total <= SMALL; total++) {
    const bits = 32 - Math.clz32(total);
    // Chances of all values below each node of the symbol's tree, leaves first.
    const chance = new Float64Array(2 << bits);
    let ways = 1;
    for (let value = 0; value <= total; value++) {
      chance[(1 << bits) + value] = ways;
      ways = Math.round((ways * (total - value)) / (value + 1));
    }
    for (let node = (1 << bits) - 1; node > 0; node--) {
      chance[node] = chance[2 * node] + chance[2 * node + 1];
      const one = chance[node] > 0 ? chance[2 * node + 1] / chance[node] : 0.5;
      const entry = ((Math.min(0x3ff000, Math.max(0xfff, Math.floor(one * 0x400000))) << 10) | PRIOR_WEIGHT) >>> 0;
      for (let set = 0; set < 2 * DENSITIES; set++) model[(set * (SMALL + 1) + total) * 16 + node] = entry;
    }
  }
  return model;
}
