import { type CaptureGrid, createSampleSet, SampleKind, type SampleSet, Tier } from '@sgaps/protocol';
import { appendSample } from './appendSample.js';
import { BLUE_NOISE_SIDE, blueNoise } from './blueNoise.js';

const MASK = BLUE_NOISE_SIDE - 1;
/** Share of the mean weight that every pixel has: what is thought to be known is looked at now and then. */
const FLOOR = 0.06;
/** Expected squared error, 8-bit steps², up to which a look is to be exact: it confirms what is known, and costs a bit. */
const KNOWN = 60;
/** No error is larger. */
const MOST = 255 * 255;
/** Bins of the ranking: the upper half of a positive float32 is its logarithm, near enough. */
const BINS = 1 << 15;
/** Steps of the tile from frame to frame, which put the points where none were lately. */
const STEP_U = 27;
const STEP_V = 41;

/**
 * Spreads single points over a frame (S3, S11): evenly where all is alike, denser by the root of the squared error to expect. For reconstructors that fill in between
 * points; memory alone is better served by whole squares (`PointChooser`).
 *
 * @example
 * ```ts
 * const chooser = new SpreadChooser(grid);
 * const set = chooser.choose(576, analyzer.importance, targetFrameId);
 * ```
 */
export class SpreadChooser {
  private readonly rank: Float32Array;
  private readonly bits: Uint32Array;
  private readonly bins = new Int32Array(BINS);

  constructor(private readonly grid: CaptureGrid) {
    this.rank = new Float32Array(grid.width * grid.height);
    this.bits = new Uint32Array(this.rank.buffer);
  }

  /** `count` points (all pixels where there are fewer). @param importance W·H, expected squared error, 8-bit steps². @param frameId Moves the pattern. */
  choose(count: number, importance: Float32Array, frameId: number): SampleSet {
    const { grid, rank, bits, bins } = this;
    const { width, height } = grid;
    const pixels = width * height;
    const wanted = Math.min(count, pixels);
    const set = createSampleSet(wanted);
    let sum = 0;
    for (let at = 0; at < pixels; at++) sum += weight(importance[at]);
    const floor = (FLOOR * sum) / pixels + 1e-3;
    const tile = blueNoise();
    const moveU = STEP_U * frameId;
    const moveV = STEP_V * frameId;
    bins.fill(0);
    for (let v = 0, at = 0; v < height; v++) {
      const row = ((v + moveV) & MASK) * BLUE_NOISE_SIDE;
      for (let u = 0; u < width; u++, at++) {
        rank[at] = (weight(importance[at]) + floor) / tile[row + ((u + moveU) & MASK)];
        bins[bits[at] >>> 16]++;
      }
    }
    let bin = BINS - 1;
    let above = 0;
    while (bin > 0 && above + bins[bin] <= wanted) above += bins[bin--];
    // Of the bin that is cut, as many as there is room for, evenly.
    const spare = wanted - above;
    let owed = 0;
    for (let v = 0, at = 0; v < height; v++) {
      for (let u = 0; u < width; u++, at++) {
        const own = bits[at] >>> 16;
        if (own < bin) continue;
        if (own === bin) {
          owed += spare;
          if (owed < bins[bin]) continue;
          owed -= bins[bin];
        }
        appendSample(set, u, v, SampleKind.point, importance[at] > KNOWN ? Tier.important : Tier.critical);
      }
    }
    return set;
  }
}

/** Root of an expected squared error; of what is none, 0: a single one must not spoil the sum, nor the number of points. */
function weight(squared: number): number {
  return squared > 0 ? Math.sqrt(Math.min(MOST, squared)) : 0;
}
